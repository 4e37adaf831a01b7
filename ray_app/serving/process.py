"""``POST /process``: one picture in, the recipe out.

Knows the request's form and its idempotency key; reading, caching and storing are others'.
"""

import asyncio
import hashlib
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from ray_app.files import FileInput
from ray_app.serving.auth import Caller
from ray_app.serving.batches import outcome_of
from ray_app.serving.bodies import FilePart, PartLimits, read_form
from ray_app.serving.headers import etag
from ray_app.serving.hints import FORM, Hints
from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.schemas import ExtractionOut, ProblemOut
from ray_app.serving.state import Asking, Parts, State, viewer
from ray_app.storage.jobs_values import Held, IdempotencyKey, Job, KeyReused, NewItem, NewJob, Outcome

MIB = 1024 * 1024

WAIT_S = 0.25
"""How often is looked whether the first of two equal requests is over."""

LEASE_S = 15.0
"""A request whose process died blocks its idempotency key this long."""

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Your own name for this request: repeated with the same body, it gives the same job.",
    ),
]

PROBLEMS: dict[int | str, dict[str, object]] = {"4XX": {"model": ProblemOut}, "5XX": {"model": ProblemOut}}

router = APIRouter(tags=["one picture"])


@router.post(
    "/process", summary="Read one picture", responses={200: {"model": ExtractionOut}, **PROBLEMS}, openapi_extra=FORM
)
async def process(request: Request, state: Parts, caller: Asking, key: KeyHeader = None) -> Response:
    """Reads one picture or document and answers with its recipes.

    ``text``, ``title``, ``ingredients`` and ``directions`` are those that ``recipe-ocr extract`` gives.
    """
    form = await read_form(request, PartLimits(file_bytes=state.profile.limits.file_mb * MIB))
    hints = Hints.of(form.fields, state.readers)
    if form.file is None:
        raise Problem(ServiceCode.INVALID_REQUEST, "the form has no field `file`")
    new = NewJob(owner=caller.name, name=form.file.name, settings=hints.settings)
    item = new_item(form.file)
    if key is None:
        outcome = await _read(state, form.file, hints)
        job = await state.resources.jobs.record_process(new, item, outcome)
        return _answer(job.id, outcome)
    return await _once(state, caller, form.file, hints, new, item, IdempotencyKey(key=key, digest=_digest(item, hints)))


def new_item(file: FilePart, upload_key: str | None = None) -> NewItem:
    """Returns a file as jobs keep it."""
    return NewItem(
        name=file.name,
        media_type=file.media_type,
        size=len(file.data),
        sha256=hashlib.sha256(file.data).hexdigest(),
        upload_key=upload_key,
    )


def _digest(item: NewItem, hints: Hints) -> str:
    return hashlib.sha256(f"process\n{item.name}\n{item.sha256}\n{hints.model_dump_json()}".encode()).hexdigest()


async def _read(state: State, file: FilePart, hints: Hints) -> Outcome:
    extraction = await state.resources.extractor.extract(
        FileInput(data=file.data, source=file.name),
        reader=hints.engine,
        use_cache=hints.enable_caching,
        timeout_s=state.profile.limits.request_timeout_s,
    )
    return outcome_of(extraction, file.name, hints.confidence_threshold)


async def _once(
    state: State, caller: Caller, file: FilePart, hints: Hints, new: NewJob, item: NewItem, key: IdempotencyKey
) -> Response:
    """Reads unless an equal request with this key did or does."""
    jobs, queue = state.resources.jobs, state.resources.queue
    worker = uuid.uuid4().hex
    try:
        created, held = await jobs.begin_process(new, item, key, worker=worker, lease_seconds=LEASE_S)
    except KeyReused as error:
        raise Problem(ServiceCode.KEY_REUSED, str(error)) from None
    if created.replayed:
        return await _replay(state, caller, created.job)
    try:
        async with _held(state, held):
            outcome = await _read(state, file, hints)
    except BaseException:
        # Nothing was read, so the key is free again: whoever claims next finds no upload and forgets it.
        await asyncio.shield(queue.release([held]))
        raise
    if not await queue.finish(held, outcome):
        raise Problem(ServiceCode.TIMEOUT, "another process took this request over; ask again with the same key")
    return _answer(created.job.id, outcome)


@asynccontextmanager
async def _held(state: State, held: Held) -> AsyncIterator[None]:
    """Keeps the job ours while it is being read."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            await state.resources.queue.heartbeat([held], LEASE_S)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()


async def _replay(state: State, caller: Caller, job: Job) -> Response:
    """Answers as the first request with this key was answered, once it is over."""
    until = time.monotonic() + state.profile.limits.request_timeout_s
    found: Job | None = job
    while found is not None and not found.is_over:
        if time.monotonic() > until:
            raise Problem(ServiceCode.TIMEOUT, "the first request with this key is still being read")
        await asyncio.sleep(WAIT_S)
        found = await state.resources.jobs.get(job.id, viewer(caller))
    async for one in state.resources.jobs.results(job.id, viewer(caller)):
        response = _answer(job.id, Outcome(failure=one.item.failure, result=one.result))
        response.headers["Idempotency-Replayed"] = "true"
        return response
    raise Problem(ServiceCode.NOT_FOUND, "the first request with this key left nothing; ask again with another key")


def _answer(job_id: str, outcome: Outcome) -> Response:
    if outcome.failure is not None:
        raise Problem.of(outcome.failure, job_id)
    content = json.dumps({"job_id": job_id, **json.loads(outcome.result or b"{}")}, ensure_ascii=False).encode()
    return Response(content, media_type="application/json", headers={"ETag": etag(content)})
