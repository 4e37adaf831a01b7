"""What each environment asks for, row by row, and what would reach it where this machine does not.

The table is the performance guide's that this project follows.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from ray_app.performance.figures import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What one environment asks for; ``clients`` is how many requests at once its profile is made for."""

    mean_s: float
    p95_s: float
    p99_s: float
    per_second: float
    success: float
    memory_mb: float
    cpu: float
    clients: int


ENVIRONMENTS = {
    "development": Targets(
        mean_s=10.0, p95_s=20.0, p99_s=30.0, per_second=1.0, success=0.90, memory_mb=512.0, cpu=0.70, clients=4
    ),
    "staging": Targets(
        mean_s=7.0, p95_s=15.0, p99_s=25.0, per_second=5.0, success=0.95, memory_mb=1024.0, cpu=0.60, clients=8
    ),
    "production": Targets(
        mean_s=5.0, p95_s=10.0, p99_s=20.0, per_second=10.0, success=0.99, memory_mb=2048.0, cpu=0.50, clients=16
    ),
}


class Row(BaseModel):
    """One target, judged. ``measured`` is None where nobody could look; ``met`` then is None, too."""

    model_config = ConfigDict(frozen=True)

    name: str
    unit: str
    target: float
    at_least: bool
    measured: float | None

    @property
    def met(self) -> bool | None:
        """Whether the figure is on the right side of its target."""
        if self.measured is None:
            return None
        return self.measured >= self.target if self.at_least else self.measured <= self.target

    @property
    def verdict(self) -> str:
        """Returns met, missed, or not measured."""
        return {True: "met", False: "missed", None: "not measured"}[self.met]


def judged(cells: Sequence[Cell], targets: Targets) -> Cell:
    """Returns the cell that is judged: as many clients as the environment is made for, or the nearest fewer; the longest."""
    clients = {cell.clients for cell in cells}
    fitting = max((one for one in clients if one <= targets.clients), default=min(clients))
    return max((cell for cell in cells if cell.clients == fitting), key=lambda cell: cell.seconds)


def rows(cell: Cell, targets: Targets) -> tuple[Row, ...]:
    """Returns a verdict for each line of the table, by the medians of the cell's rounds."""

    def row(name: str, unit: str, target: float, figure: str, *, at_least: bool = False) -> Row:
        return Row(name=name, unit=unit, target=target, at_least=at_least, measured=cell.median(figure))

    return (
        row("mean response", "s", targets.mean_s, "mean_s"),
        row("p95", "s", targets.p95_s, "p95_s"),
        row("p99", "s", targets.p99_s, "p99_s"),
        row("throughput", "/s", targets.per_second, "per_second", at_least=True),
        row("success", "", targets.success, "success", at_least=True),
        row("memory of a front door", "MB", targets.memory_mb, "front_peak_mb"),
        row("CPU of the machine", "", targets.cpu, "cpu"),
    )


def would_do(cell: Cell, targets: Targets, cores: int) -> list[str]:
    """Returns what would reach the rows that need a larger machine, computed from the CPU time of one answer."""
    cost = cell.median("cpu_s_per_answer")
    verdicts = {one.name: one.met for one in rows(cell, targets)}
    if cost is None or (verdicts["throughput"] and verdicts["CPU of the machine"]):
        return []
    busy = targets.per_second * cost
    needed = max(cores, math.ceil(busy / targets.cpu))
    return [
        f"An answer took {cost:.2f} s of CPU. {targets.per_second:g} answers a second are {busy:.1f} cores at work; "
        f"to keep CPU at {targets.cpu:.0%} that is {needed} cores like these (this machine has {cores}).",
        "What a GPU would do was never measured: none was at hand.",
    ]
