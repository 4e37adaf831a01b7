"""Any PIL mode to grey or RGB with eight bits, alpha on white. Knows nothing of files."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_ALPHA = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})


def flatten(image: Image.Image) -> Image.Image:
    """Returns the picture in mode L (where it has no colour) or RGB, transparent parts white.

    Args:
        image: loaded, of any mode that PIL gives for the formats read.
    """
    mode = image.mode
    if mode in ("L", "RGB") and "transparency" not in image.info:
        return image
    if mode.startswith(("I", "F")):
        return Image.fromarray(_eight_bits(image))
    if mode in _ALPHA or "transparency" in image.info:
        return _on_white(image)
    if mode == "1":
        return image.convert("L")
    if mode == "LAB":
        return image.getchannel(0)  # PIL has no way from LAB to RGB without a profile; lightness is what is read
    return image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    paper = Image.new("RGB", image.size, (255, 255, 255))
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper


def _eight_bits(image: Image.Image) -> NDArray[np.uint8]:
    """Scales 16-bit, 32-bit and floating-point grey to 0..255."""
    values = np.asarray(image)
    if image.mode.startswith("I;16"):
        return _scaled(values.astype(np.float32), 0.0, 65535.0)
    if image.mode == "I" and values.size and values.min() >= 0 and values.max() <= 65535:
        return _scaled(values.astype(np.float32), 0.0, 255.0 if values.max() <= 255 else 65535.0)
    finite = np.nan_to_num(values.astype(np.float64), nan=np.inf, posinf=np.inf, neginf=-np.inf)
    known = finite[np.isfinite(finite)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if image.mode == "F" and low >= 0.0 and high <= 255.0:  # the two usual scales of floating-point pictures
        low, high = 0.0, 1.0 if high <= 1.0 else 255.0
    return _scaled(np.clip(finite, low, high), low, high)  # where a value is missing, paper shows


def _scaled(values: NDArray[np.float32] | NDArray[np.float64], low: float, high: float) -> NDArray[np.uint8]:
    spread = high - low
    if spread <= 0.0:
        return np.full(values.shape, 255, np.uint8)
    return np.clip(np.rint((values - low) * (255.0 / spread)), 0, 255).astype(np.uint8)
