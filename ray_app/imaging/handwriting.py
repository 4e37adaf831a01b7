"""How likely a page is written by hand, from the sizes and shapes of its letter-like pieces."""

import math

import numpy as np
from numpy.typing import NDArray

from ray_app.imaging.ink import Ink

_FEWEST_LETTERS = 12
"""With fewer pieces the spreads below say nothing; the prior is told instead."""

_PRIOR = 0.5

INTERCEPT = -1.85
WEIGHTS = (2.95, 3.34, -1.21)
"""From scripts/fit_handwriting.py: logistic regression on 182 pages rendered in seven handwriting and seven print fonts.

It never saw a photo. On the 25 labelled photos and scans the 11 pages written by hand got 0.80 to 0.96, the 14 others
0.13 to 0.51 (one above 0.5: a blurred photo of a printed page).
"""


def stroke_features(ink: Ink) -> NDArray[np.float64] | None:
    """Returns what tells hands from type, or None where there are too few letters.

    Three numbers without a unit:
        the spread of heights, as (80th - 20th percentile) / median: a typeface has two heights, a hand has many;
        the 90th percentile of width / height, as a logarithm: hands join letters, type does not;
        the median share of its box that a piece fills: slanted and looped strokes leave more of it empty.
    """
    boxes = ink.boxes.astype(np.float64)
    if len(boxes) < _FEWEST_LETTERS:
        return None
    letters = boxes[boxes[:, 3] >= 0.6 * np.median(boxes[:, 3])]  # no dots, commas and hyphens
    width, height, area = letters[:, 2], letters[:, 3], letters[:, 4]
    low, middle, high = np.percentile(height, (20, 50, 80))
    return np.array(
        [(high - low) / middle, math.log(np.percentile(width / height, 90)), np.median(area / (width * height))]
    )


def handwritten_probability(ink: Ink) -> float:
    """Returns 0..1; a logistic formula over :func:`stroke_features`."""
    features = stroke_features(ink)
    if features is None:
        return _PRIOR
    return 1.0 / (1.0 + math.exp(-(INTERCEPT + float(features @ np.array(WEIGHTS)))))
