"""Span trees as an exporter gets them, by the names that operators search for."""

import asyncio
import subprocess
import sys

import pyarrow as pa
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.responses import PlainTextResponse

from ray_app.bulk.manifest import ROWS
from ray_app.bulk.places import Opener
from ray_app.bulk.stages import PipelineStage
from ray_app.files import FileInput
from ray_app.options import PipelineOptions
from ray_app.serving.profile import ReaderOptions
from ray_app.serving.reader import Reader
from ray_app.serving.tracing import TraceIds
from ray_app.telemetry import tracing, trail
from ray_app.telemetry.options import TelemetryOptions
from ray_app.telemetry.trail import Trail
from tests.faults import picture
from tests.unit.serving.asking import ask

GIVEN = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{GIVEN}-b7ad6b7169203331-01"
STAGES = ["decode", "text_detection", "ocr_processing", "second_reading", "layout", "ingredient_parsing"]


@pytest.fixture
def exported():
    exporter = InMemorySpanExporter()
    tracing.start_with(SimpleSpanProcessor(exporter))
    yield exporter.get_finished_spans
    tracing.stop()


def tree(spans):
    """Names below each other, in the order of their starts, by the name of what has no parent here."""
    ids = {span.context.span_id for span in spans}

    def below(parent):
        found = [span for span in spans if span.parent is not None and span.parent.span_id == parent]
        return {span.name: below(span.context.span_id) for span in sorted(found, key=lambda one: one.start_time)}

    return {
        span.name: below(span.context.span_id)
        for span in spans
        if span.parent is None or span.parent.span_id not in ids
    }


def reader():
    return Reader(ReaderOptions(factory="tests.faults:files"))


def test_request_leads_to_the_engines_stages(exported):
    made = reader()
    file = FileInput(data=picture("Cake"), source="card.png")

    async def answer(scope, receive, send):
        asked = [(file, trail.current())]  # what Serve would carry to the replica; its thread knows nothing else
        await asyncio.get_running_loop().run_in_executor(None, made._read, asked)
        await PlainTextResponse(trail.trace_id())(scope, receive, send)

    try:
        answered = ask(TraceIds(answer), headers={"traceparent": PARENT})
    finally:
        made._sampler.close()
        made._reader.close()
    spans = exported()

    assert tree(spans) == {"GET page": {"image_processing": {name: {} for name in STAGES}}}
    assert {f"{span.context.trace_id:032x}" for span in spans} == {GIVEN}
    assert answered.headers["x-trace-id"] == answered.body.decode() == GIVEN
    top = next(span for span in spans if span.name == "GET page")
    assert top.attributes["http.response.status_code"] == 200
    for span in spans:
        assert top.start_time <= span.start_time <= span.end_time <= top.end_time


def test_request_without_a_parent_is_told_its_own_trace(exported):
    answered = ask(TraceIds(PlainTextResponse("")))
    (span,) = exported()

    assert answered.headers["x-trace-id"] == f"{span.context.trace_id:032x}"


def test_requests_that_are_read_together_are_linked(exported):
    made = reader()
    first, second = Trail(traceparent=PARENT), Trail(traceparent=PARENT.replace("b7ad", "c8be"))
    files = [(FileInput(data=picture(f"Cake {one}"), source="card.png"), one) for one in (first, second)]
    try:
        made._read(files)
    finally:
        made._sampler.close()
        made._reader.close()
    batch = next(span for span in exported() if span.name == "image_processing")

    assert f"{batch.parent.span_id:016x}" == "b7ad6b7169203331"
    assert [f"{link.context.span_id:016x}" for link in batch.links] == ["c8be6b7169203331"]


def test_bulk_batch_is_below_the_run(exported, tmp_path):
    (tmp_path / "card.png").write_bytes(picture("Cake"))
    row = {"image_id": "0" * 32, "path": str(tmp_path / "card.png"), "page": 1, "status": "pending"}
    todo = pa.Table.from_pylist([{name: row.get(name) for name in ROWS.names}], schema=ROWS)
    with tracing.span("bulk_run"):
        stage = PipelineStage(PipelineOptions(), Opener(), factory="tests.faults:build", trail=trail.current())
    stage(todo)  # as in another process: only the trail says where it belongs
    found = tree(exported())
    stage._sampler.close()
    stage._pipeline.close()

    assert found == {"bulk_run": {"image_processing": {name: {} for name in STAGES}}}


def test_stage_that_failed_says_so(exported):
    made = reader()
    try:
        made._read([(FileInput(data=picture("refuse"), source="card.png"), Trail())])
    finally:
        made._sampler.close()
        made._reader.close()
    failed = {span.name for span in exported() if span.status.status_code.name == "ERROR"}

    assert failed == {"ocr_processing"}


def test_share_of_traces_is_kept_whole_or_not_at_all():
    exporter = InMemorySpanExporter()
    tracing.start_with(SimpleSpanProcessor(exporter), share=0.2)
    try:
        for _ in range(200):
            with tracing.span("one"), tracing.span("two"):
                pass
    finally:
        tracing.stop()
    names = [span.name for span in exporter.get_finished_spans()]

    assert names.count("one") == names.count("two")
    assert 10 < names.count("one") < 80


def test_off_it_loads_and_changes_nothing():
    code = (
        "import sys; from ray_app.telemetry import tracing, trail; from ray_app.telemetry.options import TelemetryOptions\n"
        "tracing.start(TelemetryOptions())\n"
        "with tracing.span('one') as span: tracing.record([]); span.call('x'); print(repr(span.trace_id), trail.current())\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert told.splitlines() == ["'' Trail(trace_id='', job_id='', traceparent='')", "[]"]


def test_it_is_off_unless_an_address_is_set():
    assert TelemetryOptions().traces is None
