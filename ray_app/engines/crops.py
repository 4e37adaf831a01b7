"""Cuts lines out of a page, in the shape that PP-OCRv6's recognizers take.

OpenCV is used here as PaddleX itself demands it; it is imported with the first cut.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ray_app.types import RgbImage

WIDTH_STEP = 32
"""Widths are rounded up to this, in pixels, so that lines share few input shapes (measured in docs/engines.md)."""

GRAY = 127
"""What is added on the right: after the recognizer's scaling to -1..1 it is zero, as PaddleX pads."""

TALL = 3.0
"""A box this many times as high as wide is a line on its side. PaddleX says 1.5 and lays single digits on their side."""


def cut(image: RgbImage, corners: NDArray[np.float32], *, height: int, max_width: int, tall: float = TALL) -> RgbImage:
    """Returns the quadrilateral as an upright line.

    Args:
        image: the page, shape (rows, columns, 3).
        corners: shape (4, 2), x and y, clockwise from top left.
        height: rows of the line, in pixels.
        max_width: longer lines are squeezed to this, in pixels.
        tall: a box this many times as high as wide is taken as a line that runs down the page, and turned upright.

    Returns:
        Shape (height, width, 3), width a multiple of WIDTH_STEP, filled up with gray on the right.
    """
    import cv2

    across, down = size(corners)
    if down >= tall * across:
        # counter-clockwise, as PaddleX turns it: the line is taken to start at the top right and to run down
        corners = np.roll(corners, -1, axis=0)
        across, down = down, across
    width = min(max_width, max(1, math.ceil(height * across / down)))
    target = np.array([[0, 0], [across, 0], [across, down], [0, down]], dtype=np.float32)
    straight = cv2.warpPerspective(
        image,
        cv2.getPerspectiveTransform(corners, target),
        (across, down),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    line = np.full((height, math.ceil(width / WIDTH_STEP) * WIDTH_STEP, 3), GRAY, dtype=np.uint8)
    line[:, :width] = cv2.resize(straight, (width, height))
    return line


def size(corners: NDArray[np.float32]) -> tuple[int, int]:
    """Returns the quadrilateral's extent along the text and across it, in whole pixels, at least 1."""
    return _side(corners, 0, 1, 3, 2), _side(corners, 0, 3, 1, 2)


def _side(corners: NDArray[np.float32], a: int, b: int, c: int, d: int) -> int:
    return max(1, int(max(np.linalg.norm(corners[a] - corners[b]), np.linalg.norm(corners[c] - corners[d]))))
