"""How large a request's body may be and how slowly it may come, enforced while it comes. Nothing goes to disk.

Knows ASGI; knows nothing of what bodies hold.
"""

import asyncio
import logging
import time
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ray_app.serving.problems import Problem, ServiceCode, answer

log = logging.getLogger(__name__)

LINGER_S = 2.0
"""How long the rest of a refused body is read and thrown away. Closing at once would reset the connection, and the
client would lose the answer that says why (RFC 9112, 9.6)."""


class BodyLimits:
    """ASGI middleware: refuses bodies that are too large (413) or come too slowly (408), while they come.

    Whatever is answered before a body was read to its end closes the connection.

    Args:
        app: what reads the bodies.
        max_bytes: of one body.
        seconds: that may pass in waiting for one body, all waits together; time that ``app`` takes is not counted.
        by_path: bytes of one body at addresses where it is another number.
    """

    def __init__(
        self, app: ASGIApp, *, max_bytes: int, seconds: float, by_path: Mapping[str, int] | None = None
    ) -> None:
        self._app, self._max_bytes, self._seconds, self._by_path = app, max_bytes, seconds, dict(by_path or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        declared = int(headers.get("content-length", "0"))  # servers let nothing but digits through
        if not declared and "transfer-encoding" not in headers:
            await self._app(scope, receive, send)
            return
        body = _Body(receive, send, self._by_path.get(scope["path"], self._max_bytes), self._seconds)
        if declared > body.max_bytes:
            body.refuse_size()
        else:
            try:
                await self._app(scope, body.receive, body.send)
            except Problem as problem:
                if problem is not body.refused:
                    raise
        if body.refused is not None and not body.answering:
            await answer(body.refused)(scope, receive, body.send_out)


class _Body:
    """One body, and what is answered to it."""

    def __init__(self, receive: Receive, send: Send, max_bytes: int, seconds: float) -> None:
        self._receive, self._send = receive, send
        self.max_bytes = max_bytes
        self._left, self._patience = max_bytes, seconds
        self._unread = True
        self.refused: Problem | None = None
        self.answering = False

    def refuse_size(self) -> Problem:
        """Returns why a body is too large, and keeps it as the answer."""
        self.refused = Problem(ServiceCode.BODY_TOO_LARGE, f"the body has more than {self.max_bytes:,} bytes")
        return self.refused

    async def receive(self) -> Message:
        """The application's ``receive``.

        Raises:
            Problem: too much or too slow; it is answered whatever the application makes of it.
        """
        if self.refused is not None:
            raise self.refused
        if not self._unread:
            return await self._receive()
        before = time.monotonic()
        try:
            async with asyncio.timeout(self._patience):
                message = await self._receive()
        except TimeoutError:
            self.refused = Problem(ServiceCode.UPLOAD_TOO_SLOW, "the body took too long to arrive")
            raise self.refused from None
        self._patience -= time.monotonic() - before
        self._unread = message.get("more_body", False)
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise self.refuse_size()
        return message

    async def send(self, message: Message) -> None:
        """The application's ``send``; what it says about a body that was refused is not passed on."""
        if self.refused is None or self.answering:
            await self.send_out(message)

    async def send_out(self, message: Message) -> None:
        """Answers; before the end, gives the client time to stop sending what nobody reads."""
        if message["type"] == "http.response.start":
            self.answering = True
            if self._unread:
                MutableHeaders(scope=message)["Connection"] = "close"
        if not self._unread or message["type"] != "http.response.body" or message.get("more_body", False):
            await self._send(message)
            return
        await self._send({**message, "more_body": True})
        await self._linger()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _linger(self) -> None:
        try:
            async with asyncio.timeout(LINGER_S):
                while self._unread:
                    self._unread = (await self._receive()).get("more_body", False)
        except TimeoutError:
            log.info("a client went on sending a body that was answered already")
