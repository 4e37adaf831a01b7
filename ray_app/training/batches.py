"""Batches of drawn lines: what stands in one follows from the seed and its number alone."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from ray_app.engines.crops import GRAY
from ray_app.training import amounts, degrade, fonts, lines, synthesis
from ray_app.training.alphabet import ALPHABET, readable, written

GROUP: Final = 8
"""Batches that are drawn together and sorted by width, so that little of a batch is padding."""

_WIDEST: Final = 800
_COLUMNS: Final = {char: number for number, char in enumerate([*ALPHABET, " "], start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What lines are drawn: seed, mix of kinds, share of handwriting, forms of fractions, wear."""

    seed: int = 0
    hands: float = 0.5
    mix: lines.Mix = field(default_factory=lines.Mix)
    forms: amounts.Forms = field(default_factory=amounts.Forms)
    wear: degrade.Wear = field(default_factory=degrade.Wear)


@dataclass(frozen=True, slots=True)
class Batch:
    """Pixels (lines, 3, 48, width) in -1..1; labels one after the other, and how many columns each has."""

    pixels: Tensor
    labels: Tensor
    lengths: Tensor


def example(recipe: Recipe, rng: random.Random) -> tuple[degrade.Picture, str]:
    """Draws one line; returns its picture, 48 rows, and its label."""
    while True:
        text = written(lines.line(rng, recipe.mix))
        if not text or not readable(text):
            continue
        chosen = _style(recipe, rng)
        text = amounts.rewritten(text, recipe.forms, partial(fonts.has, chosen.package))
        ink, label = synthesis.ink(text, chosen, rng)
        other, _ = synthesis.ink(text[::-1], chosen, rng)
        picture = degrade.photographed(ink, rng, recipe.wear, hand=chosen.kind == "hand", above=other)
        label = " ".join(label.split())
        repeats = sum(a == b for a, b in itertools.pairwise(label))
        if label and 16 <= picture.shape[1] <= _WIDEST and len(label) + repeats < picture.shape[1] // 8:
            return picture, label


def _style(recipe: Recipe, rng: random.Random) -> synthesis.Style:
    chosen = synthesis.style(rng, recipe.hands)
    if not recipe.forms.built_up:
        return replace(chosen, built_up=0.0)
    return chosen if recipe.forms.glyph else replace(chosen, built_up=1.0)


def group(recipe: Recipe, number: int, size: int) -> list[Batch]:
    """Returns the ``GROUP`` batches of ``size`` lines each that make up a group."""
    rng = random.Random(f"{recipe.seed}/{number}")
    examples = sorted((example(recipe, rng) for _ in range(size * GROUP)), key=lambda found: found[0].shape[1])
    batches = [_batch(examples[start : start + size]) for start in range(0, len(examples), size)]
    rng.shuffle(batches)
    return batches


def endless(recipe: Recipe, size: int, *, step: int, rank: int, world: int, workers: int) -> Iterator[Batch]:
    """Returns the batches from ``step`` on that the ``rank``-th of ``world`` learners sees."""
    loader: DataLoader[Any] = DataLoader(
        _Groups(recipe, size, step // GROUP, rank, world), batch_size=None, num_workers=workers,
        prefetch_factor=2 if workers else None, multiprocessing_context="forkserver" if workers else None,
    )  # fmt: skip
    skip = step % GROUP
    for batches in loader:
        yield from batches[skip:]
        skip = 0


class _Groups(IterableDataset[list[Batch]]):
    def __init__(self, recipe: Recipe, size: int, first: int, rank: int, world: int) -> None:
        self._recipe, self._size, self._first, self._rank, self._world = recipe, size, first, rank, world

    def __iter__(self) -> Iterator[list[Batch]]:
        """Groups from the first on; with several loading processes each makes its share, and they are asked in turn."""
        info = torch.utils.data.get_worker_info()
        offset, stride = (info.id, info.num_workers) if info else (0, 1)
        number = self._first + offset
        while True:
            yield group(self._recipe, number * self._world + self._rank, self._size)
            number += stride


def _batch(examples: list[tuple[degrade.Picture, str]]) -> Batch:
    width = -(-max(picture.shape[1] for picture, _ in examples) // 32) * 32
    pixels = np.full((len(examples), 48, width, 3), GRAY, np.uint8)
    for row, (picture, _) in zip(pixels, examples, strict=True):
        row[:, : picture.shape[1]] = picture
    labels = [[_COLUMNS[char] for char in label] for _, label in examples]
    return Batch(
        pixels=torch.from_numpy(pixels.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1),
        labels=torch.tensor([column for label in labels for column in label]),
        lengths=torch.tensor([len(label) for label in labels]),
    )
