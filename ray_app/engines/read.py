"""The second step: pixels -> lines in pixels of the original. Knows engines; knows nothing of files and recipes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Self

import numpy as np

from ray_app.engines.base import OcrEngine, create_engine
from ray_app.engines.beside import on_card
from ray_app.engines.selection import Choice, EngineName, choose, why_not_easyocr
from ray_app.errors import BlankPage
from ray_app.geometry import Homography
from ray_app.options import PaddleOptions, ReadOptions, RuleOptions
from ray_app.spans import stage
from ray_app.types import EngineInfo, Failure, PageText, PreparedImage, Quality, RgbImage, TextLine

Orient = Callable[[RgbImage], int]
"""Returns by how many degrees (0, 90, 180, 270), clockwise, a page must be turned to be upright."""


class ReadStep:
    """Turns pages upright and reads them. One thread at a time; holds loaded engines until ``close``."""

    name = "read"

    def __init__(
        self,
        engines: Mapping[EngineName, OcrEngine],
        pick: Callable[[Quality], Choice],
        *,
        orient: Orient = lambda image: 0,
        orient_identity: tuple[str, ...] = (),
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        """Takes loaded engines by name, and what picks one of them for a page."""
        self._engines, self._pick, self._orient = engines, pick, orient
        self._orient_identity, self._on_close = orient_identity, on_close

    @classmethod
    def from_options(cls, options: ReadOptions) -> Self:
        """Loads what the options ask for.

        Raises:
            EngineUnavailable: an engine, its weights or its device are not there.
        """
        engines, pick = _engines(options)
        if not options.find_rotation or options.engine.kind == "fake":
            return cls(engines, pick)
        from ray_app.engines.orientation import PageOrienter

        paddle = options.engine.paddle if isinstance(options.engine, RuleOptions) else options.engine
        orienter = PageOrienter(threads=paddle.threads if isinstance(paddle, PaddleOptions) else 1)
        return cls(engines, pick, orient=orienter.find, orient_identity=orienter.identity, on_close=orienter.close)

    @property
    def identity(self) -> tuple[str, ...]:
        """What decides the text besides the options, for the pipeline's fingerprint: engines, weights, devices."""
        infos = [self._engines[name].info for name in sorted(self._engines)]
        engines = tuple(part for info in infos for part in (info.name, *info.models, info.device))
        return engines + self._orient_identity

    def process(self, items: Sequence[PreparedImage]) -> list[PageText | Failure]:
        """Returns a page's text or a failure for each image, in order.

        Raises:
            RecognitionFailed: an engine gave up on one of the images.
        """
        with stage("orientation", len(items)):
            rotations = [self._orient(item.pixels) for item in items]
        choices = [self._pick(item.quality) for item in items]
        pages: list[PageText | Failure | None] = [None] * len(items)
        for name, engine in self._engines.items():
            indexes = [index for index, choice in enumerate(choices) if choice.engine == name]
            read = engine.recognize([_turned(items[index].pixels, rotations[index]) for index in indexes])
            for index, lines in zip(indexes, read, strict=True):
                pages[index] = self._page(items[index], lines, rotations[index], choices[index], engine.info)
        return [page for page in pages if page is not None]

    def close(self) -> None:
        """Lets go of the engines; may be called twice."""
        for engine in self._engines.values():
            engine.close()
        self._on_close()

    def _page(
        self, item: PreparedImage, lines: Sequence[TextLine], rotation: int, choice: Choice, engine: EngineInfo
    ) -> PageText | Failure:
        height, width = item.pixels.shape[:2]
        back = item.to_original.after(Homography.turned(rotation, width, height))
        kept = tuple(
            replace(line, text=line.text.strip(), quad=line.quad.mapped(back)) for line in lines if line.text.strip()
        )
        if not kept:
            return Failure.of(BlankPage("the engine found no text"), self.name)
        kept, remark = on_card(kept, item.card)
        return PageText(
            image_id=item.image_id,
            size=(item.quality.width, item.quality.height),
            lines=kept,
            engine=engine,
            rotation=rotation,
            notices=(*choice.notices, *remark),
        )


def _engines(options: ReadOptions) -> tuple[dict[EngineName, OcrEngine], Callable[[Quality], Choice]]:
    rule = options.engine
    if not isinstance(rule, RuleOptions):
        only = Choice(engine=rule.kind)
        return {rule.kind: create_engine(rule)}, lambda quality: only
    missing = why_not_easyocr(rule.easyocr)
    engines: dict[EngineName, OcrEngine] = {
        "paddle": create_engine(rule.paddle),
        "tesseract": create_engine(rule.tesseract),
    }
    if missing is None:
        engines["easyocr"] = create_engine(rule.easyocr)
    return engines, lambda quality: choose(quality, rule, missing)


def _turned(pixels: RgbImage, degrees: int) -> RgbImage:
    return np.ascontiguousarray(np.rot90(pixels, -degrees // 90)) if degrees else pixels
