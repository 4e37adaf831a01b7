"""The service's outside with canned answers: serves the page and speaks its API, so that the page is tested without engines.

Run by itself (``python -m tests.page.stub``) it is something to look at while the page is being changed.
"""

import asyncio
import json
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from ray_app.serving.headers import SecurityHeaders

PAGE = Path(str(files("ray_app.serving") / "page"))
ANSWERS = Path(__file__).parent / "answers"
PORT = 8123
ADDRESS = f"http://127.0.0.1:{PORT}/"


@dataclass
class Stub:
    """What the tests turn: the key that is asked for, the limits, how slow it is, and what was sent to it."""

    key: str | None = None
    file_mb: float = 5
    batch_items: int = 10
    seconds: float = 0.0
    pace: float = 0.05
    break_stream: bool = False
    jobs: list[dict[str, Any]] = field(default_factory=list)
    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    streams: int = 0
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def job(self, identity: str) -> dict[str, Any]:
        return next(job for job in self.jobs if job["id"] == identity)

    def add_job(self, name: str | None, names: list[str], **fields: Any) -> dict[str, Any]:
        identity = f"job{len(self.jobs) + 1}"
        job = {
            "id": identity,
            "kind": "batch",
            "name": name,
            "status": "queued",
            "priority": 0,
            "total": len(names),
            "done": 0,
            "failed": 0,
            "cancelled": 0,
            "created_at": "2026-11-24T07:30:00Z",
            "finished_at": None,
        }
        self.jobs.insert(0, job | fields)
        self.items[identity] = [{**answer(name, index), "item": index} for index, name in enumerate(names)]
        return self.jobs[0]


def answer(name: str, number: int = 0) -> dict[str, Any]:
    """What the service says of a file of this name: read before and kept, or not an image at all."""
    common = {
        "job_id": f"process{number}",
        "cached": False,
        "cache_level": None,
        "degraded": None,
        "processing_ms": 812.4,
        "quality_score": 0.83,
        "fingerprint": "0" * 16,
    }
    kept = ANSWERS / f"{name}.json"
    if kept.exists():
        return {**json.loads(kept.read_text()), **common}
    error = {
        "code": "not_an_image",
        "message": f"{name} is not an image.",
        "advice": "Give a JPEG, PNG, WebP, TIFF, GIF, BMP, HEIC or PDF file; this one is something else.",
    }
    empty: dict[str, Any] = {"text": "", "title": None, "engine": None, "confidence": None, "pages": 1}
    lists = ("titles", "ingredients", "directions", "mentioned", "recipes", "warnings", "review", "images")
    return {"path": name, "status": "failed", "error": error} | empty | {one: [] for one in lists} | common


def problem(status: int, code: str, message: str, advice: str, headers: dict[str, str] | None = None) -> Response:
    body = {"type": f"urn:recipe-ocr:{code}", "title": code, "status": status, "code": code, "message": message}
    body |= {"advice": advice, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}
    return JSONResponse(body, status, media_type="application/problem+json", headers=headers)


async def uploads(request: Request, name: str) -> tuple[list[str], dict[str, str]]:
    async with request.form() as form:
        names = [part.filename or "" for part in form.getlist(name) if isinstance(part, UploadFile)]
        return names, {key: value for key, value in form.items() if isinstance(value, str)}


