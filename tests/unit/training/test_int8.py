"""Graphs in eight bits: smaller, and near to what they are made of."""

import numpy as np
import onnxruntime

from ray_app.engines.weights import paddle_weights
from ray_app.training import int8


def test_a_graph_in_eight_bits_is_small_and_sees_about_the_same(tmp_path):
    rng = np.random.default_rng(0)
    lines = [rng.uniform(-1, 1, (1, 3, 48, width)).astype(np.float32) for width in (64, 96, 128, 96)]
    plain, packed = paddle_weights("rec", "tiny", "taught").graph, tmp_path / "rec.int8.onnx"

    int8.write(plain, packed, lines)

    assert packed.stat().st_size < 0.5 * plain.stat().st_size
    one, other = (
        onnxruntime.InferenceSession(graph).run(None, {"x": lines[1]})[0].argmax(-1) for graph in (plain, packed)
    )
    assert one.shape == other.shape
    assert (one == other).mean() > 0.8
