"""EasyOCR (extra ``easyocr``): CRAFT finds words, a CRNN reads them; both on torch, with weights from a package.

Words stay apart as EasyOCR gives them: it joins those that touch, and the layout joins the rest of a line.
"""

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version

import numpy as np

from ray_app.engines.base import vendor_call
from ray_app.engines.weights import EASYOCR_EXTRA, digest, easyocr_folder, require
from ray_app.errors import EngineUnavailable
from ray_app.geometry import Quad
from ray_app.options import EasyOptions
from ray_app.spans import stage
from ray_app.types import EngineInfo, RgbImage, TextLine

MIN_SIDE = 4
"""Smaller images have no text, and EasyOCR divides by the size of what it scaled to nothing."""


class EasyEngine:
    """EasyOCR for English. Never run on a real GPU so far."""

    def __init__(self, options: EasyOptions) -> None:
        """Loads torch and both models.

        Raises:
            EngineUnavailable: see ``check_easy``.
        """
        check_easy(options)
        folder = easyocr_folder()
        with _without_warnings():
            import easyocr
            import torch

            torch.set_num_threads(options.threads)
            search_path = list(sys.path)
            self._reader = easyocr.Reader(
                ["en"],
                gpu=options.device.replace("gpu", "cuda") if options.device.startswith("gpu") else False,
                model_storage_directory=str(folder),
                user_network_directory=str(folder),
                download_enabled=False,
                verbose=False,
            )
            # the Reader adds its network folder, where we have none, to the search path of all imports
            sys.path[:] = search_path
        self.info = EngineInfo(
            kind=options.kind,
            version=version("easyocr"),
            models=tuple(f"{path.stem}:{digest(path)}" for path in sorted(folder.glob("*.pth"))),
            device=options.device if options.device.startswith("gpu") else "cpu",
        )

    def recognize(self, images: Sequence[RgbImage]) -> list[tuple[TextLine, ...]]:
        """See :class:`~ray_app.engines.base.OcrEngine`."""
        with stage("ocr_processing", len(images)):
            return [self._one(image) for image in images]

    def close(self) -> None:
        """See :class:`~ray_app.engines.base.OcrEngine`."""
        self._reader = None

    def _one(self, image: RgbImage) -> tuple[TextLine, ...]:
        if min(image.shape[:2]) < MIN_SIDE:
            return ()
        with vendor_call("easyocr"), _without_warnings():
            found = self._reader.readtext(np.ascontiguousarray(image[:, :, ::-1]))
        return tuple(_line(corners, text, confidence) for corners, text, confidence in found)


def check_easy(options: EasyOptions) -> None:
    """Checks that the extra, the weights and the device are there; loads torch only when a GPU is asked for.

    Raises:
        EngineUnavailable: one of them is not; the message says what to install.
    """
    require("easyocr", EASYOCR_EXTRA)
    require("torch", EASYOCR_EXTRA)
    easyocr_folder()
    if options.device.startswith("gpu"):
        import torch

        if int(options.device.removeprefix("gpu:")) >= torch.cuda.device_count():
            raise EngineUnavailable(
                f"device {options.device} was asked for, but torch sees {torch.cuda.device_count()} GPUs; "
                "install a CUDA build of torch that fits the driver, or set device to cpu"
            )


def _line(corners: Sequence[Sequence[float]], text: str, confidence: float) -> TextLine:
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return TextLine(text=text, confidence=min(1.0, max(0.0, float(confidence))), quad=Quad((a, b, c, d)))


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Hides torch's remarks on EasyOCR's ways: deprecated quantizing, pinned memory without a GPU."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
