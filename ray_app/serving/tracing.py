"""One id for each request, in the answer, in its headers, in the log and, where tracing is on, of its span.

Knows W3C's traceparent; knows nothing of where spans go.
"""

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ray_app.serving.request_metrics import endpoint_of
from ray_app.telemetry import tracing
from ray_app.telemetry.trail import Trail, following

_PARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_REQUEST_ID = re.compile(r"[\w.-]{1,128}", re.ASCII)


class TraceIds:
    """ASGI middleware: takes the trace id that came with a request, or makes one, and sends it back.

    ``X-Request-ID`` is echoed where it is short and plain; log lines of a client's own can be found by it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        parent = _PARENT.fullmatch(headers.get("traceparent", ""))
        above = Trail(trace_id=parent[1], traceparent=parent[0]) if parent else Trail(trace_id=secrets.token_hex(16))
        asked = headers.get("x-request-id", "")

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                found["X-Trace-ID"] = span.trace_id or above.trace_id
                span.call(f"{scope['method']} {endpoint_of(scope)}", **{"http.response.status_code": message["status"]})
                if _REQUEST_ID.fullmatch(asked):
                    found["X-Request-ID"] = asked
            await send(message)

        with following(above), tracing.span("request", server=True) as span:
            await self._app(scope, receive, send_with_id)
