"""What a suite found, for machines (JSON) and for a pull request (Markdown). Knows figures; measures nothing."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ray_app.errors import ConfigError
from ray_app.performance.figures import Cell
from ray_app.performance.overhead import Overhead
from ray_app.performance.targets import Row


class Machine(BaseModel):
    """Where it was measured."""

    model_config = ConfigDict(frozen=True)

    cpu: str
    cores: int
    python: str


class Report(BaseModel):
    """Everything that a suite found; ``ratios`` are the figures that other machines may be compared by."""

    model_config = ConfigDict(frozen=True)

    made: datetime
    version: str
    machine: Machine
    environment: str
    address: str | None
    pictures: int
    cells: tuple[Cell, ...]
    overhead: Overhead | None
    cached_s: float | None
    judged_clients: int
    judged_seconds: float
    rows: tuple[Row, ...]
    advice: tuple[str, ...]
    ratios: dict[str, float]


def read(path: Path) -> Report:
    """Returns the report in a file, or in ``report.json`` of a folder.

    Raises:
        ConfigError: there is none.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        return Report.model_validate_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise ConfigError(f"{file} is no report of recipe-ocr bench: {error}") from None


def ratios(cells: Sequence[Cell], cell: Cell, beside: Overhead | None, hit_s: float | None) -> dict[str, float]:
    """Returns what does not depend on how fast the machine is; what could not be measured is left out.

    - ``scaling_N``: answers a second with N clients, over those with the fewest clients.
    - ``p95_over_p50``: of the judged run.
    - ``success``: share of requests answered in the judged run.
    - ``memory_growth``: memory after the last round over that after the first, of the judged run, in processes that
      were there all the time: another reader is no growth.
    - ``service_over_pipeline``: time of a request over that of the pipeline alone, on the same picture.
    - ``cached_over_read``: time of an answer from the cache over one that is read.
    """
    found: dict[str, float | None] = {
        "p95_over_p50": _over(cell.median("p95_s"), cell.median("p50_s")),
        "success": cell.median("success"),
    }
    longest = max(one.seconds for one in cells)
    rates = {one.clients: one.median("per_second") for one in cells if one.seconds == longest}
    for clients in sorted(rates)[1:]:
        found[f"scaling_{clients}"] = _over(rates[clients], rates[min(rates)])
    found["memory_growth"] = cell.growth()
    found["service_over_pipeline"] = beside.ratio if beside else None
    found["cached_over_read"] = _over(hit_s, beside.service_s) if beside else None
    return {name: value for name, value in found.items() if value is not None}


def _over(upper: float | None, lower: float | None) -> float | None:
    return None if upper is None or not lower else upper / lower


def number(value: float | None, unit: str = "") -> str:
    """Returns a figure as a person wants to read it."""
    if value is None:
        return "-"
    shown = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
    return f"{shown} {unit}".rstrip()


HEADS = (
    "clients",
    "seconds",
    "requests",
    "answers/s",
    "mean s",
    "p50 s",
    "p95 s",
    "p99 s",
    "success",
    "memory MB",
    "CPU",
)


def line(cell: Cell) -> tuple[str, ...]:
    """Returns a cell's figures under ``HEADS``: medians of its rounds, and half their spread where they have one."""

    def with_spread(figure: str) -> str:
        spread = cell.spread(figure)
        return number(cell.median(figure)) + (f" ±{spread / 2:.2f}" if spread is not None else "")

    requests = sum(one.requests for one in cell.rounds)
    plain = ("mean_s", "p50_s", "p95_s", "p99_s", "success", "peak_mb", "cpu")
    return (
        str(cell.clients),
        f"{cell.seconds:g}",
        str(requests),
        with_spread("per_second"),
        *(with_spread(name) if name.endswith("_s") else number(cell.median(name)) for name in plain),
    )


def told(report: Report) -> str:
    """Returns in a sentence where and how it was measured."""
    rounds = max(len(cell.rounds) for cell in report.cells)
    where = report.address or "a service started for it"
    return (
        f"{where}, {report.pictures} pictures in turn, not from the cache; medians of {rounds} rounds with half their "
        f"spread. {report.machine.cores} cores ({report.machine.cpu}), Python {report.machine.python}, version "
        f"{report.version}, {report.made:%Y-%m-%d %H:%M} UTC. The clients ran on the same machine unless the address is another's."
    )


def markdown(report: Report) -> str:
    """Returns the report for a pull request."""
    lines = [f"## Performance against the targets of {report.environment}", "", told(report), ""]
    lines += [f"Judged: {report.judged_clients} clients for {report.judged_seconds:g} s.", ""]
    lines += ["| target | asked | measured | |", "|---|---|---|---|"]
    for row in report.rows:
        asked = f"{'at least' if row.at_least else 'at most'} {number(row.target, row.unit)}"
        lines.append(f"| {row.name} | {asked} | {number(row.measured, row.unit)} | {row.verdict} |")
    lines += ["", *(f"- {words}" for words in report.advice), ""]
    lines += [f"| {' | '.join(HEADS)} |", "|" + "---|" * len(HEADS)]
    lines += [f"| {' | '.join(line(cell))} |" for cell in report.cells]
    lines += ["", "| ratio | |", "|---|---|"]
    lines += [f"| {name} | {value:.2f} |" for name, value in report.ratios.items()]
    return "\n".join(lines) + "\n"
