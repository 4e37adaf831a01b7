"""What operators and clients ask of the service itself: health, capabilities, metrics; and the cache's end.

Knows the parts' own reports; knows nothing of pictures.
"""

from dataclasses import asdict
from importlib.metadata import version

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ray_app.imaging.formats import IMAGE_EXTENSIONS
from ray_app.serving.extractor import ReaderDown
from ray_app.serving.health import check, worst
from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.process import PROBLEMS
from ray_app.serving.schemas import CapabilitiesOut, ClearedOut, HealthOut
from ray_app.serving.state import Admin, Parts

router = APIRouter(tags=["operations"])


@router.get("/livez", summary="Is this process alive")
async def livez() -> dict[str, str]:
    """Answers as long as the process does."""
    return {"status": "ok"}


@router.get("/readyz", summary="Can requests be answered", responses=PROBLEMS)
async def readyz(state: Parts) -> dict[str, str]:
    """Answers 503 while the default engine or the database does not answer."""
    await state.resources.database.ping()
    try:
        await state.readers[state.profile.default_reader].check()
    except ReaderDown as error:
        raise Problem(ServiceCode.UNAVAILABLE, str(error), retry_after=5.0) from None
    return {"status": "ok"}


@router.get("/health", summary="How each part is", responses={200: {"model": HealthOut}, 503: {"model": HealthOut}})
async def health(state: Parts) -> Response:
    """Asks every part; 503 where one that is needed is down."""
    profile = state.profile
    components = await check(state.resources, state.readers, profile.default_reader, profile.uploads.folder)
    status = worst(components)
    body = {
        "status": status,
        "version": version("recipe-ocr"),
        "components": {name: asdict(one) for name, one in components.items()},
    }
    return JSONResponse(body, 503 if status == "down" else 200, {"Cache-Control": "no-store"})


@router.get("/capabilities", summary="Engines, formats, limits", responses={200: {"model": CapabilitiesOut}})
async def capabilities(state: Parts) -> Response:
    """Tells what may be asked for, so that a client need not find out by failing."""
    limits = state.profile.limits
    engines = []
    for name, reader in state.readers.items():
        try:
            await reader.check()
            available = True
        except ReaderDown:
            available = False
        engines.append({"name": name, "available": available, "default": name == state.profile.default_reader})
    return JSONResponse(
        {
            "version": version("recipe-ocr"),
            "environment": state.profile.environment,
            "engines": engines,
            "formats": sorted(extension.removeprefix(".") for extension in IMAGE_EXTENSIONS),
            "limits": {
                "file_mb": limits.file_mb,
                "batch_items": limits.batch_items,
                "pages": limits.max_pages,
                "pixels": limits.max_pixels,
                "request_seconds": limits.request_timeout_s,
            },
        }
    )


@router.get("/metrics", summary="Figures of this process for Prometheus", response_class=Response)
async def metrics() -> Response:
    """Tells what this front door has done; Ray's own endpoint tells of readers and replicas."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.delete("/cache", summary="Forget all results", responses={200: {"model": ClearedOut}, **PROBLEMS})
async def clear(state: Parts, _: Admin) -> Response:
    """Empties every level of the cache; null is a level that is down and still holds what it held."""
    return JSONResponse({"cleared": await state.resources.cache.clear()})
