"""From answers to figures."""

import pytest

from ray_app.performance.figures import Answer, Cell, Usage, percentile, summarize
from tests.unit.performance.reports import cell


def test_throughput_counts_what_was_answered_within_the_run_and_times_count_all_that_was_answered():
    answers = [Answer(at=100.0 + n, seconds=1.0, status=200) for n in range(10)]
    answers += [Answer(at=109.5, seconds=4.0, status=200), Answer(at=101.0, seconds=0.1, status=429, says_when=True)]
    found = summarize(answers, 10.0)

    assert found.per_second == 1.0
    assert found.mean_s == pytest.approx(14 / 11)
    assert found.success == pytest.approx(11 / 12)
    assert found.statuses == {"200": 11, "429": 1}
    assert found.cpu is None


def test_nothing_answered_is_no_figure_rather_than_a_good_one():
    found = summarize([Answer(at=0.0, seconds=0.0, status=0)], 10.0)

    assert (found.success, found.per_second, found.p95_s) == (0.0, 0.0, None)


def test_cpu_is_a_share_of_the_machine_and_a_cost_of_each_answer():
    answers = [Answer(at=float(n), seconds=0.5, status=200) for n in range(5)]
    used = Usage(peak_mb=1.0, held_mb={}, current_mb=1.0, front_peak_mb=1.0, cpu_seconds=10.0, seconds=10.0, cores=4)
    found = summarize(answers, 10.0, used)

    assert (found.cpu, found.cpu_s_per_answer) == (0.25, 2.0)


@pytest.mark.parametrize(("share", "value"), [(0.0, 1.0), (0.5, 51.0), (0.95, 96.0), (0.99, 100.0), (1.0, 101.0)])
def test_percentiles(share, value):
    assert percentile([float(n) for n in range(1, 102)], share) == value


def test_a_cell_tells_the_middle_of_its_rounds_and_how_far_they_lie_apart():
    found = cell(1, 1.0, 3.0, 2.0)

    assert found.median("mean_s") == pytest.approx(found.rounds[2].mean_s)
    assert found.spread("mean_s") == pytest.approx(found.rounds[1].mean_s - found.rounds[0].mean_s)
    assert cell(1, 1.0).spread("mean_s") is None


def test_memory_grows_only_in_processes_that_were_there_all_the_time():
    def run(held):
        used = Usage(
            peak_mb=0.0, held_mb=held, current_mb=0.0, front_peak_mb=0.0, cpu_seconds=0.0, seconds=1.0, cores=1
        )
        return summarize([], 1.0, used)

    def grown(*held):
        return Cell(clients=1, seconds=1.0, rounds=tuple(run(one) for one in held)).growth()

    assert grown({1: 100.0, 2: 50.0, 3: 9.0}, {1: 110.0, 2: 70.0, 4: 900.0}) == pytest.approx(1.2)
    assert grown({1: 100.0}, {2: 100.0}) is None
    assert grown({1: 100.0}) is None
