"""Finds how far lines of text are tilted, and undoes it. Quarter turns are not found here (the read step does)."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ray_app.geometry import Homography
from ray_app.imaging.ink import Ink
from ray_app.types import RgbImage

_LEAST_DEGREES = 0.3
"""Smaller tilts are left alone: engines read them as well, and resampling blurs."""

_PEAK = 0.98
"""Angles whose score comes this near to the best are taken together: short lines are as sharp at several."""

_LEAST_LETTERS = 25
"""Fewer pieces line up by chance."""

_CERTAIN = 1.12
"""How much sharper the profile must be at the angle found than at none."""

_CLEAR, _CHANCE = 1.1, 2.3
"""How much sharper it must be than at the middle of all angles: 1.1 + 2.3 / sqrt(letters). Scattered marks reach 1.27 with
a hundred of them and 1.12 with four hundred; lines of print reach 3 and more, hands 1.3 and more."""

_COARSE, _FINE = 0.5, 0.1
"""Steps of the search in degrees."""

_PHASES = 4
"""Bins of the histogram begin at each quarter of a step."""


def find_skew(ink: Ink, limit: float) -> float:
    """Returns how far lines are tilted, clockwise, in degrees; 0 where it is small or uncertain.

    The edges of letters on which a line stands are projected at each angle; at the right one they fall on few places.
    All four edges are tried, so that a page lying on its side or on its head is measured as well.

    Args:
        ink: the page measured.
        limit: largest angle that is looked for, in degrees.
    """
    if limit <= 0.0 or len(ink.boxes) < _LEAST_LETTERS:
        return 0.0
    left, top, width, height, _ = ink.boxes.T.astype(np.float64)
    across, down = left + width / 2, top + height / 2
    step = max(1.5, ink.letter_height / 4)
    best, found, level, usual = 0.0, 0.0, 0.0, 0.0
    for along, edge, sign in ((across, top + height, 1), (across, top, 1), (down, left, -1), (down, left + width, -1)):
        coarse = np.arange(-limit, limit + _COARSE / 2, _COARSE, dtype=np.float64)
        rough = _focus(along, edge, coarse, step)
        start = float(coarse[int(np.argmax(rough))])
        fine = np.arange(start - _COARSE, start + _COARSE + _FINE / 2, _FINE, dtype=np.float64)
        scores = _focus(along, edge, fine, step)
        if scores.max() > best:
            best, found = float(scores.max()), sign * float(fine[scores >= _PEAK * scores.max()].mean())
            level, usual = float(_focus(along, edge, np.zeros(1), step)[0]), float(np.median(rough))
    clear = _CLEAR + _CHANCE / math.sqrt(len(ink.boxes))
    sure = best >= max(_CERTAIN * level, clear * usual) and _LEAST_DEGREES <= abs(found) < limit
    return round(found, 2) if sure else 0.0


def _focus(
    along: NDArray[np.float64], edge: NDArray[np.float64], degrees: NDArray[np.float64], step: float
) -> NDArray[np.float64]:
    """How sharply the edges fall on few lines at each angle: the mean of the squared histogram of their distances.

    Bins overlap (each is two steps wide, four begin in a step), so that it matters little where the grid begins.
    """
    scores = np.empty(len(degrees))
    for index, angle in enumerate(np.radians(degrees)):
        places = (edge * math.cos(angle) - along * math.sin(angle)) * (_PHASES / step)
        places -= places.min()
        counts = np.bincount(places.astype(np.int64)).astype(np.float64)
        pairs = np.convolve(counts, np.ones(2 * _PHASES))
        scores[index] = float((pairs**2).sum()) / _PHASES
    return scores


def straighten(pixels: RgbImage, degrees: float) -> tuple[RgbImage, Homography]:
    """Turns the page so that lines tilted by ``degrees`` (clockwise) lie level; nothing is cut off.

    Returns:
        The new pixels, and the map from them to the pixels given.
    """
    height, width = pixels.shape[:2]
    turn = math.radians(degrees)
    cosine, sine = math.cos(turn), math.sin(turn)
    new_width = math.ceil(width * abs(cosine) + height * abs(sine))
    new_height = math.ceil(width * abs(sine) + height * abs(cosine))
    # A point p of the new picture, seen from its centre, lies at R(+degrees) p in the old one, seen from its own.
    back = Homography(
        cosine,
        -sine,
        width / 2 - cosine * new_width / 2 + sine * new_height / 2,
        sine,
        cosine,
        height / 2 - sine * new_width / 2 - cosine * new_height / 2,
    )
    centred = Homography(c=-0.5, f=-0.5).after(back).after(Homography(c=0.5, f=0.5))  # OpenCV counts from pixel centres
    matrix = np.array([[centred.a, centred.b, centred.c], [centred.d, centred.e, centred.f]])
    turned = cv2.warpAffine(
        pixels,
        matrix,
        (new_width, new_height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.ascontiguousarray(turned, np.uint8), back
