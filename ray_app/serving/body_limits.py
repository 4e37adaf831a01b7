"""Limits on request bodies while they come in: how many bytes, and how slowly.

Knows ASGI messages; what stands in a body is for ``bodies``.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ray_app.serving.problems import Problem, ServiceCode, answer
from ray_app.serving.security_options import UploadTimeOptions

log = logging.getLogger(__name__)

MIB = 1024 * 1024

_LINGER_S = 2.0
"""How long a refused body is still taken and thrown away: a connection closed at once would lose the answer, too."""


class BodyLimits:
    """ASGI middleware: refuses bodies that are too large (413) or too slow (408), and forgets clients that go away.

    Args:
        app: what answers.
        most: largest body in bytes, by path.
        otherwise: largest body in bytes of all other paths.
        times: how slowly one may send; only waiting for the client counts.
    """

    def __init__(self, app: ASGIApp, *, most: Mapping[str, int], otherwise: int, times: UploadTimeOptions) -> None:
        self._app, self._most, self._otherwise, self._times = app, most, otherwise, times

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = _Body(headers, receive, send, self._most.get(scope["path"], self._otherwise), self._times)
        try:
            if int(headers.get("content-length", "0")) > body.most:
                body.refusal = body.too_large()
            else:
                await self._app(scope, body.receive, body.send)
        except ClientDisconnect:
            log.info("%s %s: the client went away while it was sending", scope["method"], scope["path"])
        except Problem as problem:
            if problem is not body.refusal:
                raise
        if body.refusal is not None and not body.started:
            await answer(body.refusal)(scope, receive, body.pass_on)


class _Body:
    """One request's body on its way in, and the answer on its way out."""

    def __init__(self, headers: Headers, receive: Receive, send: Send, most: int, times: UploadTimeOptions) -> None:
        self.most, self._times = most, times
        self._receive, self._send = receive, send
        self._more = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        self._bytes, self._waited = 0, 0.0
        self.refusal: Problem | None = None
        self.started = False

    def too_large(self) -> Problem:
        return Problem(ServiceCode.BODY_TOO_LARGE, f"the request has more than {self.most / MIB:g} MiB")

    async def receive(self) -> Message:
        """Returns the next piece.

        Raises:
            Problem: too much, or too slow. Whatever the application makes of it, this is the answer.
        """
        if not self._more:
            return await self._receive()
        before = time.monotonic()
        try:
            async with asyncio.timeout(min(self._times.idle_s, self._times.total_s - self._waited)):
                message = await self._receive()
        except TimeoutError:
            self.refusal = Problem(ServiceCode.UPLOAD_TOO_SLOW, "the request's body came too slowly")
            raise self.refusal from None
        self._waited += time.monotonic() - before
        self._note(message)
        if self._bytes > self.most:
            self.refusal = self.too_large()
            raise self.refusal
        return message

    async def send(self, message: Message) -> None:
        """Sends the application's answer, unless ours takes its place."""
        if self.refusal is None or self.started:
            await self.pass_on(message)

    async def pass_on(self, message: Message) -> None:
        """Sends; where the body was not read to its end, takes the rest of it for a while and has the connection closed."""
        if message["type"] == "http.response.start":
            self.started = True
            if self._more:
                MutableHeaders(scope=message)["Connection"] = "close"
        elif self._more and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            with suppress(TimeoutError):
                async with asyncio.timeout(_LINGER_S):
                    while self._more:
                        self._note(await self._receive())
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    def _note(self, message: Message) -> None:
        self._bytes += len(message.get("body", b""))
        self._more = message["type"] == "http.request" and message.get("more_body", False)
