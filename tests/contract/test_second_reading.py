"""The default engine's two recognizers with real weights, on an old page."""

from fractions import Fraction
from pathlib import Path

from ray_app.options import PaddleOptions, PipelineOptions, ReadOptions
from ray_app.pipeline import RecipePipeline
from ray_app.types import ImageInput, ImageResult

COOKBOOK = Path(__file__).parents[2] / "samples" / "old_cookbook.jpg"


def read(engine: PaddleOptions) -> ImageResult:
    image = ImageInput(image_id="cookbook", data=COOKBOOK.read_bytes(), source=COOKBOOK.name)
    return RecipePipeline.from_options(PipelineOptions(read=ReadOptions(engine=engine))).run([image])[0]


def test_lines_in_doubt_carry_what_each_of_two_recognizers_would_have_read() -> None:
    result = read(PaddleOptions(doubtful_below=1.0, second_below=1.0, second_amount_below=1.0))

    assert result.page is not None
    twice = [line for line in result.page.lines if line.readings]
    assert len(twice) > 0.8 * len(result.page.lines)
    assert all(len(line.readings) == 2 for line in twice)
    found = {one.name: one for one in result.recipes[0].ingredients}
    assert found["molasses"].amount.quantity == Fraction(2, 3)
    assert found["rye meal"].readings_disagree == ()


def test_one_recognizer_alone_reads_once() -> None:
    result = read(PaddleOptions(second=None))

    assert result.page is not None
    assert not any(line.readings for line in result.page.lines)
    assert not any(one.readings_disagree for one in result.recipes[0].ingredients)
