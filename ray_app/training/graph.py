"""Runs an ONNX graph as a PyTorch module, so that its weights can be taught and written back under their own names.

Knows only the operations that PP-OCRv6's recognizers are made of; another one is refused by name.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper
from torch import Tensor, nn

Attributes = Mapping[str, Any]
Step = tuple[str, list[str], str, Attributes]
"""An operation, the names of what goes in, the name of what comes out, its attributes."""


class GraphModule(nn.Module):
    """An ONNX graph of one input and one output; ``softmax`` at its end is left out, so that it answers logits."""

    def __init__(self, model: onnx.ModelProto) -> None:
        """Takes over the weights; floating-point ones become parameters, statistics and constants buffers."""
        super().__init__()
        graph = model.graph
        self._input = graph.input[0].name
        nodes = list(graph.node)
        self._output = graph.output[0].name
        if nodes[-1].op_type == "Softmax":
            self._output = nodes.pop().input[0]
        self._steps, self._output = _simplified(nodes, self._output)
        unknown = {kind for kind, *_ in self._steps} - _OPERATIONS.keys()
        if unknown:
            raise ValueError(f"these operations are not known: {', '.join(sorted(unknown))}")
        statistics = {name for kind, names, *_ in self._steps if kind == "BatchNormalization" for name in names[3:]}
        self._names: dict[str, str] = {}
        for initializer in graph.initializer:
            value = torch.from_numpy(np.array(numpy_helper.to_array(initializer)))
            self._names[initializer.name] = name = "w_" + initializer.name.replace(".", "_")
            if value.is_floating_point() and value.ndim > 0 and initializer.name not in statistics:
                self.register_parameter(name, nn.Parameter(value))
            else:
                self.register_buffer(name, value)

    def forward(self, pixels: Tensor) -> Tensor:
        """Returns logits, shape (lines, steps, characters), of pixels in -1..1, shape (lines, 3, 48, width)."""
        values: dict[str, Tensor] = {self._input: pixels}
        for kind, names, output, attributes in self._steps:
            values[output] = _OPERATIONS[kind]([self._value(name, values) for name in names], attributes)
        return values[self._output]

    def weight(self, name: str) -> Tensor:
        """Returns the weight that the graph calls ``name``."""
        found: Tensor = getattr(self, self._names[name])
        return found

    def weights(self) -> dict[str, np.ndarray[Any, Any]]:
        """Returns all weights under the names of the graph."""
        return {name: self.weight(name).detach().cpu().numpy() for name in self._names}

    def _value(self, name: str, values: Mapping[str, Tensor]) -> Tensor:
        found = values.get(name)
        return self.weight(name) if found is None else found


def _simplified(nodes: list[onnx.NodeProto], output: str) -> tuple[list[Step], str]:
    """Leaves out what changes nothing, and makes one step of the five that a GELU is written in."""
    same: dict[str, str] = {}
    steps: list[Step] = []
    for node in nodes:
        names = [same.get(name, name) for name in node.input]
        if node.op_type == "Identity":
            same[node.output[0]] = names[0]
            continue
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        steps.append((node.op_type, names, node.output[0], attributes))
        if [step[0] for step in steps[-5:]] == ["Div", "Erf", "Add", "Mul", "Mul"]:
            steps[-5:] = [("Gelu", steps[-5][1][:1], node.output[0], {})]
    return steps, same.get(output, output)


def _conv(x: list[Tensor], a: Attributes) -> Tensor:
    pixels = x[0]
    stride, dilation = a.get("strides", [1, 1]), a.get("dilations", [1, 1])
    if a.get("auto_pad") == b"SAME_UPPER":
        pixels = F.pad(pixels, _same_upper(pixels, a["kernel_shape"], stride))
        padding = [0, 0]
    else:
        top, left, bottom, right = a.get("pads", [0, 0, 0, 0])
        padding = [top, left]
        if (top, left) != (bottom, right):
            pixels, padding = F.pad(pixels, (left, right, top, bottom)), [0, 0]
    return F.conv2d(pixels, x[1], x[2] if len(x) > 2 else None, stride, padding, dilation, a.get("group", 1))


def _max_pool(x: list[Tensor], a: Attributes) -> Tensor:
    padded = F.pad(x[0], _same_upper(x[0], a["kernel_shape"], a["strides"]), value=-torch.inf)
    return F.max_pool2d(padded, a["kernel_shape"], a["strides"])


def _same_upper(pixels: Tensor, kernel: list[int], stride: list[int]) -> tuple[int, int, int, int]:
    spare = []
    for size, reach, step in zip(pixels.shape[-2:], kernel, stride, strict=True):
        total = max(0, (-(-size // step) - 1) * step + reach - size)
        spare.append((total // 2, total - total // 2))
    return (*spare[1], *spare[0])


def _norm(x: list[Tensor], a: Attributes) -> Tensor:
    """Batch norm with the statistics that it came with: they stay as they are."""
    return F.batch_norm(x[0], x[3], x[4], x[1], x[2], False, 0.0, a["epsilon"])


def _mean(x: list[Tensor], a: Attributes) -> Tensor:
    return x[0].mean(a["axes"], keepdim=bool(a.get("keepdims", 1)))


def _slice(x: list[Tensor], a: Attributes) -> Tensor:
    result, starts, ends = x[0], x[1].tolist(), x[2].tolist()
    axes = x[3].tolist() if len(x) > 3 else list(range(len(starts)))
    for axis, start, end in zip(axes, starts, ends, strict=True):
        size = result.shape[axis]
        result = result.narrow(
            axis, start % size if start < 0 else start, min(end if end >= 0 else end + size, size) - start
        )
    return result


def _unsqueeze(x: list[Tensor], a: Attributes) -> Tensor:
    result = x[0]
    for axis in a["axes"]:
        result = result.unsqueeze(axis)
    return result


def _reshape(x: list[Tensor], a: Attributes) -> Tensor:
    shape = [x[0].shape[i] if size == 0 else size for i, size in enumerate(x[1].tolist())]
    return x[0].reshape(shape)


_OPERATIONS: Final[Mapping[str, Callable[[list[Tensor], Attributes], Tensor]]] = {
    "Add": lambda x, a: x[0] + x[1],
    "AveragePool": lambda x, a: F.avg_pool2d(x[0], a["kernel_shape"], a["strides"]),
    "BatchNormalization": _norm,
    "Concat": lambda x, a: torch.cat(x, a["axis"]),
    "Conv": _conv,
    "Div": lambda x, a: x[0] / x[1],
    "Gelu": lambda x, a: F.gelu(x[0]),
    "HardSigmoid": lambda x, a: F.hardsigmoid(x[0]),
    "MatMul": lambda x, a: x[0] @ x[1],
    "MaxPool": _max_pool,
    "Mul": lambda x, a: x[0] * x[1],
    "Pow": lambda x, a: x[0] ** x[1],
    "ReduceMean": _mean,
    "Relu": lambda x, a: F.relu(x[0]),
    "Reshape": _reshape,
    "Shape": lambda x, a: torch.tensor(x[0].shape, dtype=torch.int64),
    "Sigmoid": lambda x, a: torch.sigmoid(x[0]),
    "Slice": _slice,
    "Softmax": lambda x, a: torch.softmax(x[0], a["axis"]),
    "Sqrt": lambda x, a: torch.sqrt(x[0]),
    "Squeeze": lambda x, a: torch.squeeze(x[0], tuple(a["axes"])),
    "Sub": lambda x, a: x[0] - x[1],
    "Transpose": lambda x, a: x[0].permute(a["perm"]),
    "Unsqueeze": _unsqueeze,
}
