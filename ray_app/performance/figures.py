"""From answers to figures: what one run of load measured, and several rounds of it with their spread. Knows numbers only."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One request's end.

    Attributes:
        at: when it was sent, in seconds of the sender's clock.
        seconds: until its answer was there.
        status: HTTP status; 0 where the connection failed.
        says_when: whether a refusal named a time to come back.
    """

    at: float
    seconds: float
    status: int
    says_when: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the service's processes took during a run.

    Attributes:
        peak_mb: most memory of all of them together, in MiB.
        held_mb: memory at the end of each process that was there at the beginning, by its number.
        current_mb: memory of all at the end.
        front_peak_mb: most memory of one front door.
        cpu_seconds: CPU time spent.
        seconds: how long they were looked at, answers that came after the run's end included.
        cores: CPU cores of the machine.
    """

    peak_mb: float
    held_mb: Mapping[int, float]
    current_mb: float
    front_peak_mb: float
    cpu_seconds: float
    seconds: float
    cores: int


class Figures(BaseModel):
    """One run. Seconds, requests a second, shares (0..1) and MiB; None where nothing was answered or nobody could look."""

    model_config = ConfigDict(frozen=True)

    requests: int
    statuses: dict[str, int]
    success: float
    per_second: float
    mean_s: float | None
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None
    peak_mb: float | None = None
    held_mb: dict[int, float] = {}
    current_mb: float | None = None
    front_peak_mb: float | None = None
    cpu: float | None = None
    cpu_s_per_answer: float | None = None


class Cell(BaseModel):
    """Runs of the same load: so many clients for so many seconds, in several rounds."""

    model_config = ConfigDict(frozen=True)

    clients: int
    seconds: float
    rounds: tuple[Figures, ...]

    def values(self, figure: str) -> list[float]:
        """Returns a figure of each round that has it."""
        found = (getattr(one, figure) for one in self.rounds)
        return [float(value) for value in found if value is not None]

    def median(self, figure: str) -> float | None:
        """Returns the middle of the rounds."""
        values = self.values(figure)
        return statistics.median(values) if values else None

    def growth(self) -> float | None:
        """Returns memory after the last round over that after the first, of processes that were there all the time."""
        if len(self.rounds) < 2:
            return None
        first, last = self.rounds[0].held_mb, self.rounds[-1].held_mb
        before = sum(first[one] for one in first.keys() & last.keys())
        return sum(last[one] for one in first.keys() & last.keys()) / before if before else None

    def spread(self, figure: str) -> float | None:
        """Returns the distance from the least to the greatest of the rounds; None where one round alone has it."""
        values = self.values(figure)
        return max(values) - min(values) if len(values) > 1 else None


def summarize(answers: Sequence[Answer], seconds: float, usage: Usage | None = None) -> Figures:
    """Returns the figures of a run.

    Throughput counts what was answered within the run; times are of all good answers, also of those that came after it.
    """
    good = sorted(one.seconds for one in answers if one.status == 200)
    began = min((one.at for one in answers), default=0.0)
    within = sum(one.status == 200 and one.at + one.seconds <= began + seconds for one in answers)
    return Figures(
        requests=len(answers),
        statuses=_statuses(answers),
        success=len(good) / len(answers) if answers else 0.0,
        per_second=within / seconds,
        mean_s=statistics.fmean(good) if good else None,
        **{f"p{share}_s": percentile(good, share / 100) for share in (50, 95, 99)},
        **_usage(usage, len(good)),
    )


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """Returns the value below which this share of the ordered values lies; None of none."""
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))] if ordered else None


def _statuses(answers: Sequence[Answer]) -> dict[str, int]:
    return dict(sorted(Counter(str(one.status) for one in answers).items()))


def _usage(usage: Usage | None, answered: int) -> Mapping[str, Any]:
    if usage is None:
        return {}
    return {
        "peak_mb": usage.peak_mb,
        "held_mb": dict(usage.held_mb),
        "current_mb": usage.current_mb,
        "front_peak_mb": usage.front_peak_mb,
        "cpu": usage.cpu_seconds / usage.seconds / usage.cores,
        "cpu_s_per_answer": usage.cpu_seconds / answered if answered else None,
    }
