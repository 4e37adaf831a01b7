"""The web application: middleware, addresses, the page, and what is opened for them.

Knows FastAPI; knows nothing of Serve. Tests run it with readers of their own.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from ray_app.serving import batch, hooks, jobs, operations, process
from ray_app.serving.auth import ApiKeys, check_allowed
from ray_app.serving.body_limits import BodyLimits
from ray_app.serving.extractor import Reads
from ray_app.serving.headers import SecurityHeaders
from ray_app.serving.openapi import describe
from ray_app.serving.problems import Problem, ServiceCode, answer, install
from ray_app.serving.process import MIB
from ray_app.serving.profile import ServingProfile
from ray_app.serving.rate_limits import RateHeaders, RateLimits
from ray_app.serving.request_metrics import RequestMetrics
from ray_app.serving.resources import open_resources
from ray_app.serving.state import State
from ray_app.serving.tracing import TraceIds
from ray_app.storage.database import DatabaseUnavailable
from ray_app.telemetry import metrics

PAGE = Path(__file__).parent / "page"

_ABOUT = """Pictures and documents of recipes in, recipes out: text, ingredients with quantities and places, directions.

Errors are `application/problem+json` with a stable `code`, a `message`, `advice` and a `trace_id`."""

_FORM_SLACK = 64 * 1024
"""Bytes of a form beside its files: boundaries, names, hints."""


def create_app(profile: ServingProfile, readers: Mapping[str, Reads]) -> ASGIApp:
    """Returns the application.

    Args:
        profile: all settings.
        readers: by the names of ``profile.readers``.

    Raises:
        ConfigError: the security settings do not fit the environment.
    """
    check_allowed(profile.environment, profile.security)
    metrics.expose()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        security = profile.security
        async with open_resources(profile, readers) as resources, RateLimits(security.rates) as rates:
            app.state.recipe_ocr = State(
                profile=profile,
                readers=readers,
                keys=ApiKeys.load(security),
                rates=rates,
                resources=resources,
            )
            yield

    app = FastAPI(
        title="Recipe OCR",
        version=version("recipe-ocr"),
        description=_ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    install(app)

    @app.exception_handler(DatabaseUnavailable)
    async def _(_: Request, error: DatabaseUnavailable) -> JSONResponse:
        return answer(Problem(ServiceCode.UNAVAILABLE, "the database does not answer", retry_after=5.0))

    for part in (process, batch, jobs, hooks, operations):
        app.include_router(part.router)
    app.router.default = StaticFiles(directory=PAGE, html=True)  # mounted, it would take every address as its own
    describe(app)
    app.add_middleware(RateHeaders)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    limits = profile.limits
    file_bytes = limits.file_mb * MIB
    app.add_middleware(
        BodyLimits,
        max_bytes=_FORM_SLACK,
        seconds=limits.upload_seconds,
        by_path={"/process": file_bytes + _FORM_SLACK, "/batch": file_bytes * limits.batch_items + _FORM_SLACK},
    )
    if profile.security.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=profile.security.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "X-API-Key", "Idempotency-Key", "Content-Type"],
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestMetrics)
    app.add_middleware(TraceIds)
    return app
