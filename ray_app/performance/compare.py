"""Two reports side by side, and one report against a budget. Knows figures and their noise; measures nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ray_app.errors import ConfigError
from ray_app.options import Options, readable
from ray_app.performance.figures import Cell
from ray_app.performance.report import Report

FIGURES = {
    "mean_s": False,
    "p95_s": False,
    "per_second": True,
    "success": True,
    "peak_mb": False,
    "cpu_s_per_answer": False,
}
"""What is compared, and whether more of it is better. p99 is left out: a run of a minute has too few such answers."""


class Change(BaseModel):
    """One figure of one load, before and after."""

    model_config = ConfigDict(frozen=True)

    clients: int
    seconds: float
    figure: str
    before: float
    after: float
    noise: float
    worse: bool

    @property
    def ratio(self) -> float:
        """After over before."""
        return self.after / self.before if self.before else float("inf")


def compare(before: Report, after: Report) -> list[Change]:
    """Returns how each figure of each load that both have has changed.

    ``worse`` is what noise does not explain: the medians differ by more than the rounds of either report do among
    themselves, and not one round after was as good as any before.

    Raises:
        ConfigError: the reports have no load in common, or too few rounds to know their noise.
    """
    others = {(cell.clients, cell.seconds): cell for cell in after.cells}
    pairs = [(cell, others[key]) for cell in before.cells if (key := (cell.clients, cell.seconds)) in others]
    if not pairs:
        raise ConfigError("the two reports have no load in common: other numbers of clients, or other durations")
    if any(len(cell.rounds) < 2 for pair in pairs for cell in pair):
        raise ConfigError("a report of one round does not know its noise; measure with --rounds 2 or more")
    found = (_change(old, new, figure, better) for old, new in pairs for figure, better in FIGURES.items())
    return [one for one in found if one is not None]


def _change(old: Cell, new: Cell, figure: str, more_is_better: bool) -> Change | None:
    before, after = old.median(figure), new.median(figure)
    if before is None or after is None:
        return None
    noise = max(old.spread(figure) or 0.0, new.spread(figure) or 0.0)
    sign = -1.0 if more_is_better else 1.0
    apart = min(sign * value for value in new.values(figure)) > max(sign * value for value in old.values(figure))
    return Change(
        clients=old.clients,
        seconds=old.seconds,
        figure=figure,
        before=before,
        after=after,
        noise=noise,
        worse=apart and sign * (after - before) > noise,
    )


class Budget(Options):
    """A bound on a ratio of a report (see ``report.ratios``)."""

    figure: str = Field(description="Name of the ratio.")
    at_most: float | None = Field(None, description="Upper bound; this or at_least.")
    at_least: float | None = Field(None, description="Lower bound.")
    tolerance: float = Field(
        0.0, ge=0.0, description="Share of the bound by which it may be missed: the noise of one run."
    )

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("give at_most or at_least, one of the two")
        return self

    def miss(self, ratios: dict[str, float]) -> str | None:
        """Returns what is wrong, or None. A ratio that was not measured is wrong, too."""
        value = ratios.get(self.figure)
        if value is None:
            return f"{self.figure} was not measured"
        if self.at_most is not None and value > self.at_most * (1 + self.tolerance):
            return f"{self.figure} is {value:.3g}, at most {self.at_most:g} (and {self.tolerance:.0%} of it) is allowed"
        if self.at_least is not None and value < self.at_least * (1 - self.tolerance):
            return (
                f"{self.figure} is {value:.3g}, at least {self.at_least:g} (less {self.tolerance:.0%} of it) is asked"
            )
        return None


class Budgets(Options):
    """A file of budgets."""

    budgets: tuple[Budget, ...] = Field(min_length=1)


def load_budgets(path: Path) -> Sequence[Budget]:
    """Returns the budgets in a YAML file.

    Raises:
        ConfigError: it cannot be read, or a key is unknown.
    """
    try:
        return Budgets.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).budgets
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML: {error}") from None
    except ValidationError as error:
        raise ConfigError(readable(error, Budgets)) from None


def missed(report: Report, budgets: Sequence[Budget]) -> list[str]:
    """Returns what each budget that is not kept says."""
    return [words for budget in budgets if (words := budget.miss(report.ratios)) is not None]
