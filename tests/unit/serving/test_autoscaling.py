import pytest
from ray.serve._private.common import DeploymentID
from ray.serve.config import AutoscalingConfig, AutoscalingContext

from ray_app.serving.autoscaling import CPU, MEMORY, P95, LoadPolicy

NOW = 10_000.0


def policy(**changed):
    settings = {
        "cpu": 0.7,
        "memory": 0.8,
        "queue": 10.0,
        "p95_seconds": 15.0,
        "up_seconds": 300.0,
        "down_seconds": 600.0,
    }
    return LoadPolicy(**settings | changed)


def context(running=2, ongoing=2.0, queued=0.0, figures=None, up_at=None, down_at=None):
    return AutoscalingContext(
        deployment_id=DeploymentID("reader"),
        deployment_name="reader",
        app_name="recipe-ocr",
        current_num_replicas=running,
        target_num_replicas=running,
        running_replicas=[],
        total_num_requests=ongoing,
        total_queued_requests=queued,
        aggregated_metrics=figures or {},
        raw_metrics={},
        capacity_adjusted_min_replicas=1,
        capacity_adjusted_max_replicas=10,
        policy_state={},
        last_scale_up_time=up_at,
        last_scale_down_time=down_at,
        current_time=NOW,
        config=AutoscalingConfig(
            min_replicas=1, max_replicas=10, target_ongoing_requests=1, upscale_delay_s=0, downscale_delay_s=0
        ),
    )


def wanted(one=None, **given):
    return (one or policy())(context(**given))[0]


def test_as_many_readers_as_requests_in_hand_ask_for():
    assert wanted(ongoing=5.0) == 5
    assert wanted(ongoing=2.0) == 2
    assert wanted(ongoing=1.0) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"figures": {CPU: {"a": 0.9, "b": 0.6}}},
        {"figures": {P95: {"a": 1.0, "b": 16.0}}},
        {"queued": 20.0},
    ],
)
def test_each_threshold_passed_asks_for_one_more(given):
    assert wanted(**given) == 3


@pytest.mark.parametrize("figures", [{CPU: {"a": 0.6, "b": 0.6}}, {P95: {"a": 13.0}}])
def test_near_a_threshold_none_is_taken_away(figures):
    assert wanted(ongoing=1.0, figures=figures) == 2


def test_where_memory_is_short_none_is_added():
    assert wanted(ongoing=5.0, figures={MEMORY: {"a": 0.3, "b": 0.85}}) == 2
    assert wanted(ongoing=5.0, figures={MEMORY: {"a": 0.3, "b": 0.75}}) == 5


def test_after_an_addition_the_next_waits():
    assert wanted(ongoing=5.0, up_at=NOW - 299) == 2
    assert wanted(ongoing=5.0, up_at=NOW - 301) == 5


@pytest.mark.parametrize("moment", ["up_at", "down_at"])
def test_after_any_change_none_is_taken_away_for_longer(moment):
    assert wanted(ongoing=1.0, **{moment: NOW - 599}) == 2
    assert wanted(ongoing=1.0, **{moment: NOW - 601}) == 1


def test_without_figures_the_requests_alone_decide():
    assert policy().strain({}, 0.0) == 0.0
    assert not policy().full({})
