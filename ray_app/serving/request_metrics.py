"""Counts and times of requests, as middleware. Knows ASGI and the addresses' templates; knows nothing of what they do."""

import time
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ray_app.telemetry import catalog

PAGE = "page"
"""Stands for every address that is none of the API's: the page's files, and whatever strangers try."""

_GONE = 499
"""What nginx, too, calls a request whose client left before it was answered."""


class RequestMetrics:
    """ASGI middleware: tells each request once it is over, by the template of its address, so that ids make no labels."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = _GONE

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        self._count(+1)
        try:
            await self._app(scope, receive, send_noting)
        finally:
            self._count(-1)
            labels = {"method": scope["method"], "endpoint": endpoint_of(scope)}
            catalog.REQUESTS.add(status=str(status), **labels)
            catalog.REQUEST_SECONDS.observe(time.perf_counter() - started, **labels)

    def _count(self, change: int) -> None:
        self._open += change
        catalog.CONNECTIONS.set(self._open)


def endpoint_of(scope: Mapping[str, object]) -> str:
    """Returns the template of the address that answered (``/job/{job_id}``), or ``PAGE``."""
    return str(getattr(scope.get("route"), "path", PAGE))
