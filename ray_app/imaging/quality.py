"""What a page is like, as a few numbers: how dense, how likely handwritten, how sharp, how large its letters are."""

import cv2
import numpy as np

from ray_app.errors import NoticeCode
from ray_app.imaging.handwriting import handwritten_probability
from ray_app.imaging.ink import Ink
from ray_app.types import Notice, Quality, RgbImage

_FULL_PAGE = 0.625
"""Share of a page that text covers at most: a letter page with margins of one inch, 6.5 x 9 of 8.5 x 11 inches."""

_SMALL_LETTERS = 8.0
"""Letters lower than this, in pixels, are lost on every engine tried."""

_FEWEST_LETTERS = 3
"""Pages with fewer letter-like pieces are blank."""

_FAINTEST = 12.0
"""Letters that stand out less, in grey levels, are grain: paper's fibres and stains reach 11 (blank pages in the tests),
pencil 20 levels darker than its paper reaches 15, and the faintest of 25 real pages 37."""


def is_blank(ink: Ink) -> bool:
    """Whether there is clearly no text; faint writing is not blank."""
    return len(ink.boxes) < _FEWEST_LETTERS or ink.contrast < _FAINTEST


def measure(pixels: RgbImage, ink: Ink, size: tuple[int, int], skew_degrees: float) -> Quality:
    """Measures a page.

    Args:
        pixels: the page as decoded.
        ink: found on these pixels.
        size: (width, height) of the original upright image.
        skew_degrees: tilt found, clockwise.
    """
    return Quality(
        width=size[0],
        height=size[1],
        text_density=_text_density(ink),
        handwritten_probability=handwritten_probability(ink),
        sharpness=_sharpness(pixels),
        skew_degrees=skew_degrees,
        ink=float(ink.mask.mean()),
    )


def _text_density(ink: Ink) -> float:
    """Share of the page that lies within lines of text, over what a full page has."""
    if not len(ink.boxes):
        return 0.0
    shape = ink.mask.shape
    cell = max(2, round(ink.letter_height))
    grid = np.zeros((shape[0] // cell + 1, shape[1] // cell + 1), np.uint8)
    left, top, width, height, _ = ink.boxes.T
    grid[(top + height // 2) // cell, (left + width // 2) // cell] = 1
    filled = cv2.morphologyEx(grid, cv2.MORPH_CLOSE, np.ones((3, 5), np.uint8))
    return min(1.0, float(filled.mean()) / _FULL_PAGE)


def _sharpness(pixels: RgbImage) -> float:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    _, deviation = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))
    return float(deviation[0][0]) ** 2


def resolution_notice(ink: Ink) -> Notice | None:
    """Returns a remark where letters are too small to be read surely, else None."""
    height = ink.letter_height / ink.scale
    if not len(ink.boxes) or height >= _SMALL_LETTERS:
        return None
    return Notice(
        code=NoticeCode.LOW_RESOLUTION,
        message=f"letters are about {height:.0f} pixels high; scan or photograph at twice the size",
    )
