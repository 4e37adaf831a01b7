"""What every request passes before it reaches a route, in its order.

Knows the order and why it is so; each guard stands in a module of its own.
"""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from ray_app.serving.body_limits import BodyLimits
from ray_app.serving.headers import SecurityHeaders
from ray_app.serving.security_options import SecurityOptions
from ray_app.serving.tracing import TraceIds

_SMALL_BODY = 64 * 1024
"""Most bytes of a body where no file is expected."""

_COMPRESS_FROM = 1024
"""Shorter answers would not travel faster."""


def add_guards(app: FastAPI, options: SecurityOptions, most: Mapping[str, int]) -> None:
    """Puts the guards around the application; from the last one here, which is outermost, to the first.

    Args:
        app: the application.
        options: settings.
        most: largest body in bytes, by path, where files are taken.
    """
    app.add_middleware(BodyLimits, most=most, otherwise=_SMALL_BODY, times=options.upload_times)
    app.add_middleware(GZipMiddleware, minimum_size=_COMPRESS_FROM, compresslevel=5)
    if options.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=options.cors_origins,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=("Authorization", "X-API-Key", "Idempotency-Key", "X-Request-ID", "traceparent"),
            expose_headers=(
                "ETag",
                "Retry-After",
                "X-Trace-ID",
                "RateLimit-Limit",
                "RateLimit-Remaining",
                "RateLimit-Reset",
            ),
        )
    app.add_middleware(SecurityHeaders, behind_https=options.behind_https)
    app.add_middleware(TraceIds)  # outermost, so that every answer and every line of the log has the id
