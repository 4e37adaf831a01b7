"""Headers of answers: what browsers may do with them, which other sites may ask, and whether a client has it already.

Knows headers only; knows nothing of routes.
"""

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",  # the picture that a person has chosen
        "connect-src 'self'",
        "form-action 'none'",  # the page sends by script
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_ALWAYS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that know no frame-ancestors
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_HSTS = "max-age=31536000"


class SecurityHeaders:
    """ASGI middleware: adds to each answer what it does not say itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                if _came_by_https(scope):
                    headers.setdefault("Strict-Transport-Security", _HSTS)
                # Answers are somebody's own: with an ETag they may be kept and asked about, without one never kept.
                headers.setdefault("Cache-Control", "private, no-cache" if "etag" in headers else "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _came_by_https(scope: Scope) -> bool:
    # A client may claim it without a proxy, which does no harm: browsers heed the header over HTTPS only.
    first, *_ = Headers(scope=scope).get("x-forwarded-proto", "").split(",")
    return bool(scope["scheme"] == "https" or first.strip() == "https")


def etag(content: bytes) -> str:
    """Returns the tag of an answer; weak, as the same answer may travel compressed."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'


def not_modified(request: Request, tag: str) -> bool:
    """Tells whether the client has the answer with this tag already, and 304 is enough."""
    wanted = ",".join(request.headers.getlist("if-none-match"))
    return wanted.strip() == "*" or _opaque(tag) in {_opaque(one) for one in wanted.split(",")}


def _opaque(tag: str) -> str:
    """Tags are compared weakly here (RFC 9110, 13.1.2)."""
    return tag.strip().removeprefix("W/")
