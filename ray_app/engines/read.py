"""The second step: pixels -> lines in pixels of the original. Knows engines; knows nothing of files and recipes."""

from collections.abc import Sequence
from typing import Self

from ray_app.engines.base import OcrEngine, create_engine
from ray_app.errors import BlankPage
from ray_app.options import ReadOptions, RuleOptions
from ray_app.types import Failure, PageText, PreparedImage, TextLine


class ReadStep:
    """Turns pages upright and reads them. One thread at a time; holds loaded engines until ``close``."""

    name = "read"

    def __init__(self, engine: OcrEngine) -> None:
        self._engine = engine

    @classmethod
    def from_options(cls, options: ReadOptions) -> Self:
        """Loads the engine.

        Raises:
            EngineUnavailable: the engine, its weights or its device are not there.
        """
        engine = options.engine
        return cls(create_engine(engine.paddle if isinstance(engine, RuleOptions) else engine))

    @property
    def identity(self) -> tuple[str, ...]:
        """What decides the text besides the options, for the pipeline's fingerprint."""
        info = self._engine.info
        return (info.name, *info.models, info.device)

    def process(self, items: Sequence[PreparedImage]) -> list[PageText | Failure]:
        """Returns a page's text or a failure for each image, in order.

        Raises:
            RecognitionFailed: the engine gave up on one of the images.
        """
        read = self._engine.recognize([item.pixels for item in items])
        return [self._page(item, lines) for item, lines in zip(items, read, strict=True)]

    def close(self) -> None:
        """Lets go of the engines; may be called twice."""
        self._engine.close()

    def _page(self, item: PreparedImage, lines: Sequence[TextLine]) -> PageText | Failure:
        kept = tuple(
            TextLine(text=line.text.strip(), confidence=line.confidence, quad=line.quad.mapped(item.to_original))
            for line in lines
            if line.text.strip()
        )
        if not kept:
            return Failure.of(BlankPage("the engine found no text"), self.name)
        return PageText(
            image_id=item.image_id,
            size=(item.quality.width, item.quality.height),
            lines=kept,
            engine=self._engine.info,
        )
