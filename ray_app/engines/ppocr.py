"""PaddleOCR's two models, one by one: a detector that finds lines, a recognizer that reads cut-out lines.

The only file that imports PaddleOCR. Each model is used by itself and not through PaddleOCR's pipeline, so that the
lines of a whole batch can be read together and a page's direction can be found with the same parts.
"""

import logging
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ray_app.engines.base import vendor_call
from ray_app.engines.weights import REINSTALL, Origin, PaddleWeights, Size, paddle_weights, require
from ray_app.errors import EngineUnavailable
from ray_app.types import RgbImage

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# onnxruntime's wheels (from 1.29 on) send events and leave a device id in the home; read once, when it is first loaded.

LINE_HEIGHT = 48
"""Rows of a recognizer's input (``image_shape`` in the weights' inference.yml)."""

MAX_LINE_WIDTH = 3200
"""Widest recognizer input, in pixels: PaddleX squeezes wider ones to this (``max_imgW``)."""

_VENDOR_SHAPE = "image_shape:\n      - 3\n      - 48\n      - 320\n"
_OUR_SHAPE = "image_shape:\n      - 3\n      - 48\n      - 48\n"


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

    def __init__(self, size: Size, *, batch_size: int, threads: int, device: str, origin: Origin = "stock") -> None:
        weights = paddle_weights("rec", size, origin)
        self.identity = weights.identity
        self._batch_size = batch_size
        with _model_folder(weights) as folder, _quiet_import():
            from paddleocr import TextRecognition

            self._model = TextRecognition(
                model_name=weights.name, model_dir=str(folder), **_engine_arguments(threads, device)
            )

    def read(self, lines: Sequence[RgbImage]) -> list[tuple[str, float]]:
        """Returns text and mean confidence of each line, in order.

        Lines are grouped by width and only those of one width go into one call: no pixel of padding is computed, and
        what is read does not depend on the neighbours. So give widths of few kinds (see ``crops.cut``).

        Raises:
            RecognitionFailed: PaddleOCR gave up.
        """
        by_width: dict[int, list[int]] = {}
        for index, line in enumerate(lines):
            by_width.setdefault(line.shape[1], []).append(index)
        answers: list[tuple[str, float]] = [("", 0.0)] * len(lines)
        for _, indexes in sorted(by_width.items()):
            batch = [np.ascontiguousarray(lines[index][:, :, ::-1]) for index in indexes]
            with vendor_call("paddle"):
                for index, answer in zip(indexes, self._model.predict(batch, batch_size=self._batch_size), strict=True):
                    answers[index] = (answer["rec_text"], float(answer["rec_score"]))
        return answers

    def close(self) -> None:
        """Lets go of the model; may be called twice."""
        self._model = None


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


@contextmanager
def _model_folder(weights: PaddleWeights) -> Iterator[Path]:
    """Lends the weights under the names that PaddleX looks for; all is read while the model is made.

    The recognizer's smallest width is lowered from 320 to 48: PaddleX pads every line to at least that, and most
    lines of an ingredient list are narrower (docs/engines.md has what it gains).
    """
    with TemporaryDirectory(prefix="recipe-ocr-") as name:
        folder = Path(name)
        (folder / "inference.onnx").symlink_to(weights.graph)
        text = weights.config.read_text(encoding="utf-8").replace(_VENDOR_SHAPE, _OUR_SHAPE)
        (folder / "inference.yml").write_text(text, encoding="utf-8")
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
