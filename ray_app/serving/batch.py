"""``/batch``: many pictures or a ZIP of them in, a job out; its progress, its results, its end.

Knows forms and streams of answers; working off is ``batches``' part.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from ray_app.serving.archives import ArchiveLimits, Member, Skipped, is_zip, members
from ray_app.serving.auth import Caller
from ray_app.serving.bodies import FilePart, PartLimits, each_part
from ray_app.serving.hints import BATCH_FORM, BatchHints
from ray_app.serving.jobs import job_out
from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.process import MIB, PROBLEMS, KeyHeader, new_item
from ray_app.serving.schemas import BatchOut, JobOut
from ray_app.serving.state import Asking, Parts, State, viewer
from ray_app.storage.jobs_values import IdempotencyKey, ItemResult, Job, KeyReused, NewItem, NewJob

LOOK_S = 0.5
"""How often the progress of a job is looked up for those who watch."""

ALIVE_S = 15.0
"""A silent stream says this often that it is still there, so that proxies keep it open."""

LARGEST_ZIP = 128 * MIB
"""A ZIP is held in memory while it is unpacked; more pictures come as files of their own, one in memory at a time."""

router = APIRouter(tags=["batches"])


@router.post(
    "/batch",
    status_code=202,
    summary="Read many pictures",
    responses={202: {"model": BatchOut}, **PROBLEMS},
    openapi_extra=BATCH_FORM,
)
async def create(request: Request, state: Parts, caller: Asking, key: KeyHeader = None) -> Response:
    """Takes pictures, documents or a ZIP of them and answers at once; ``GET /batch/{id}`` tells how far it is."""
    uploads = state.resources.uploads
    items: list[NewItem] = []
    skipped: list[Skipped] = []
    try:
        fields = await _take(request, state, items, skipped)
        hints = BatchHints.of(fields, state.readers)
        if not items:
            raise Problem(ServiceCode.INVALID_REQUEST, "there is no picture among the files")
        new = NewJob(
            owner=caller.name,
            name=hints.job_name,
            priority=hints.priority,
            max_concurrent=hints.max_concurrent,
            settings=hints.settings,
        )
        wanted = None if key is None else IdempotencyKey(key=key, digest=_digest(items, hints))
        created = await state.resources.jobs.create(new, items, wanted)
    except KeyReused as error:
        await _drop(state, items)
        raise Problem(ServiceCode.KEY_REUSED, str(error)) from None
    except BaseException:
        await asyncio.shield(_drop(state, items))
        raise
    if created.replayed:
        await uploads.delete(*_keys(items))
    headers = {"Location": f"/batch/{created.job.id}"}
    if created.replayed:
        headers["Idempotency-Replayed"] = "true"
    body = {**job_out(created.job), "skipped": [{"name": one.name, "why": one.why} for one in skipped]}
    return JSONResponse(body, 202, headers)


async def _take(request: Request, state: State, items: list[NewItem], skipped: list[Skipped]) -> dict[str, str]:
    """Stores files as they come, one in memory at a time; returns the form's other fields."""
    limits = state.profile.limits
    most, size = limits.batch_items, limits.file_mb * MIB
    fields: dict[str, str] = {}
    async for part in each_part(request, PartLimits(file_bytes=min(size * most, LARGEST_ZIP), files=most)):
        if not isinstance(part, FilePart):
            fields[part.name] = part.value
            continue
        async for file in _files(part, most, size, skipped):
            if len(items) == most:
                raise Problem(ServiceCode.TOO_MANY_ITEMS, f"a batch takes {most} files")
            items.append(new_item(file, await state.resources.uploads.write(file.data)))
    return fields


