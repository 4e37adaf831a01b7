"""Teaches a recognizer: CTC on drawn lines, kept near what the stock model knows. Knows nothing of Ray.

Against forgetting: batch norm statistics stay, the body learns more slowly than the head, the weights are averaged over
the steps, and on lines without a fraction that the stock model reads right, its answer is a second teacher.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ray_app.engines.weights import Size
from ray_app.training import model
from ray_app.training.alphabet import ALPHABET, FRACTIONS
from ray_app.training.batches import Batch, Recipe, endless
from ray_app.training.graph import GraphModule

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How one recognizer is taught."""

    size: Size = "tiny"
    steps: int = 3600
    batch: int = 24
    body_rate: float = 5e-4
    head_rate: float = 1.2e-3
    warm_up: int = 60
    average: float = 0.995
    distil: float = 0.0
    """Weight of the stock model's answer; costs a third of the speed."""
    kept: float = 0.0
    """Share of the stock weights in what is written: some of what was forgotten comes back (Wortsman et al. 2022)."""
    save_every: int = 160
    loaders: int = 1
    threads: int = 2
    recipe: Recipe = field(default_factory=Recipe)


@dataclass
class State:
    """All that a run needs to go on: nothing else is kept in a checkpoint."""

    net: nn.Module
    average: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0

    def save(self, path: Path) -> None:
        """Writes the state; whole or not at all."""
        part = path.with_suffix(".part")
        state = {
            "net": plain(self.net).state_dict(),
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
        }
        torch.save(state, part)
        part.replace(path)

    def load(self, path: Path) -> None:
        """Goes on from a file that ``save`` wrote."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        plain(self.net).load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average, self.step = state["average"], state["step"]


def plain(net: nn.Module) -> GraphModule:
    """Returns the module inside a wrapper that spreads it over several processes."""
    inner = getattr(net, "module", net)
    assert isinstance(inner, GraphModule)
    return inner


def start(course: Course, wrap: Callable[[nn.Module], nn.Module] = lambda net: net) -> State:
    """Returns the state before the first step."""
    torch.manual_seed(course.recipe.seed)
    graph = model.taught(course.size)
    net = GraphModule(graph)
    ends = {id(net.weight(name)) for name in model.head(graph)}
    groups: list[dict[str, Any]] = [
        {
            "params": [p for p in net.parameters() if id(p) not in ends],
            "lr": course.body_rate,
            "initial": course.body_rate,
        },
        {"params": [p for p in net.parameters() if id(p) in ends], "lr": course.head_rate, "initial": course.head_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=1e-4)
    average = {name: p.detach().clone() for name, p in net.named_parameters()}
    return State(wrap(net), average, optimizer)


def learn(
    course: Course, state: State, *, rank: int = 0, world: int = 1, report: Callable[[State, dict[str, float]], None]
) -> None:
    """Takes the course's steps from where the state stands; ``report`` is called where a checkpoint is due and at the end."""
    torch.set_num_threads(course.threads)
    device = next(state.net.parameters()).device
    second = _StockTeacher(course.size).to(device) if course.distil else None
    batches = endless(course.recipe, course.batch, step=state.step, rank=rank, world=world, workers=course.loaders)
    losses: list[float] = []
    began = time.perf_counter()
    for batch in batches:
        if state.step >= course.steps:
            break
        losses.append(_step(course, state, batch, second, device))
        if state.step % course.save_every == 0 or state.step == course.steps:
            seconds = (time.perf_counter() - began) / len(losses)
            figures = {"step": state.step, "loss": sum(losses) / len(losses), "seconds_per_step": seconds}
            _LOG.info("step %d: loss %.3f, %.2f s a step", state.step, figures["loss"], seconds)
            report(state, figures)
            losses, began = [], time.perf_counter()


def _step(course: Course, state: State, batch: Batch, second: "_StockTeacher | None", device: torch.device) -> float:
    for group in state.optimizer.param_groups:
        group["lr"] = group["initial"] * _rate(course, state.step)
    pixels = batch.pixels.to(device)
    logits: Tensor = state.net(pixels)
    loss = _ctc(logits, batch)
    if second is not None:
        loss = loss + course.distil * second.distance(logits, pixels, batch)
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(state.net.parameters(), 5.0)
    state.optimizer.step()
    state.step += 1
    kept = min(course.average, (1 + state.step) / (10 + state.step))
    with torch.no_grad():
        for name, parameter in plain(state.net).named_parameters():
            state.average[name].lerp_(parameter.cpu(), 1 - kept)
    return float(loss.detach())


def _rate(course: Course, step: int) -> float:
    """Warm-up, then half a cosine down to a fiftieth."""
    if step < course.warm_up:
        return (step + 1) / course.warm_up
    done = (step - course.warm_up) / max(1, course.steps - course.warm_up)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _ctc(logits: Tensor, batch: Batch) -> Tensor:
    steps = torch.full((logits.shape[0],), logits.shape[1], dtype=torch.long)
    answers = F.log_softmax(logits, -1).transpose(0, 1)
    return F.ctc_loss(answers, batch.labels.to(logits.device), steps, batch.lengths, zero_infinity=True)


class _StockTeacher(nn.Module):
    """The stock model with our head: on what it reads right, how far the pupil is from its answers."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.net = GraphModule(model.taught(size)).requires_grad_(False)
        self.fractions = [ALPHABET.index(char) + 1 for char in FRACTIONS]

    def distance(self, logits: Tensor, pixels: Tensor, batch: Batch) -> Tensor:
        """Returns the mean divergence over the lines that hold no fraction and are read right by the stock model."""
        with torch.no_grad():
            wanted: Tensor = self.net(pixels)
        chosen = [
            self._right(row, label)
            for row, label in zip(wanted, torch.split(batch.labels, batch.lengths.tolist()), strict=True)
        ]
        if not any(chosen):
            return logits.new_zeros(())
        rows = torch.tensor(chosen, device=logits.device)
        pupil = F.log_softmax(logits[rows], -1)
        return F.kl_div(pupil, F.log_softmax(wanted[rows], -1), log_target=True, reduction="none").sum(-1).mean()

    def _right(self, row: Tensor, label: Tensor) -> bool:
        columns = torch.unique_consecutive(row.argmax(-1))
        return not any(column in self.fractions for column in label.tolist()) and columns[columns > 0].cpu().equal(
            label
        )
