"""Do confidences mean what they say? Reliability, expected calibration error, and the fit of curves that mend them.

Knows pairs of a confidence and whether it was right; knows nothing of recipes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ray_app.recipe.confidence import Knots

BINS = 10
"""Bins of equal width: the usual number, so that errors compare with other people's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One confidence, 0..1, and whether what it was given for was right."""

    confidence: float
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """What was seen with a confidence between ``low`` and ``high``: how many, their mean confidence, the share right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def reliability(seen: Sequence[Seen], bins: int = BINS) -> tuple[Bin, ...]:
    """Returns the bins that hold anything."""
    inside: list[list[Seen]] = [[] for _ in range(bins)]
    for one in seen:
        inside[min(bins - 1, int(one.confidence * bins))].append(one)
    return tuple(
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            count=len(held),
            confidence=sum(one.confidence for one in held) / len(held),
            right=sum(one.right for one in held) / len(held),
        )
        for number, held in enumerate(inside)
        if held
    )


def expected_error(seen: Sequence[Seen], bins: int = BINS) -> float | None:
    """Returns the expected calibration error: the mean gap between confidence and share right; None where nothing was seen."""
    if not seen:
        return None
    return sum(one.count * abs(one.confidence - one.right) for one in reliability(seen, bins)) / len(seen)


def fit(seen: Sequence[Seen], *, least: int = 25) -> Knots:
    """Returns the rising curve that fits best: isotonic regression, then the middle of each step as a knot.

    A step speaks for ``least`` observations or more, and counts as if two more had been seen, one right and one
    wrong (Laplace), so that nothing is ever sure.

    Args:
        seen: observations with the confidence to be mended.
        least: smallest step; a step of few would be noise.
    """
    steps: list[list[Seen]] = []
    for one in _in_groups(sorted(seen, key=lambda one: one.confidence), least):
        steps.append(one)
        while len(steps) > 1 and _share(steps[-2]) >= _share(steps[-1]):
            above = steps.pop()
            steps[-1] = steps[-1] + above
    return tuple((round(_middle(step), 4), round(_share(step), 4)) for step in steps)


def _in_groups(ordered: Sequence[Seen], least: int) -> list[list[Seen]]:
    """Cuts into groups of ``least``, equal confidences together; the rest goes to the last."""
    groups: list[list[Seen]] = []
    for one in ordered:
        full = not groups or (len(groups[-1]) >= least and groups[-1][-1].confidence < one.confidence)
        if full:
            groups.append([one])
        else:
            groups[-1].append(one)
    if len(groups) > 1 and len(groups[-1]) < least:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def _share(step: Sequence[Seen]) -> float:
    return (sum(one.right for one in step) + 1) / (len(step) + 2)


def _middle(step: Sequence[Seen]) -> float:
    return sum(one.confidence for one in step) / len(step)
