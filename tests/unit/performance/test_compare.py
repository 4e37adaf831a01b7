"""Regressions are told from noise, and budgets hold on ratios."""

from pathlib import Path

import pytest

from ray_app.errors import ConfigError
from ray_app.performance.compare import Budget, compare, load_budgets, missed
from tests.unit.performance.reports import cell, report

BUDGETS = Path(__file__).parents[3] / "serve_configs" / "performance_budgets.yaml"


def worse(before, after):
    return {one.figure for one in compare(report(before), report(after)) if one.worse}


def test_the_same_again_is_no_regression():
    assert worse(cell(4, 1.0, 1.1, 1.2), cell(4, 1.05, 1.15, 1.1)) == set()


def test_slower_than_every_round_before_is_one():
    assert worse(cell(4, 1.0, 1.05, 1.1), cell(4, 1.5, 1.55, 1.6)) == {"mean_s", "p95_s"}


def test_faster_is_none():
    assert worse(cell(4, 1.5, 1.55, 1.6), cell(4, 1.0, 1.05, 1.1)) == set()


def test_slower_by_less_than_the_rounds_differ_is_none():
    assert worse(cell(4, 1.0, 1.5, 2.0), cell(4, 2.1, 2.2, 2.3)) == set()


def test_failing_more_often_is_one():
    assert "success" in worse(cell(4, 1.0, 1.0), cell(4, 1.0, 1.0, status=500))


def test_more_cpu_for_an_answer_is_one():
    assert worse(cell(4, 1.0, 1.0), cell(4, 1.0, 1.0, cpu_seconds=20.0)) == {"cpu_s_per_answer"}


def test_one_round_knows_no_noise():
    with pytest.raises(ConfigError, match="does not know its noise"):
        compare(report(cell(4, 1.0)), report(cell(4, 1.0)))


def test_loads_must_be_the_same():
    with pytest.raises(ConfigError, match="no load in common"):
        compare(report(cell(4, 1.0, 1.0)), report(cell(8, 1.0, 1.0)))


@pytest.mark.parametrize(
    ("budget", "kept"),
    [
        (Budget(figure="success", at_least=0.9), True),
        (Budget(figure="p95_over_p50", at_most=1.0), False),
        (Budget(figure="p95_over_p50", at_most=1.0, tolerance=0.5), True),
        (Budget(figure="scaling_64", at_least=1.0), False),
    ],
)
def test_a_budget_is_kept_or_says_why_not(budget, kept):
    assert (missed(report(cell(1, 1.0), cell(4, 1.0)), [budget]) == []) is kept


@pytest.mark.parametrize(
    "text", ["budgets: [{figure: success}]", "budgets: [{figure: success, at_most: 1, at_least: 1}]", "budget: []", "["]
)
def test_a_wrong_file_of_budgets_is_refused(tmp_path, text):
    (tmp_path / "budgets.yaml").write_text(text)
    with pytest.raises(ConfigError):
        load_budgets(tmp_path / "budgets.yaml")


def test_ours_names_ratios_that_a_report_has():
    names = {"p95_over_p50", "success", "memory_growth", "service_over_pipeline", "cached_over_read", "scaling_2"}

    assert {one.figure for one in load_budgets(BUDGETS)} <= names
