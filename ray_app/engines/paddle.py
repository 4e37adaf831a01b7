"""PP-OCRv6 through PaddleOCR on onnxruntime: finds lines on each page, then reads the lines of all pages together.

No line-direction classifier: it turns handwritten lines upside down now and then. A page's direction is found from all
of its lines together (``orientation.py``).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ray_app.engines import amount_prior, language
from ray_app.engines.crops import cut
from ray_app.engines.joint_reading import LineReading, is_doubtful, is_worth_another, read_together
from ray_app.engines.line_starts import read_starts
from ray_app.engines.ppocr import (
    LINE_HEIGHT,
    MAX_LINE_WIDTH,
    Detector,
    Recognizer,
    check_models,
    resolve_device,
    vendor_version,
)
from ray_app.engines.search import Weights
from ray_app.geometry import Quad
from ray_app.options import PaddleOptions
from ray_app.spans import stage
from ray_app.types import EngineInfo, RgbImage, TextLine


class PaddleEngine:
    """PP-OCRv6, small or tiny, taught or stock; doubtful lines may be read by a second recognizer, too."""

    def __init__(self, options: PaddleOptions) -> None:
        """Loads both models.

        Raises:
            EngineUnavailable: see ``check_paddle``.
        """
        check_paddle(options)
        device = resolve_device(options.device)
        self._detector = Detector(options.detector, side=options.detection_side, threads=options.threads, device=device)
        self._recognizer = Recognizer(
            options.recognizer,
            batch_size=options.batch_size,
            threads=options.threads,
            device=device,
            origin=options.recognizer_weights,
        )
        self._options = options
        self._second = options.second and Recognizer(
            options.second,
            batch_size=options.batch_size,
            threads=options.threads,
            device=device,
            origin=options.recognizer_weights,
            int8=options.second_int8 and device == "cpu",
        )
        self._language = language.recipes() if options.language else None
        self._prior = amount_prior.recipes()
        self._weights = Weights(language=options.language_weight, amount=options.amount_weight)
        second = (self._second.identity,) if self._second else ()
        self.info = EngineInfo(
            kind=options.kind,
            version=vendor_version(),
            models=(self._detector.identity, self._recognizer.identity, *second),
            device=device,
        )

    def recognize(self, images: Sequence[RgbImage]) -> list[tuple[TextLine, ...]]:
        """See :class:`~ray_app.engines.base.OcrEngine`."""
        with stage("text_detection", len(images)):
            boxes = [self._detector.find(image) for image in images]
        crops = [
            cut(image, corners, height=LINE_HEIGHT, max_width=MAX_LINE_WIDTH)
            for image, found in zip(images, boxes, strict=True)
            for corners in found
        ]
        readings = self._read(crops)
        read_starts(images, boxes, readings, read_lines=self._read, read_amounts=self._plainly)
        told = iter(readings)
        return [tuple(_line(corners, next(told)) for corners in found) for found in boxes]

    def _plainly(self, crops: Sequence[RgbImage]) -> list[LineReading]:
        return [LineReading(*answer) for answer in self._recognizer.read(crops)]

    def _read(self, crops: Sequence[RgbImage]) -> list[LineReading]:
        """Reads all lines, and the doubtful ones of all pages together once more."""
        if self._language is None:
            with stage("ocr_processing", len(crops)):
                return self._plainly(crops)
        with stage("ocr_processing", len(crops)):
            seen = self._recognizer.look(crops)
        readings = [LineReading(*lattice.greedy()) for lattice in seen]
        chosen = self._options
        doubtful = [index for index, lattice in enumerate(seen) if is_doubtful(lattice, chosen.doubtful_below)]
        twice = [
            index
            for index in doubtful
            if self._second and is_worth_another(seen[index], chosen.second_below, chosen.second_amount_below)
        ]
        with stage("second_reading", len(twice)):
            again = self._second.look([crops[index] for index in twice]) if self._second else []
            others = dict(zip(twice, again, strict=True))
            for index in doubtful:
                lattices, shares = [seen[index]], [1.0]
                if index in others:
                    lattices, shares = [seen[index], others[index]], [1 - chosen.second_share, chosen.second_share]
                readings[index] = read_together(lattices, shares, self._language, self._prior, self._weights)
        return readings

    def close(self) -> None:
        """See :class:`~ray_app.engines.base.OcrEngine`."""
        self._detector.close()
        self._recognizer.close()
        if self._second:
            self._second.close()


def check_paddle(options: PaddleOptions) -> None:
    """Checks without loading that PaddleOCR, the weights and the device are there.

    Raises:
        EngineUnavailable: one of them is not; the message says what to install.
    """
    check_models(resolve_device(options.device), options.detector, options.recognizer, options.recognizer_weights)
    if options.second:
        check_models(resolve_device(options.device), options.detector, options.second, options.recognizer_weights)


def _line(corners: NDArray[np.float32], reading: LineReading) -> TextLine:
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    confidence = min(1.0, max(0.0, reading.confidence))
    return TextLine(text=reading.text, confidence=confidence, quad=Quad((a, b, c, d)), readings=reading.readings)
