"""From a checkpoint to the files that are shipped."""

import hashlib
from pathlib import Path

import torch

from ray_app.engines.weights import Size
from ray_app.training import model
from ray_app.training.graph import GraphModule


def export(checkpoint: Path, size: Size, folder: Path, *, kept: float = 0.0) -> str:
    """Writes ``<folder>/<size>/rec.onnx`` and ``inference.yml``; returns the graph's sha256.

    Args:
        checkpoint: what ``learn.State.save`` wrote.
        size: which recognizer it is.
        folder: where to.
        kept: share of the weights as they were before teaching, 0 to 1: brings back some of what was forgotten.
    """
    graph = model.taught(size)
    net = GraphModule(graph)
    average = torch.load(checkpoint, map_location="cpu", weights_only=True)["average"]
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter.copy_(torch.lerp(average[name], parameter, kept))
    target = folder / size / "rec.onnx"
    model.write(model.with_weights(graph, net.weights()), size, target, target.with_name("inference.yml"))
    return hashlib.sha256(target.read_bytes()).hexdigest()
