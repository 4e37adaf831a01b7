"""Finds which way a page lies from all of its lines together. Knows pixels and lines; the engine that reads is no matter.

Single lines mislead (a classifier of lines turns handwriting upside down now and then); a page's lines agree. Two cheap
questions: do the long boxes lie or stand, and do the longest lines read better as they are or upside down?
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ray_app.engines.crops import cut, size
from ray_app.engines.ppocr import LINE_HEIGHT, MAX_LINE_WIDTH, Detector, Recognizer, check_models
from ray_app.types import RgbImage

SIDE = 480
"""Longer side at which lines are looked for: 736 finds the same directions and costs twice as much."""

LINES = 6
"""So many of the longest lines are read."""

LINE_START = 320
"""So many pixels of each are read, from its left end."""

LONG = 2.5
"""A box this many times as long as high says whether it lies or stands; shorter ones (a digit stands up to 1.7 times) say nothing."""

STANDS = 3.0
"""Standing boxes must be this many times as long in sum as lying ones before a page is taken to lie on its side."""

SURE = 0.85
"""Lines that are read with this mean confidence are upright; upside down 0.76 was the best seen."""

FIRST = 2
CLEARLY = 0.93
"""If so many of the longest lines are read with this mean confidence, the page is upright, and the others need not be read."""

BETTER = 1.2
"""An upright page is turned only if it reads this many times as well upside down."""


class PageOrienter:
    """PP-OCRv6 tiny, asked for directions only. One thread at a time; holds two loaded models until ``close``."""

    def __init__(self, *, threads: int = 1) -> None:
        """Loads the models; they run on the CPU, where a page takes them less than a tenth of a second.

        Raises:
            EngineUnavailable: PaddleOCR or its weights are not there.
        """
        check_models("cpu", "tiny", "tiny", "stock")
        self._detector = Detector("tiny", side=SIDE, threads=threads, device="cpu")
        self._recognizer = Recognizer("tiny", batch_size=1, threads=threads, device="cpu")

    @property
    def identity(self) -> tuple[str, ...]:
        """Names and digests of the weights."""
        return (self._detector.identity, self._recognizer.identity)

    def find(self, image: RgbImage) -> int:
        """Returns by how many degrees (0, 90, 180, 270), clockwise, the page must be turned to be upright.

        In doubt 0: a page without lines, or with lines that read no better any other way, is left as it is.

        Raises:
            RecognitionFailed: PaddleOCR gave up.
        """
        boxes = self._detector.find(image)
        stands = _stands(boxes)
        lines = _starts(image, boxes, stands)
        if not lines:
            return 0
        as_is = self._recognizer.read(lines[:FIRST])
        if not stands and _sure(as_is) >= CLEARLY:
            return 0
        as_is += self._recognizer.read(lines[FIRST:])
        if not stands and _sure(as_is) >= SURE:
            return 0
        turned = self._recognizer.read([_upside_down(line) for line in lines])
        if not stands:
            return 180 if _read(turned) > BETTER * _read(as_is) else 0
        # cut() takes a standing line to run down the page: such a page lies on its right side
        return 270 if _read(as_is) >= _read(turned) else 90

    def close(self) -> None:
        """Lets go of the models; may be called twice."""
        self._detector.close()
        self._recognizer.close()


def _read(answers: Sequence[tuple[str, float]]) -> float:
    """Returns how much was read: confidence times characters, summed."""
    return sum(confidence * len(text) for text, confidence in answers)


def _sure(answers: Sequence[tuple[str, float]]) -> float:
    """Returns the mean confidence."""
    return sum(confidence for _, confidence in answers) / len(answers)


def _stands(boxes: NDArray[np.float32]) -> bool:
    lying = standing = 0
    for corners in boxes:
        across, down = size(corners)
        if across > LONG * down:
            lying += across
        elif down > LONG * across:
            standing += down
    return standing > STANDS * lying


def _starts(image: RgbImage, boxes: NDArray[np.float32], stands: bool) -> list[RgbImage]:
    along = [size(corners)[1 if stands else 0] for corners in boxes]
    longest = sorted(range(len(boxes)), key=lambda index: -along[index])[:LINES]
    # a box of the other direction among them is cut as if it had this one: it reads badly either way
    tall = 0.0 if stands else np.inf
    return [
        cut(image, boxes[index], height=LINE_HEIGHT, max_width=MAX_LINE_WIDTH, tall=tall)[:, :LINE_START]
        for index in longest
    ]


def _upside_down(line: RgbImage) -> RgbImage:
    return np.ascontiguousarray(np.rot90(line, 2))
