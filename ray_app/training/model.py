"""The stock recognizers with a head for our alphabet, and back into ONNX with a YAML that PaddleX reads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from onnx import numpy_helper

from ray_app.engines.weights import Size, paddle_weights
from ray_app.training.alphabet import ALPHABET, FRACTIONS


def stock(size: Size) -> tuple[onnx.ModelProto, list[str]]:
    """Returns the stock graph and the characters of its columns 1 to n (0 is the blank, the last one the space)."""
    weights = paddle_weights("rec", size)
    settings = yaml.safe_load(weights.config.read_text(encoding="utf-8"))
    return onnx.load(weights.graph), [*settings["PostProcess"]["character_dict"], " "]


def taught(size: Size) -> onnx.ModelProto:
    """Returns the stock graph with a head of blank, alphabet and space.

    A character that the stock model knows keeps its column; a fraction that it does not know starts from that of ½
    with a little noise, any other character from noise.
    """
    model, characters = stock(size)
    weight, bias = head(model)
    index = {char: number + 1 for number, char in enumerate(characters)}
    rows, columns = _array(model, weight), _array(model, bias)
    noise = np.random.default_rng(0)
    chosen = [0, *(index.get(char, index["½"] if char in FRACTIONS else -1) for char in [*ALPHABET, " "])]
    new_weight, new_bias = rows[:, chosen].copy(), columns[chosen].copy()
    spread = float(rows.std())
    for number, char in enumerate([*ALPHABET, " "], start=1):
        if char not in index:
            if char not in FRACTIONS:
                new_weight[:, number], new_bias[number] = 0.0, columns.min()
            new_weight[:, number] += noise.normal(0, 0.3 * spread, rows.shape[0]).astype(np.float32)
            new_bias[number] -= 0.5
    return with_weights(model, {weight: new_weight, bias: new_bias})


def head(model: onnx.ModelProto) -> tuple[str, str]:
    """Returns the names of the last linear layer's weight and bias."""
    names = {initializer.name for initializer in model.graph.initializer}
    last = [node for node in model.graph.node if node.op_type == "MatMul"][-1]
    after = next(node for node in model.graph.node if last.output[0] in node.input)
    return last.input[1], next(name for name in after.input if name in names)


def with_weights(model: onnx.ModelProto, weights: Mapping[str, np.ndarray[Any, Any]]) -> onnx.ModelProto:
    """Returns a copy of the graph with some of its weights replaced; the output's width follows the head's."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    for initializer in result.graph.initializer:
        if initializer.name in weights:
            initializer.CopyFrom(
                numpy_helper.from_array(np.ascontiguousarray(weights[initializer.name]), initializer.name)
            )
    width = _array(result, head(result)[1]).shape[0]
    for value in [*result.graph.value_info, *result.graph.output]:
        dimensions = value.type.tensor_type.shape.dim
        if value.name == result.graph.output[0].name:
            dimensions[-1].dim_value = width
    del result.graph.value_info[:]
    return result


def write(model: onnx.ModelProto, size: Size, graph: Path, config: Path) -> None:
    """Writes the graph, and the stock YAML with our alphabet as its characters."""
    graph.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, graph)
    settings = yaml.safe_load(paddle_weights("rec", size).config.read_text(encoding="utf-8"))
    settings["PostProcess"]["character_dict"] = list(ALPHABET)
    config.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _array(model: onnx.ModelProto, name: str) -> np.ndarray[Any, Any]:
    found = next(initializer for initializer in model.graph.initializer if initializer.name == name)
    return numpy_helper.to_array(found)
