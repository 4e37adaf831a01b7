from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
import yaml

from ray_app.engines.weights import Size
from ray_app.training import model
from ray_app.training.alphabet import ALPHABET
from ray_app.training.graph import GraphModule

PIXELS = torch.from_numpy(np.random.default_rng(0).normal(0, 1, (2, 3, 48, 160)).astype(np.float32))


def answers(graph: bytes) -> np.ndarray:
    session = onnxruntime.InferenceSession(graph)
    return session.run(None, {session.get_inputs()[0].name: PIXELS.numpy()})[0]


@pytest.mark.parametrize("size", ["tiny", "small"])
def test_torch_answers_as_onnx_does(size: Size) -> None:
    graph, _ = model.stock(size)
    with torch.no_grad():
        found = torch.softmax(GraphModule(graph)(PIXELS), -1).numpy()

    assert np.abs(found - answers(graph.SerializeToString())).max() < 1e-4


def test_the_cut_head_keeps_the_columns_that_the_stock_model_has() -> None:
    graph, characters = model.stock("tiny")
    cut = model.taught("tiny")
    with torch.no_grad():
        before, after = GraphModule(graph)(PIXELS), GraphModule(cut)(PIXELS)

    known = [char for char in ALPHABET if char in characters]
    old = [characters.index(char) + 1 for char in known]
    new = [ALPHABET.index(char) + 1 for char in known]

    assert after.shape[-1] == len(ALPHABET) + 2
    assert torch.allclose(before[..., old], after[..., new], atol=1e-4)
    assert torch.allclose(before[..., -1], after[..., -1], atol=1e-4)


def test_what_is_written_is_what_torch_holds(tmp_path: Path) -> None:
    cut = model.taught("tiny")
    net = GraphModule(cut)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(1.01)
        expected = torch.softmax(net(PIXELS), -1).numpy()
    model.write(model.with_weights(cut, net.weights()), "tiny", tmp_path / "rec.onnx", tmp_path / "inference.yml")

    settings = yaml.safe_load((tmp_path / "inference.yml").read_text(encoding="utf-8"))
    assert np.abs(answers((tmp_path / "rec.onnx").read_bytes()) - expected).max() < 1e-4
    assert "".join(settings["PostProcess"]["character_dict"]) == ALPHABET
