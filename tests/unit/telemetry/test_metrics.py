import subprocess
import sys

import prometheus_client
import pytest

from ray_app.telemetry import catalog, metrics
from ray_app.telemetry.metrics import MOST_VALUES, Counter, Gauge, Histogram, Label


def value(name, **labels):
    return prometheus_client.REGISTRY.get_sample_value(name, labels)


@pytest.fixture(autouse=True)
def exposed():
    metrics.expose()
    yield
    metrics._exposed.clear()


def test_counters_gauges_and_histograms_are_shown():
    counter = Counter(name="shown_total", help="h", told_by="t", labels=(Label("kind", "b"),))
    gauge = Gauge(name="shown_now", help="h", told_by="t")
    histogram = Histogram(name="shown_seconds", help="h", told_by="t", buckets=(1.0, 2.0))
    counter.add(kind="a")
    counter.add(2, kind="a")
    gauge.set(3)
    gauge.set(4)
    histogram.observe(1.5)

    assert value("shown_total", kind="a") == 3
    assert value("shown_now") == 4
    assert [value("shown_seconds_bucket", le=bound) for bound in ("1.0", "2.0", "+Inf")] == [0, 1, 1]
    assert value("shown_seconds_exact_total") == 1.5


def test_value_that_a_label_does_not_admit_is_other():
    counter = Counter(name="admitted_total", help="h", told_by="t", labels=(Label("kind", "b", frozenset("a")),))
    counter.add(kind="a")
    counter.add(kind="what a stranger sent")

    assert value("admitted_total", kind="a") == value("admitted_total", kind="other") == 1


def test_values_of_a_label_are_few():
    gauge = Gauge(name="few", help="h", told_by="t", labels=(Label("engine", "settings"),))
    for number in range(3 * MOST_VALUES):
        gauge.set(number, engine=str(number))

    assert value("few", engine=str(MOST_VALUES - 1)) == MOST_VALUES - 1
    assert value("few", engine=str(MOST_VALUES)) is None
    assert value("few", engine="other") == 3 * MOST_VALUES - 1


def test_wrong_labels_are_a_fault_of_ours():
    with pytest.raises(TypeError, match="status"):
        catalog.PAGES.add(engine="paddle")


def test_nothing_is_kept_where_nobody_asks():
    metrics._exposed.clear()
    Counter(name="unasked_total", help="h", told_by="t").add()

    assert value("unasked_total") is None


def test_names_are_prometheus_own_kind():
    names = [metric.name for metric in catalog.METRICS]
    assert len(set(names)) == len(names)
    assert all(name.startswith("recipe_ocr_") for name in names)
    for metric in catalog.METRICS:
        assert metric.name.endswith("_total") == isinstance(metric, Counter), metric.name


def test_every_metric_of_the_catalog_is_in_its_list():
    listed = {id(metric) for metric in catalog.METRICS}

    assert {id(one) for one in vars(catalog).values() if isinstance(one, metrics.Metric)} == listed


def test_recording_never_imports_ray():
    code = "import sys; from ray_app.telemetry import catalog; catalog.CONNECTIONS.set(1); print('ray' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "False"
