"""Finds a card or a page that lies on a counter in a photo. Only where all four sides are plain to see; else nothing.

A sheet is paper: light, even, with four straight sides along all of which it differs from what it lies on.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ray_app.geometry import Quad
from ray_app.types import RgbImage

Corners = NDArray[np.float64]

_SIDE = 640
"""Longer side of the picture that is looked at, in pixels."""

_LEAST, _MOST = 0.08, 0.92
"""Share of the photo that a sheet covers."""

_SECOND = 0.25
"""Another whole sheet of at least this share of the largest one's area may be another page: then neither is taken."""

_FILLED = 0.95
"""Share of the four-sided figure that is paper, and of the paper that lies in it."""

_STRAIGHT = 0.012
"""Largest mean distance of the paper's edge from a side, as a share of the side's length."""

_STEP = 12.0
"""Colour distance (CIELAB) between the paper just within a side and what lies just beyond it."""

_SEEN = 0.85
"""Share of each side along which that step must be seen."""

_ANGLES = (50.0, 130.0)
"""A sheet's corners in a photo, in degrees; flatter ones are hardly legible."""

_LEVEL = 0.5
"""A figure with all sides within so many degrees of the picture's own is a box on a screen or in a scan, not a sheet."""

_BEYOND = 4.0
"""A corner may lie so far beyond the picture's border, in pixels looked at. A side that is the border itself shows no step."""


def find_card(pixels: RgbImage) -> Quad | None:
    """Returns the corners of the one sheet that lies wholly in the photo, or None where that is not sure.

    Args:
        pixels: a photo, upright by EXIF; the sheet itself may lie any way.

    Returns:
        Corners in pixels of the photo, clockwise, from the one that is nearest to the picture's top left.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1.0 else pixels
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[:, :, 0] *= 100 / 255
    sheets = [sheet for mask in _papers(lab) for sheet in _sheets(mask, lab)]
    if not sheets:
        return None
    best = max(sheets, key=_area)
    apart = [one for one in sheets if not _overlap(one, best)]
    if any(_area(one) >= _SECOND * _area(best) for one in apart) or _level(best):
        return None
    first = int(np.argmin(best.sum(axis=1)))
    a, b, c, d = ((float(x) / scale, float(y) / scale) for x, y in np.roll(best, -first, axis=0))
    return Quad((a, b, c, d))


def _papers(lab: NDArray[np.float32]) -> list[NDArray[np.uint8]]:
    """Masks of what may be paper: lighter than the rest, or greyer, with letters and rules closed.

    A coloured cloth's lighter squares are greyer than its others, so the greyest of what is grey is a mask of its own.
    """
    letters = np.ones((9, 9), np.uint8)
    light = cv2.morphologyEx(np.clip(lab[:, :, 0] * 2.55, 0, 255).astype(np.uint8), cv2.MORPH_CLOSE, letters)
    tint = np.hypot(lab[:, :, 1] - 128, lab[:, :, 2] - 128)
    plain = cv2.morphologyEx(255 - np.clip(tint * 4, 0, 255).astype(np.uint8), cv2.MORPH_CLOSE, letters)
    smooth = [np.asarray(cv2.medianBlur(channel, 5), np.uint8) for channel in (light, plain)]
    levels = [cv2.threshold(channel, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0] for channel in smooth]
    greyer = smooth[1][smooth[1] > levels[1]]
    if greyer.size:
        smooth.append(smooth[1])
        levels.append(cv2.threshold(greyer, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0])
    return [
        np.asarray(cv2.morphologyEx((channel > level).astype(np.uint8), cv2.MORPH_OPEN, letters), np.uint8)
        for channel, level in zip(smooth, levels, strict=True)
    ]


def _sheets(mask: NDArray[np.uint8], lab: NDArray[np.float32]) -> list[Corners]:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    found = []
    for contour in contours:
        if cv2.contourArea(contour) < _LEAST * _SECOND * mask.size:
            continue
        sheet = _four_sided(contour[:, 0, :].astype(np.float64))
        if sheet is not None and _is_sheet(sheet, np.asarray(contour, np.int32), lab):
            found.append(sheet)
    return found


def _four_sided(edge: NDArray[np.float64]) -> Corners | None:
    """The figure of four straight sides that the paper's edge follows, clockwise; None where it follows none."""
    hull = np.asarray(cv2.convexHull(edge.astype(np.float32)), np.float32)
    length = cv2.arcLength(hull, True)
    for tolerance in np.arange(0.01, 0.08, 0.005):
        rough = np.asarray(cv2.approxPolyDP(hull, float(tolerance) * length, True), np.float64)[:, 0, :]
        if len(rough) <= 4:
            break
    if len(rough) != 4:
        return None
    if cv2.contourArea(rough.astype(np.float32), oriented=True) < 0:
        rough = rough[::-1]
    sides = [_side(rough[index], rough[(index + 1) % 4], edge) for index in range(4)]
    if any(side is None for side in sides):
        return None
    corners = [_cross(sides[index - 1], sides[index]) for index in range(4)]
    return np.array(corners)