async def _files(part: FilePart, most: int, size: int, skipped: list[Skipped]) -> AsyncIterator[FilePart]:
    """The file itself, or the pictures in it, unpacked one by one; what is no picture is told of."""
    if not is_zip(part.data):
        if len(part.data) > size:
            raise Problem(ServiceCode.BODY_TOO_LARGE, f"{part.name} has more than {size // MIB} MiB")
        yield part
        return
    inside = members(part.data, ArchiveLimits(entries=most, entry_bytes=size, total_bytes=most * size))
    while (one := await asyncio.to_thread(next, inside, None)) is not None:
        if isinstance(one, Member):
            yield FilePart(field=part.field, name=one.name, media_type=None, data=one.data)
        else:
            skipped.append(one)


@router.get("/batch/{job_id}", summary="How far a batch is", responses={200: {"model": JobOut}, **PROBLEMS})
async def get(job_id: str, state: Parts, caller: Asking) -> Response:
    """Tells counts and status."""
    return JSONResponse(job_out(await _found(state, caller, job_id)))


@router.delete("/batch/{job_id}", summary="Cancel a batch", responses={200: {"model": JobOut}, **PROBLEMS})
async def cancel(job_id: str, state: Parts, caller: Asking) -> Response:
    """Ends a batch: what waits is never read, what is being read is stopped. One that is over stays as it is."""
    await state.resources.jobs.cancel(job_id, viewer(caller))
    return JSONResponse(job_out(await _found(state, caller, job_id)))


@router.get(
    "/batch/{job_id}/results",
    summary="What was found, as JSON lines",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}}, **PROBLEMS},
)
async def results(job_id: str, state: Parts, caller: Asking) -> Response:
    """Streams one line a file that is over, in the order of the files."""
    await _found(state, caller, job_id)

    async def lines() -> AsyncIterator[bytes]:
        async for one in state.resources.jobs.results(job_id, viewer(caller)):
            yield json.dumps(_line(job_id, one), ensure_ascii=False).encode() + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@router.get(
    "/batch/{job_id}/events",
    summary="Progress as it happens",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}, **PROBLEMS},
)
async def events(job_id: str, request: Request, state: Parts, caller: Asking) -> Response:
    """Server-sent events: ``progress`` with the job whenever it changes, ``end`` when it is over."""
    job = await _found(state, caller, job_id)

    async def stream() -> AsyncIterator[bytes]:
        told, current = None, job
        silent_since = time.monotonic()
        while True:
            if current != told:
                yield _event("progress", job_out(current))
                told, silent_since = current, time.monotonic()
            if current.is_over:
                yield _event("end", job_out(current))
                return
            if time.monotonic() - silent_since > ALIVE_S:
                yield b": still here\n\n"
                silent_since = time.monotonic()
            await asyncio.sleep(LOOK_S)
            found = await state.resources.jobs.get(job_id, viewer(caller))
            if found is None or await request.is_disconnected():
                return
            current = found

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _found(state: State, caller: Caller, job_id: str) -> Job:
    job = await state.resources.jobs.get(job_id, viewer(caller))
    if job is None:
        raise Problem(ServiceCode.NOT_FOUND, "there is no such job")
    return job


async def _drop(state: State, items: list[NewItem]) -> None:
    await state.resources.uploads.delete(*_keys(items))


def _keys(items: list[NewItem]) -> list[str]:
    return [item.upload_key for item in items if item.upload_key]


def _digest(items: list[NewItem], hints: BatchHints) -> str:
    files = "\n".join(f"{item.name}\t{item.sha256}" for item in items)
    return hashlib.sha256(f"batch\n{files}\n{hints.model_dump_json()}".encode()).hexdigest()


def _line(job_id: str, one: ItemResult) -> dict[str, Any]:
    head: dict[str, Any] = {"job_id": job_id, "item": one.item.ref.position}
    if one.result is not None:
        return {**head, **json.loads(one.result)}
    failure = one.item.failure
    error = failure and {"code": str(failure.code), "message": failure.message, "advice": failure.advice}
    return {**head, "path": one.item.name, "status": str(one.item.status), "error": error}


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
