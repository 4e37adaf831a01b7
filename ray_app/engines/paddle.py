"""PP-OCRv6 through PaddleOCR on onnxruntime: finds lines on each page, then reads the lines of all pages together.

No line-direction classifier: it turns handwritten lines upside down now and then. A page's direction is found from all
of its lines together (``orientation.py``).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ray_app.engines.crops import cut
from ray_app.engines.ppocr import (
    LINE_HEIGHT,
    MAX_LINE_WIDTH,
    Detector,
    Recognizer,
    check_models,
    resolve_device,
    vendor_version,
)
from ray_app.engines.second_reading import LineReading, combine
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
        self._below = options.second_below
        self._second = options.second and Recognizer(
            options.second, batch_size=options.batch_size, threads=options.threads, device=device
        )
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
        answers = iter(self._read(crops))
        return [tuple(_line(corners, *next(answers)) for corners in found) for found in boxes]

    def _read(self, crops: Sequence[RgbImage]) -> list[tuple[str, float]]:
        """Reads all lines, and the doubtful ones of all pages together once more."""
        with stage("ocr_processing", len(crops)):
            answers = self._recognizer.read(crops)
        if self._second:
            doubtful = [index for index, (_, confidence) in enumerate(answers) if confidence < self._below]
            with stage("second_reading", len(doubtful)):
                again = self._second.read([crops[index] for index in doubtful])
            for index, other in zip(doubtful, again, strict=True):
                reading = combine(LineReading(*answers[index]), LineReading(*other))
                answers[index] = (reading.text, reading.confidence)
        return answers

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
        check_models(resolve_device(options.device), options.detector, options.second, "stock")


def _line(corners: NDArray[np.float32], text: str, confidence: float) -> TextLine:
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return TextLine(text=text, confidence=min(1.0, max(0.0, confidence)), quad=Quad((a, b, c, d)))
