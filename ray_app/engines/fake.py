"""An engine that reads nothing and answers the same lines for every image: for tests and for trying out a cluster."""

import time
from collections.abc import Sequence

from ray_app.geometry import Quad
from ray_app.options import FakeOptions
from ray_app.spans import stage
from ray_app.types import EngineInfo, RgbImage, TextLine

_BLANK_SPREAD = 8
"""An image whose brightest and darkest value are closer than this is blank to the fake, too."""


class FakeEngine:
    """Lays its lines out from top to bottom over every image that is not blank."""

    def __init__(self, options: FakeOptions) -> None:
        self._options = options
        self.info = EngineInfo(kind=options.kind, version="1", models=())

    def recognize(self, images: Sequence[RgbImage]) -> list[tuple[TextLine, ...]]:
        """See :class:`~ray_app.engines.base.OcrEngine`."""
        with stage("ocr_processing", len(images)):
            return [self._one(image) for image in images]

    def close(self) -> None:
        """See :class:`~ray_app.engines.base.OcrEngine`."""

    def _one(self, image: RgbImage) -> tuple[TextLine, ...]:
        if self._options.seconds:
            time.sleep(self._options.seconds)
        if int(image.max()) - int(image.min()) < _BLANK_SPREAD:
            return ()
        height, width = image.shape[:2]
        pitch = height / (len(self._options.lines) + 1)
        longest = max((len(text) for text in self._options.lines), default=1) or 1
        return tuple(
            TextLine(
                text=text,
                confidence=1.0,
                quad=Quad.box(
                    0.1 * width,
                    pitch * (row + 0.5),
                    (0.1 + 0.8 * len(text) / longest) * width,
                    pitch * (row + 1.2),
                ),
            )
            for row, text in enumerate(self._options.lines)
        )
