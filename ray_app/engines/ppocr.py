"""PaddleOCR's two models, one by one: a detector that finds lines, a recognizer that reads cut-out lines.

The only file that imports PaddleOCR. Each model is used by itself and not through PaddleOCR's pipeline, so that the
lines of a whole batch can be read together and a page's direction can be found with the same parts.
"""

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ray_app.engines.base import vendor_call
from ray_app.engines.lattice import Lattice
from ray_app.engines.weights import REINSTALL, Origin, PaddleWeights, Size, paddle_weights, require
from ray_app.errors import EngineUnavailable, RecognitionFailed
from ray_app.types import RgbImage

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# onnxruntime's wheels (from 1.29 on) send events and leave a device id in the home; read once, when it is first loaded.

T = TypeVar("T")

LINE_HEIGHT = 48
"""Rows of a recognizer's input (``image_shape`` in the weights' inference.yml)."""

MAX_LINE_WIDTH = 3200
"""Widest recognizer input, in pixels: PaddleX squeezes wider ones to this (``max_imgW``)."""


def check_models(device: str, detector: Size, recognizer: Size, origin: Origin) -> None:
    """Checks without loading that PaddleOCR, these weights (``origin``: the recognizer's) and the device are there.

    Raises:
        EngineUnavailable: one of them is not; the message says what to install.
    """
    require("paddleocr", REINSTALL)
    require("onnxruntime", REINSTALL)
    paddle_weights("det", detector)
    paddle_weights("rec", recognizer, origin)
    _check_device(device)


def resolve_device(device: str) -> str:
    """Returns ``cpu`` for ``auto``: whoever was given a GPU by Ray says ``gpu:N`` himself, as a door does."""
    return "cpu" if device == "auto" else device


def vendor_version() -> str:
    """Returns PaddleOCR's version."""
    return version("paddleocr")


class Detector:
    """Finds lines of text. Never run on a real GPU so far."""

    def __init__(self, size: Size, *, side: int, threads: int, device: str) -> None:
        weights = paddle_weights("det", size)
        self.identity = weights.identity
        with _model_folder(weights) as folder, _quiet_import():
            from paddleocr import TextDetection

            self._model = TextDetection(
                model_name=weights.name,
                model_dir=str(folder),
                limit_side_len=side,
                limit_type="max",
                **_engine_arguments(threads, device),
            )

    def find(self, image: RgbImage) -> NDArray[np.float32]:
        """Returns the lines' corners in pixels of ``image``, shape (lines, 4, 2): x, y; clockwise from top left.

        Lines come from top to bottom by their upper edge.

        Raises:
            RecognitionFailed: PaddleOCR gave up.
        """
        with vendor_call("paddle"):
            found = self._model.predict(np.ascontiguousarray(image[:, :, ::-1]), batch_size=1)[0]["dt_polys"]
        corners = np.asarray(found, dtype=np.float32).reshape(-1, 4, 2)
        order = np.lexsort((corners[:, :, 0].min(axis=1), corners[:, :, 1].min(axis=1)))
        ordered: NDArray[np.float32] = corners[order]
        return ordered

    def close(self) -> None:
        """Lets go of the model; may be called twice."""
        self._model = None


class Recognizer:
    """Reads cut-out lines. Never run on a real GPU so far."""

    def __init__(
        self,
        size: Size,
        *,
        batch_size: int,
        threads: int,
        device: str,
        origin: Origin = "stock",
        int8: bool = False,
    ) -> None:
        weights = paddle_weights("rec", size, origin, int8=int8)
        self.identity = weights.identity
        self._batch_size = batch_size
        with _model_folder(weights) as folder, _quiet_import():
            from paddleocr import TextRecognition

            model = TextRecognition(
                model_name=weights.name, model_dir=str(folder), **_engine_arguments(threads, device)
            ).paddlex_predictor
        self._run = model.runner
        self.characters = ("", *model.post_op.character[1:])

    def read(self, lines: Sequence[RgbImage]) -> list[tuple[str, float]]:
        """Returns text and mean confidence of each line, in order; see ``look``."""
        return self._each(lines, Lattice.greedy)

    def look(self, lines: Sequence[RgbImage]) -> list[Lattice]:
        """Returns how likely each character is in each column of each line, in order.

        Lines are grouped by width and only those of one width go into one call: no pixel of padding is computed, and
        what is read does not depend on the neighbours. So give widths of few kinds (see ``crops.cut``).

        Raises:
            RecognitionFailed: PaddleOCR gave up.
        """
        return self._each(lines, lambda lattice: lattice)

    def _each(self, lines: Sequence[RgbImage], what: Callable[[Lattice], T]) -> list[T]:
        """Asks the model itself: PaddleX's own way ends in text, and pads every line to at least 320 pixels."""
        by_width: dict[int, list[int]] = {}
        for index, line in enumerate(lines):
            by_width.setdefault(line.shape[1], []).append(index)
        answers: dict[int, T] = {}
        for indexes in by_width.values():
            for start in range(0, len(indexes), self._batch_size):
                batch = indexes[start : start + self._batch_size]
                pixels = np.stack([lines[index] for index in batch])[..., ::-1].transpose(0, 3, 1, 2)
                with vendor_call("paddle"):
                    chances = self._run(x=np.ascontiguousarray(pixels, dtype=np.float32) / 127.5 - 1)[0]
                for index, one in zip(batch, chances, strict=True):
                    answers[index] = what(Lattice(np.asarray(one), self.characters))
        return [answers[index] for index in range(len(lines))]

    def close(self) -> None:
        """Lets go of the model; may be called twice."""
        self._run = _closed


def _engine_arguments(threads: int, device: str) -> dict[str, Any]:
    import cv2

    cv2.setNumThreads(threads)
    return {
        "device": device,
        "engine": "onnxruntime",
        "engine_config": {
            "intra_op_num_threads": threads,
            "inter_op_num_threads": 1,
            "log_severity_level": 3,
        },
    }


def _check_device(device: str) -> None:
    if device == "cpu":
        return
    import onnxruntime

    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        raise EngineUnavailable(
            f"device {device} was asked for, but this onnxruntime has no CUDA provider; "
            "replace onnxruntime by onnxruntime-gpu (uv pip install onnxruntime-gpu), or set device to cpu"
        )


def _closed(**arrays: object) -> list[NDArray[np.float32]]:
    raise RecognitionFailed("the recognizer was closed")


@contextmanager
def _model_folder(weights: PaddleWeights) -> Iterator[Path]:
    """Lends the weights under the names that PaddleX looks for; all is read while the model is made."""
    with TemporaryDirectory(prefix="recipe-ocr-") as name:
        folder = Path(name)
        (folder / "inference.onnx").symlink_to(weights.graph.resolve())
        (folder / "inference.yml").symlink_to(weights.config.resolve())
        yield folder


@contextmanager
def _quiet_import() -> Iterator[None]:
    """Keeps PaddleX from the network, from the log, and from loading torch.

    PaddleX imports the download client ``modelscope``, which imports torch where it is installed: 500 MB and 8 s for
    downloads that never happen, as every weight comes in a wheel. An empty module stands in for it meanwhile.
    """
    os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    logging.getLogger("paddlex").setLevel(logging.ERROR)
    stand_in = None
    if "modelscope" not in sys.modules and "paddlex" not in sys.modules:
        stand_in = sys.modules["modelscope"] = ModuleType("modelscope")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if stand_in is not None and sys.modules.get("modelscope") is stand_in:
            del sys.modules["modelscope"]
