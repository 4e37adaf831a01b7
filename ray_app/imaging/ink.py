"""Where ink stands on a page, and which pieces of it look like letters. Skew and quality are both measured on this."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ray_app.types import RgbImage

_SIDE = 1280
"""Longer side of the picture that is measured, in pixels: letters of 8 px on a 2048 px page keep 5 px."""

_WINDOW = 1 / 24
"""Window of the local background, as a share of the longer side: wider than a letter, narrower than a shadow."""

_LEAST_CONTRAST = 7.0
"""Grey levels under which nothing counts as ink, however clean the paper: faint pencil differs by 15 and more."""

_NOISES = 4.0
"""Standard deviations of the noise that ink must exceed: one pixel in 30,000 of pure noise does."""

_SHARE_OF_DARKEST = 0.3
"""Ink is at least this share of the page's strongest contrast, so that paper grain and ruled lines stay out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """The measured picture, all lengths in its own pixels.

    Attributes:
        grey: shape (h, w), reduced; dark text on light, also for pages that are light on dark.
        mask: the same shape, 1 where there is ink.
        boxes: letter-like pieces, shape (n, 5): left, top, width, height, area.
        scale: measured pixels a prepared pixel, at most 1.
        contrast: how much darker than their surroundings the plainer letter-like pieces are, in grey levels.
    """

    grey: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    boxes: NDArray[np.int32]
    scale: float
    contrast: float

    @property
    def letter_height(self) -> float:
        """Median height of the letter-like pieces in measured pixels; 0 where there are none."""
        return float(np.median(self.boxes[:, 3])) if len(self.boxes) else 0.0


def find_ink(pixels: RgbImage) -> Ink:
    """Finds ink by comparing each pixel with its surroundings, dark on light or light on dark."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    scale = min(1.0, _SIDE / max(grey.shape))
    if scale < 1.0:
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        grey = np.asarray(small, np.uint8)
    window = max(9, round(max(grey.shape) * _WINDOW) | 1)
    level = cv2.boxFilter(grey, cv2.CV_16S, (window, window), borderType=cv2.BORDER_REPLICATE)
    darker = np.asarray(cv2.subtract(level, grey, dtype=cv2.CV_16S), np.int16)
    if _light_on_dark(darker):
        darker, grey = -darker, np.invert(grey)
    noise = _noise(grey)
    strongest = float(np.percentile(darker[::2, ::2], 99.5))
    threshold = max(_LEAST_CONTRAST, _NOISES * noise, _SHARE_OF_DARKEST * strongest)
    mask = (darker > threshold).astype(np.uint8)
    boxes, contrast = _letters(mask, darker)
    return Ink(grey=grey, mask=mask, boxes=boxes, scale=scale, contrast=contrast)


def _light_on_dark(darker: NDArray[np.int16]) -> bool:
    """Strokes cover less of a page than paper, so the far tail of the differences lies on the ink's side."""
    sample = np.clip(darker[::3, ::3].astype(np.float32), -128, 128)
    return float((sample**3).mean()) < 0.0


def _noise(grey: NDArray[np.uint8]) -> float:
    """Standard deviation of the noise in grey levels, from the median absolute response to a second difference."""
    sample = grey[: grey.shape[0] // 2 * 2 : 2].astype(np.int16)
    second = np.abs(sample[:, :-2] - 2 * sample[:, 1:-1] + sample[:, 2:])
    return float(np.median(second)) / (0.6745 * 6**0.5) if second.size else 0.0


def _letters(mask: NDArray[np.uint8], darker: NDArray[np.int16]) -> tuple[NDArray[np.int32], float]:
    """Boxes of pieces whose size and shape a letter, a digit or a joined word can have, and their contrast."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S)
    inked = np.flatnonzero(mask)
    depth = np.bincount(labels.ravel()[inked], weights=darker.ravel()[inked], minlength=count)
    _, _, width, height, area = stats.T
    side = max(mask.shape)
    fits = (
        (height >= 4)
        & (height <= side / 8)
        & (width <= side / 4)
        & (width >= 2)
        & (area >= 8)
        & (area <= 0.9 * width * height)
    )
    fits[0] = False  # the paper
    contrast = float(np.percentile(depth[fits] / area[fits], 75)) if fits.any() else 0.0
    return np.ascontiguousarray(stats[fits], np.int32), contrast
