from functools import partial

import prometheus_client
import pytest

from ray_app.isolation import IsolatedPipeline
from ray_app.options import PipelineOptions
from ray_app.spans import Span, kept, stage
from ray_app.telemetry import metrics
from ray_app.telemetry.reading import count_results, tell_spans
from ray_app.types import ImageInput
from tests.faults import picture


@pytest.fixture(autouse=True)
def exposed():
    metrics.expose()
    yield
    metrics._exposed.clear()


def change(read, name, **labels):
    registry = prometheus_client.REGISTRY
    before = registry.get_sample_value(name, labels) or 0
    read()
    return registry.get_sample_value(name, labels) - before


def image(number, text):
    return ImageInput(image_id=f"{number:032x}", data=picture(text), source="card.png", page=1)


def test_pages_are_counted_by_outcome():
    with IsolatedPipeline(PipelineOptions(), factory="tests.faults:build") as pipeline:
        results = pipeline.run(
            [image(1, "Cake\n2 cups flour"), image(2, "refuse"), image(3, "norecipe"), image(4, "crash")]
        )
    count = partial(count_results, results, "paddle")

    assert change(count, "recipe_ocr_images_total", engine="fake", status="ok") == 1
    assert change(count, "recipe_ocr_images_total", engine="fake", status="partial") == 1
    assert change(count, "recipe_ocr_images_total", engine="paddle", status="failed") == 2
    assert change(count, "recipe_ocr_failures_total", code="engine_crashed") == 1
    assert change(count, "recipe_ocr_lines_total", engine="fake") == 3


def test_stages_of_the_child_reach_the_parent():
    seen = []
    options = PipelineOptions.model_validate({"read": {"engine": {"kind": "fake"}}})
    with IsolatedPipeline(options, observe=seen.extend) as pipeline:
        pipeline.run([image(1, "")])
    # a white picture ends as blank before an engine sees it
    assert [span.stage for span in seen] == ["decode", "preparation"]
    assert [span.failed for span in seen] == [False, True]


def test_stages_are_recorded():
    spans = [
        Span(stage="second_reading", began_ns=1, seconds=0.2, items=7),
        Span(stage="layout", began_ns=2, seconds=0.1, items=1),
    ]
    count = partial(tell_spans, spans, "paddle")

    assert change(count, "recipe_ocr_escalations_total", kind="line") == 7
    assert change(count, "recipe_ocr_stage_seconds_sum", stage="layout", engine="paddle") == pytest.approx(0.1)
    assert change(count, "recipe_ocr_stage_seconds_bucket", stage="second_reading", engine="paddle", le="0.25") == 1


def test_stages_are_noted_only_for_those_who_ask():
    with stage("layout"):
        pass
    with kept() as notes:
        with stage("decode", 3):
            pass
        with pytest.raises(ZeroDivisionError), stage("layout"):
            1 / 0  # noqa: B018
    with stage("layout"):
        pass

    assert [(one.stage, one.items, one.failed) for one in notes] == [("decode", 3, False), ("layout", 1, True)]
    assert all(one.seconds >= 0 and one.began_ns > 1_600_000_000_000_000_000 for one in notes)
