"""Reports made up for tests of what is done with them."""

from datetime import UTC, datetime

from ray_app.performance.figures import Answer, Cell, Usage, summarize
from ray_app.performance.report import Machine, Report, ratios
from ray_app.performance.targets import ENVIRONMENTS, judged, rows, would_do

CORES = 2


def round_of(seconds, count=20, status=200, cpu_seconds=12.0):
    """A run of ten seconds in which every answer took about so long."""
    answers = [Answer(at=0.2 * n, seconds=seconds * (1 + 0.02 * n), status=status) for n in range(count)]
    usage = Usage(
        peak_mb=900.0,
        held_mb={1: 880.0},
        current_mb=880.0,
        front_peak_mb=300.0,
        cpu_seconds=cpu_seconds,
        seconds=10.0,
        cores=CORES,
    )
    return summarize(answers, 10.0, usage)


def report(*cells, environment="development"):
    targets = ENVIRONMENTS[environment]
    cell = judged(cells, targets)
    return Report(
        made=datetime(2026, 11, 24, tzinfo=UTC),
        version="0",
        machine=Machine(cpu="x", cores=CORES, python="3"),
        environment=environment,
        address=None,
        pictures=3,
        cells=cells,
        overhead=None,
        cached_s=None,
        judged_clients=cell.clients,
        judged_seconds=cell.seconds,
        rows=rows(cell, targets),
        advice=tuple(would_do(cell, targets, CORES)),
        ratios=ratios(cells, cell, None, None),
    )


def cell(clients, *seconds, **more):
    """One load, a round for each of the given times of an answer."""
    return Cell(clients=clients, seconds=10.0, rounds=tuple(round_of(one, **more) for one in seconds))