def _side(
    start: NDArray[np.float64], end: NDArray[np.float64], edge: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """The line a*x + b*y = c (a, b of length 1) that the edge follows between two rough corners."""
    along = end - start
    length = float(np.hypot(*along))
    if length < 8.0:
        return None
    along /= length
    seen = edge - start
    place, off = seen @ along, np.abs(seen @ np.array([-along[1], along[0]]))
    near = edge[(place > 0.08 * length) & (place < 0.92 * length) & (off < 0.04 * length)]
    if len(near) < 0.5 * length:
        return None
    for _ in range(2):
        middle = near.mean(axis=0)
        normal = np.linalg.svd(near - middle, full_matrices=False)[2][1]
        away = np.abs((near - middle) @ normal)
        near = near[away <= max(1.0, 2.5 * float(np.median(away)))]
    if away.mean() > _STRAIGHT * length:
        return None
    return np.array([*normal, middle @ normal])


def _cross(one: NDArray[np.float64] | None, other: NDArray[np.float64] | None) -> NDArray[np.float64]:
    lines = np.array([one, other], np.float64)
    if abs(np.linalg.det(lines[:, :2])) < 0.1:  # nearly parallel neighbours: a figure that is refused further on
        return np.full(2, -1e4)
    return np.asarray(np.linalg.solve(lines[:, :2], lines[:, 2]), np.float64)


def _is_sheet(sheet: Corners, contour: NDArray[np.int32], lab: NDArray[np.float32]) -> bool:
    """Whether it lies within the photo, has a sheet's shape, is filled with paper and differs from what is around it."""
    height, width = lab.shape[:2]
    inside = (sheet >= -_BEYOND).all() and (sheet <= np.array([width, height]) + _BEYOND).all()
    if not inside or not _LEAST * _SECOND <= _area(sheet) / (width * height) <= _MOST:
        return False
    steps = np.roll(sheet, -1, axis=0) - sheet
    turns = np.degrees(np.arctan2(steps[:, 1], steps[:, 0]))
    angles = 180.0 - (np.roll(turns, -1) - turns) % 360.0
    if angles.min() < _ANGLES[0] or angles.max() > _ANGLES[1]:
        return False
    paper, figure = np.zeros((2, height, width), np.uint8)
    cv2.drawContours(paper, [contour], -1, (1.0,), cv2.FILLED)
    cv2.fillConvexPoly(figure, np.round(sheet).astype(np.int32), (1.0,))
    both = float((paper & figure).sum())
    if both < _FILLED * paper.sum() or both < _FILLED * figure.sum():
        return False
    return all(_stands_out(sheet[index], sheet[(index + 1) % 4], lab) for index in range(4))


def _stands_out(start: NDArray[np.float64], end: NDArray[np.float64], lab: NDArray[np.float32]) -> bool:
    """Whether the colour changes across the side nearly all along it."""
    along = (end - start) / np.hypot(*(end - start))
    outward = np.array([along[1], -along[0]])
    middles = start + np.linspace(0.04, 0.96, 48)[:, None] * (end - start)
    inner, outer = (_colours(lab, middles + away * outward) for away in (-5.0, 5.0))
    return float((np.linalg.norm(inner - outer, axis=1) >= _STEP).mean()) >= _SEEN


def _colours(lab: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float32]:
    """The colour at each place, over three pixels each way."""
    height, width = lab.shape[:2]
    columns, rows = np.round(places).astype(int).T
    around = [
        lab[(rows + down).clip(0, height - 1), (columns + right).clip(0, width - 1)]
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    ]
    return np.asarray(np.mean(around, axis=0), np.float32)


def _area(sheet: Corners) -> float:
    return float(cv2.contourArea(sheet.astype(np.float32)))


def _overlap(one: Corners, other: Corners) -> bool:
    shared, _ = cv2.intersectConvexConvex(one.astype(np.float32), other.astype(np.float32))
    return shared > 0.1 * min(_area(one), _area(other))


def _level(sheet: Corners) -> bool:
    steps = np.roll(sheet, -1, axis=0) - sheet
    turns = np.degrees(np.arctan2(steps[:, 1], steps[:, 0])) % 90.0
    return bool(np.minimum(turns, 90.0 - turns).max() <= _LEVEL)
