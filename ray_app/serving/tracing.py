"""One id for each request, in the answer, in its headers and in the log. Knows W3C's traceparent; no tracing system."""

import re
import secrets
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_REQUEST_ID = re.compile(r"[\w.-]{1,128}", re.ASCII)
_current: ContextVar[str] = ContextVar("trace_id", default="")


def trace_id() -> str:
    """Returns the id of the request that is being answered: 32 hex characters, or "" where none is."""
    return _current.get()


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
        current = parent[1] if parent else secrets.token_hex(16)
        asked = headers.get("x-request-id", "")

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                found["X-Trace-ID"] = current
                if _REQUEST_ID.fullmatch(asked):
                    found["X-Request-ID"] = asked
            await send(message)

        token = _current.set(current)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            _current.reset(token)
