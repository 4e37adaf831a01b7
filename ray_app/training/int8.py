"""A recognizer's convolutions in eight bits: a smaller file, and less time on CPUs.

Static (QDQ): activations are scaled beforehand, on drawn lines, and weights channel by channel. The head and the products
of attention stay in float32: they take little time, and more amounts were read wrongly with them (docs/recognizer.md).
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import onnx
from numpy.typing import NDArray
from onnx import version_converter
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from ray_app.training.batches import Recipe, group

LINES: Final = 64
"""So many lines scale the activations."""

_OPSET: Final = 13
"""The first that knows a scale for each channel."""

Lines = Sequence[NDArray[Any]]


class _Reader(CalibrationDataReader):  # type: ignore[misc,unused-ignore]
    """Hands lines over one by one."""

    def __init__(self, lines: Lines) -> None:
        self._lines = iter([{"x": line} for line in lines])

    def get_next(self) -> dict[str, Any] | None:
        """Returns the next line under the name of the graph's input, or None after the last."""
        return next(self._lines, None)


def drawn(seed: int, count: int = LINES) -> Lines:
    """Returns drawn lines, each as the recognizer takes it: shape (1, 3, 48, width), -1..1."""
    batches = group(Recipe(seed=seed), 0, -(-count // 8))
    return [pixels[None].numpy() for batch in batches for pixels in batch.pixels][:count]


def write(graph: Path, target: Path, lines: Lines, *, operators: Sequence[str] = ("Conv",)) -> None:
    """Writes a graph in eight bits.

    Args:
        graph: in float32.
        target: where to.
        lines: that scale the activations, see :func:`drawn`.
        operators: kinds of nodes that are computed in eight bits.
    """
    with TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        onnx.save(version_converter.convert_version(onnx.load(graph), _OPSET), prepared)
        quant_pre_process(prepared, prepared, skip_symbolic_shape=True)  # folds batch norms into convolutions
        quantize_static(
            prepared, target, _Reader(lines), quant_format=QuantFormat.QDQ, per_channel=True,
            op_types_to_quantize=list(operators), activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            reduce_range=True,  # seven bits: without VNNI, sums of products of eight overflow
        )  # fmt: skip
