"""Teaches on Ray Train: one worker or several, on CPUs or GPUs; goes on from the last checkpoint."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from ray_app.engines.weights import INT8
from ray_app.local_ray import OWN_ENVIRONMENT, local_settings
from ray_app.training import fonts, int8
from ray_app.training.export import export
from ray_app.training.learn import Course, State, learn, start

CHECKPOINT: Final = "state.pt"
SEED: Final = 1000
"""Of the lines that scale the eight bits: others than any course draws first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a course is held."""

    output: Path
    """Folder of the checkpoints and of the files made at the end; every worker must see it."""
    workers: int = 1
    gpu: bool = False
    name: str = "recognizer"


def train(course: Course, place: Place) -> str:
    """Holds the course and writes what was learned below ``output``; returns the graph's sha256."""
    os.environ.setdefault("RAY_TRAIN_V2_ENABLED", "1")
    for variable, value in (OWN_ENVIRONMENT if os.environ.get("RAY_ADDRESS") else local_settings()).items():
        os.environ.setdefault(variable, value)
    import ray
    from ray.train import CheckpointConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchTrainer

    fonts.fetch(fonts.every())
    if not ray.is_initialized():
        ray.init(address=os.environ.get("RAY_ADDRESS") or "local", include_dashboard=False)
    output = place.output.resolve()
    trainer = TorchTrainer(
        _work,
        train_loop_config={"course": course},
        scaling_config=ScalingConfig(num_workers=place.workers, use_gpu=place.gpu),
        run_config=RunConfig(
            name=place.name, storage_path=str(output), checkpoint_config=CheckpointConfig(num_to_keep=3)
        ),
    )
    checkpoint = trainer.fit().checkpoint
    if checkpoint is None:
        raise RuntimeError("the run ended without a checkpoint")
    with checkpoint.as_directory() as folder:
        digest = export(Path(folder) / CHECKPOINT, course.size, output, kept=course.kept)
    taught = output / course.size / "rec.onnx"
    int8.write(taught, taught.with_name(INT8), int8.drawn(SEED))
    return digest


def _work(settings: dict[str, Any]) -> None:
    """What each worker does."""
    from ray import train
    from ray.train.torch import get_device, prepare_model

    course: Course = settings["course"]
    fonts.fetch(fonts.every())  # on a node of its own
    context = train.get_context()
    device = get_device()
    threads = course.threads if device.type == "cpu" else 1
    state = start(replace(course, threads=threads), lambda net: _wrapped(net, device, prepare_model))
    last = train.get_checkpoint()
    if last is not None:
        with last.as_directory() as folder:
            state.load(Path(folder) / CHECKPOINT)

    def report(state: State, figures: dict[str, float]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            kept = None
            if context.get_world_rank() == 0:
                state.save(Path(folder) / CHECKPOINT)
                kept = train.Checkpoint.from_directory(folder)
            train.report(figures, checkpoint=kept)

    learn(course, state, rank=context.get_world_rank(), world=context.get_world_size(), report=report)


def _wrapped(net: nn.Module, device: torch.device, prepare: Callable[[nn.Module], nn.Module]) -> nn.Module:
    prepared: nn.Module = prepare(net.to(device))
    return prepared
