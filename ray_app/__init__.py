"""Recipe OCR: photos and scans of recipes into text, ingredients with quantities, and directions."""

from ray_app.options import PipelineOptions
from ray_app.pipeline import RecipePipeline
from ray_app.types import ImageInput, ImageResult

__all__ = ["ImageInput", "ImageResult", "PipelineOptions", "RecipePipeline"]