def create(stub: Stub) -> ASGIApp:  # noqa: C901 -- one small handler after the other
    """Returns the application around what the tests turn."""

    async def process(request: Request) -> Response:
        (name,), _ = await uploads(request, "file")
        await asyncio.sleep(stub.seconds)
        if name == "busy.png":
            wait = {"Retry-After": "7"}
            return problem(429, "overloaded", "Too many pictures are being read.", "Wait a little.", wait)
        found = stub.answers.get(name) or answer(name)
        if found["status"] == "failed":
            return problem(422, **found["error"])
        again = name in stub.seen
        stub.seen.add(name)
        stub.add_job(name, [name], kind="process", status="completed", done=1)
        return JSONResponse(
            found
            | {"job_id": stub.jobs[0]["id"]}
            | ({"cached": True, "cache_level": "memory", "processing_ms": 4.2} if again else {})
        )

    async def start(request: Request) -> Response:
        names, fields = await uploads(request, "files")
        return JSONResponse(stub.add_job(fields["job_name"], names), 202)

    async def jobs(request: Request) -> Response:
        first, most = int(request.query_params.get("cursor", 0)), int(request.query_params["limit"])
        rest = str(first + most) if len(stub.jobs) > first + most else None
        return JSONResponse({"jobs": stub.jobs[first : first + most], "next": rest})

    async def job(request: Request) -> Response:
        return JSONResponse(stub.job(request.path_params["id"]))

    async def single(request: Request) -> Response:
        found = stub.job(request.path_params["id"])
        (result,) = stub.items[found["id"]]
        return JSONResponse(found | {"items": [{"item": 0, "error": result["error"]}], "result": result})

    async def cancel(request: Request) -> Response:
        found = stub.job(request.path_params["id"])
        found |= {"status": "cancelled", "cancelled": found["total"] - found["done"], "done": found["total"]}
        return JSONResponse(found)

    async def results(request: Request) -> Response:
        found = stub.job(request.path_params["id"])
        lines = (json.dumps(item) + "\n" for item in stub.items[found["id"]][: found["done"]])
        return StreamingResponse(lines, media_type="application/x-ndjson")

    async def events(request: Request) -> Response:
        found = stub.job(request.path_params["id"])
        stub.streams += 1

        async def stream():
            yield ": here we go\n\n"
            while found["status"] in ("queued", "running"):
                await asyncio.sleep(stub.pace)
                advance(found, stub.items[found["id"]])
                yield f"event: progress\ndata: {json.dumps(found)}\n\n"
                if stub.break_stream:
                    stub.break_stream = False
                    return
            yield f"event: end\ndata: {json.dumps(found)}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def capabilities(request: Request) -> Response:
        engines = [{"name": name, "available": name != "easyocr", "default": name == "paddle"} for name in ENGINES]
        limits = {"file_mb": stub.file_mb, "batch_items": stub.batch_items}
        return JSONResponse({"version": "0.1.0", "engines": engines, "formats": FORMATS, "limits": limits})

    def guarded(endpoint):
        async def guard(request: Request) -> Response:
            if stub.key is not None and request.headers.get("Authorization") != f"Bearer {stub.key}":
                return problem(401, "unauthenticated", "A key is needed.", "Ask whoever runs this service for one.")
            return await endpoint(request)

        return guard

    app = Starlette(
        routes=[
            Route("/process", guarded(process), methods=["POST"]),
            Route("/batch", guarded(start), methods=["POST"]),
            Route("/jobs", guarded(jobs)),
            Route("/batch/{id}", guarded(job)),
            Route("/batch/{id}", guarded(cancel), methods=["DELETE"]),
            Route("/batch/{id}/results", guarded(results)),
            Route("/batch/{id}/events", guarded(events)),
            Route("/job/{id}", guarded(single)),
            Route("/capabilities", guarded(capabilities)),
            Mount("/", StaticFiles(directory=PAGE, html=True)),
        ]
    )
    return SecurityHeaders(app)


ENGINES = ("paddle", "tesseract", "easyocr")
FORMATS = ["bmp", "gif", "heic", "heif", "jpeg", "jpg", "pdf", "png", "tif", "tiff", "webp"]


def advance(job: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """One more item is done, the last one completes the job; a job that was cancelled meanwhile stays as it is."""
    if job["status"] not in ("queued", "running"):
        return
    item = items[job["done"]]
    job |= {"status": "running", "done": job["done"] + 1, "failed": job["failed"] + (item["status"] == "failed")}
    if job["done"] == job["total"]:
        job |= {"status": "completed", "finished_at": "2026-11-24T07:31:00Z"}


if __name__ == "__main__":
    uvicorn.run(create(Stub(pace=1.0, seconds=1.0)), port=PORT)
