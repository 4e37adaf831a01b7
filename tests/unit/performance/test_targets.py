"""Verdicts, and what would reach what was missed."""

import pytest

from ray_app.performance.targets import ENVIRONMENTS, judged, rows, would_do
from tests.unit.performance.reports import CORES, cell

# The performance guide's table: mean, p95, p99 (s), requests/s, success, memory (MB), CPU.
GUIDE = {
    "development": (10, 20, 30, 1, 0.90, 512, 0.70),
    "staging": (7, 15, 25, 5, 0.95, 1024, 0.60),
    "production": (5, 10, 20, 10, 0.99, 2048, 0.50),
}


@pytest.mark.parametrize("environment", GUIDE)
def test_targets_are_the_guides(environment):
    found = rows(cell(1, 1.0), ENVIRONMENTS[environment])

    assert tuple(row.target for row in found) == GUIDE[environment]
    assert [row.name for row in found if row.at_least] == ["throughput", "success"]


def test_each_row_is_judged_by_its_own_side():
    verdicts = {row.name: row.verdict for row in rows(cell(1, 11.0, 12.0), ENVIRONMENTS["development"])}

    assert verdicts["mean response"] == "missed"
    assert verdicts["p95"] == "met"
    assert verdicts["success"] == "met"
    assert verdicts["memory of a front door"] == "met"
    assert verdicts["CPU of the machine"] == "met"  # 12 s of CPU in 10 s on two cores


def test_what_nobody_could_look_at_is_neither_met_nor_missed():
    blind = cell(1, 1.0)
    blind = blind.model_copy(update={"rounds": tuple(one.model_copy(update={"cpu": None}) for one in blind.rounds)})

    assert rows(blind, ENVIRONMENTS["development"])[-1].verdict == "not measured"


@pytest.mark.parametrize(("environment", "clients"), [("development", 4), ("staging", 8), ("production", 8)])
def test_the_judged_load_is_what_the_environment_is_made_for(environment, clients):
    assert judged([cell(one, 1.0) for one in (1, 4, 8)], ENVIRONMENTS[environment]).clients == clients


def test_advice_names_cores_from_the_measured_cost():
    # 20 answers for 12 s of CPU are 0.6 s each: 10 a second keep 6 cores at work, which is half of 12.
    advice = would_do(cell(4, 1.0), ENVIRONMENTS["production"], CORES)

    assert "0.60 s of CPU" in advice[0]
    assert "12 cores like these (this machine has 2)" in advice[0]


def test_no_advice_where_nothing_was_missed():
    assert would_do(cell(4, 1.0), ENVIRONMENTS["development"], CORES) == []
