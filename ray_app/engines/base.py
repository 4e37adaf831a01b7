"""What every engine is, and how one is made from its options.

Knows the kinds of engines; loads a vendor only when an engine of its kind is made.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, assert_never

from ray_app.errors import RecipeOcrError, RecognitionFailed
from ray_app.options import EasyOptions, FakeOptions, PaddleOptions, SingleEngineOptions, TesseractOptions
from ray_app.types import EngineInfo, RgbImage, TextLine


class OcrEngine(Protocol):
    """Turns pixels into lines of text. One thread at a time, but not always the same one."""

    @property
    def info(self) -> EngineInfo:
        """Who reads: part of every page and of the pipeline's fingerprint."""
        ...

    def recognize(self, images: Sequence[RgbImage]) -> list[tuple[TextLine, ...]]:
        """Reads images: one tuple of lines an image, in the order of ``images``; empty where nothing stands.

        Coordinates are pixels of the image given, origin top left. The images are not changed and not kept. An
        image's lines don't depend on its neighbours in the batch. Uses as many threads as the options say.

        Raises:
            RecognitionFailed: the vendor's code gave up on one of the images (which one is not said).
        """
        ...

    def close(self) -> None:
        """Lets go of the loaded weights; may be called twice."""
        ...


def create_engine(options: SingleEngineOptions) -> OcrEngine:
    """Loads the engine that the type of ``options`` names.

    Raises:
        EngineUnavailable: the engine, its weights or its device are not there; the message says what to install.
    """
    match options:
        case PaddleOptions():
            from ray_app.engines.paddle import PaddleEngine

            return PaddleEngine(options)
        case TesseractOptions():
            from ray_app.engines.tesseract import create_tesseract

            return create_tesseract(options)
        case EasyOptions():
            from ray_app.engines.easy import EasyEngine

            return EasyEngine(options)
        case FakeOptions():
            from ray_app.engines.fake import FakeEngine

            return FakeEngine(options)
    assert_never(options)


def check_engine(options: SingleEngineOptions) -> None:
    """Finds out without loading anything heavy whether ``create_engine`` can work: packages, weights, device.

    Raises:
        EngineUnavailable: the engine, its weights or its device are not there; the message says what to install.
    """
    match options:
        case PaddleOptions():
            from ray_app.engines.paddle import check_paddle

            check_paddle(options)
        case TesseractOptions():
            from ray_app.engines.tesseract import check_tesseract

            check_tesseract(options)
        case EasyOptions():
            from ray_app.engines.easy import check_easy

            check_easy(options)
        case FakeOptions():
            pass
        case _:
            assert_never(options)


@contextmanager
def vendor_call(kind: str) -> Iterator[None]:
    """Turns what a vendor's code raises inside the block into RecognitionFailed; our own errors pass."""
    try:
        yield
    except (MemoryError, RecipeOcrError):
        raise
    except Exception as error:
        raise RecognitionFailed(f"{kind} gave up: {type(error).__name__}: {error}") from error
