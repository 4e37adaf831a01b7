"""Undoes the perspective of a sheet that was photographed at an angle. Crops no part of the photo that lies near it."""

import math

import cv2
import numpy as np

from ray_app.geometry import Homography, Quad
from ray_app.types import RgbImage

LEAST_LEAN = 10.0
"""A sheet whose corners are all this near to right angles, in degrees, is left as it is: lines are read as well so, and
resampling costs handwriting more than a lean of 5 to 7 degrees does (docs/engines.md)."""

_AROUND = 2.0
"""So much of what lies on each side of the sheet is kept at most, in widths and heights of the sheet: all of most photos."""

_GROWTH = 1.5
"""The new picture is at most so many times as wide and high as the photo: lines are looked for in a picture of fixed size,
so a sheet seen flatly, whose surroundings become huge, would be made too small to be read."""

_HORIZON = 0.2
"""Parts of the photo that become more than 1 / 0.2 times as large as the sheet's first corner are seen too flatly."""


def lean(sheet: Quad) -> float:
    """Returns how far the corner that differs most is from a right angle, in degrees."""
    points = np.array(sheet.points)
    before, after = np.roll(points, 1, axis=0) - points, np.roll(points, -1, axis=0) - points
    cosines = (before * after).sum(axis=1) / (np.hypot(*before.T) * np.hypot(*after.T))
    return float(np.abs(90.0 - np.degrees(np.arccos(cosines.clip(-1, 1)))).max())


def flatten(pixels: RgbImage, sheet: Quad) -> tuple[RgbImage, Homography]:
    """Returns the photo as if seen from straight above the sheet, and the map from its pixels to those given.

    The sheet's longer opposite sides give its size, so that no detail is lost; how long it is for its width is not
    known from one photo, and matters little to those who read.

    Args:
        pixels: the photo.
        sheet: its corners in these pixels, clockwise from the start of its top.
    """
    a, b, c, d = sheet.points
    width = max(1, round(max(math.dist(a, b), math.dist(d, c))))
    height = max(1, round(max(math.dist(a, d), math.dist(b, c))))
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    forth = _map(cv2.getPerspectiveTransform(np.array(sheet.points, np.float32), flat))
    left, top, right, bottom = _extent(forth, pixels.shape[1], pixels.shape[0], width, height)
    back = _map(np.linalg.inv(np.array(forth.rows))).after(Homography(c=left, f=top))
    centred = Homography(c=-0.5, f=-0.5).after(back).after(Homography(c=0.5, f=0.5))  # OpenCV counts from pixel centres
    turned = cv2.warpPerspective(
        pixels,
        np.array(centred.rows),
        (right - left, bottom - top),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.ascontiguousarray(turned, np.uint8), back


def _map(matrix: np.ndarray) -> Homography:
    return Homography(*(float(value) for value in (matrix / matrix[2, 2]).ravel()[:8]))


def _extent(forth: Homography, across: int, down: int, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is kept, in pixels from the sheet's corner: the photo, as far as it lies near."""
    whole = Quad.box(0, 0, across, down)
    beyond = any(forth.g * x + forth.h * y + 1.0 < _HORIZON for x, y in whole.points)
    left, top, right, bottom = (-np.inf, -np.inf, np.inf, np.inf) if beyond else whole.mapped(forth).bounds
    left, right = _kept(left, right, width, across)
    top, bottom = _kept(top, bottom, height, down)
    return left, top, right, bottom


def _kept(start: float, end: float, sheet: int, photo: int) -> tuple[int, int]:
    """Where the picture starts and ends along one side of the sheet (which goes from 0 to ``sheet``)."""
    before, after = min(-start, _AROUND * sheet), min(end - sheet, _AROUND * sheet)
    room = max(0.0, _GROWTH * photo - sheet)
    if before + after > room:
        before = min(before, max(room / 2, room - after))
        after = room - before
    return math.floor(-before), math.ceil(sheet + after)
