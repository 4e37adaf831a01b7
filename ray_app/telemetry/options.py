"""Settings of what operators see: where traces go, and how log lines look."""

from typing import Literal

from pydantic import Field

from ray_app.options import Options

LogForm = Literal["auto", "text", "json"]


class TelemetryOptions(Options):
    """Traces and logs; figures need no setting."""

    traces: str | None = Field(
        None,
        description="Where spans are sent, OTLP over HTTP (http://127.0.0.1:4318/v1/traces); unset: there is no tracing.",
    )
    share: float = Field(
        1.0,
        gt=0.0,
        le=1.0,
        description="Share of traces that are kept; whoever sends a traceparent decides for theirs.",
    )
    logs: LogForm = Field(
        "auto",
        description="Log lines: `json` for machines, `text` for people, `auto` text in a terminal and else JSON.",
    )
