"""Spans for OpenTelemetry. Off until ``start`` is given an address; then, and only then, its SDK is loaded.

Where it is off, a span costs one look at a variable. Engines' processes know nothing of it: they note their stages
(``ray_app.spans``), and whoever asked them makes spans of the notes. Knows OpenTelemetry; knows nothing of Ray or HTTP.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ray_app.spans import Span
from ray_app.telemetry import trail
from ray_app.telemetry.options import TelemetryOptions

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

_DELAY_MS = 1000
"""Spans are sent this long after their end at most: a worker that is ended loses no more."""


@dataclass
class _State:
    provider: "TracerProvider | None" = None
    tracer: Any = None


_state = _State()


class OpenSpan:
    """A span that is not over yet; does nothing where tracing is off."""

    def __init__(self, span: Any = None) -> None:  # noqa: ANN401 -- OpenTelemetry's, or None
        self._span = span

    @property
    def trace_id(self) -> str:
        """32 hex characters, or "" where tracing is off."""
        return f"{self._span.get_span_context().trace_id:032x}" if self._span is not None else ""

    def call(self, name: str, **attributes: str | int) -> None:
        """Gives it a name and attributes that were not known at its start."""
        if self._span is not None:
            self._span.update_name(name)
            self._span.set_attributes(attributes)


def start(options: TelemetryOptions) -> None:
    """Switches tracing on in this process, if the settings say where to; once is enough."""
    if options.traces is None or _state.provider is not None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    start_with(
        BatchSpanProcessor(OTLPSpanExporter(endpoint=options.traces), schedule_delay_millis=_DELAY_MS), options.share
    )


def start_with(processor: "SpanProcessor", share: float = 1.0) -> None:
    """Switches tracing on with a processor of one's own; ``share`` of the traces that begin here are kept."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

    resource = Resource.create({"service.name": "recipe-ocr", "service.version": version("recipe-ocr")})
    _state.provider = TracerProvider(resource=resource, sampler=ParentBasedTraceIdRatio(share))
    _state.provider.add_span_processor(processor)
    _state.tracer = _state.provider.get_tracer("ray_app")


def stop() -> None:
    """Sends what is left, and switches tracing off."""
    if _state.provider is not None:
        _state.provider.shutdown()
    _state.provider = _state.tracer = None


@contextmanager
def span(
    name: str, *, server: bool = False, beside: Sequence[trail.Trail] = (), **attributes: str | int
) -> Iterator[OpenSpan]:
    """Makes the block a span below the one that this work's trail names.

    Args:
        name: of few kinds, never with an id in it.
        server: it answers somebody's request.
        beside: further trails that this work is done for, at once.
        attributes: what else is to be known of it.
    """
    if _state.tracer is None:
        yield OpenSpan()
        return
    from opentelemetry import trace

    here = trail.current()
    kind = trace.SpanKind.SERVER if server else trace.SpanKind.INTERNAL
    links = [trace.Link(one) for one in map(_span_context, beside) if one.is_valid]
    context = _context(here)
    with _state.tracer.start_as_current_span(name, context, kind, attributes, links) as opened:
        carrier: dict[str, str] = {}
        _propagator().inject(carrier)
        traceparent = carrier.get("traceparent", "")
        with trail.following(replace(here, traceparent=traceparent, trace_id=OpenSpan(opened).trace_id)):
            yield OpenSpan(opened)


def record(spans: Sequence[Span]) -> None:
    """Makes spans of notes that came from another process, below the span that is open here."""
    if _state.tracer is None:
        return
    from opentelemetry.trace import Status, StatusCode

    context = _context(trail.current())
    for one in spans:
        made = _state.tracer.start_span(
            one.stage, context, start_time=one.began_ns, attributes={"recipe_ocr.items": one.items}
        )
        if one.failed:
            made.set_status(Status(StatusCode.ERROR))
        made.end(one.began_ns + round(one.seconds * 1e9))


def _propagator() -> Any:  # noqa: ANN401
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator()


def _context(whose: trail.Trail) -> Any:  # noqa: ANN401
    from opentelemetry.context import Context

    carrier: Mapping[str, str] = {"traceparent": whose.traceparent} if whose.traceparent else {}
    return _propagator().extract(carrier, Context())


def _span_context(whose: trail.Trail) -> Any:  # noqa: ANN401
    from opentelemetry import trace

    return trace.get_current_span(_context(whose)).get_span_context()
