"""``/job`` and ``/jobs``: what became of each request, one by one and as a list.

Knows jobs' form outside; knows nothing of how they are worked off.
"""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BeforeValidator

from ray_app.serving.headers import etag, not_modified
from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.process import PROBLEMS
from ray_app.serving.schemas import JobDetailOut, JobsOut
from ray_app.serving.state import Asking, Parts, viewer
from ray_app.storage.jobs_values import BadCursor, Item, Job, JobKind, JobQuery, JobStatus

router = APIRouter(tags=["jobs"])


def _written(value: object) -> object:
    """A bare number would be taken for seconds since 1970."""
    if isinstance(value, str) and not value[4:5] == "-":
        raise ValueError("write it as 2026-11-24T09:30:00Z")
    return value


WrittenTime = Annotated[datetime, BeforeValidator(_written)]


@router.get("/jobs", summary="Jobs, newest first", responses={200: {"model": JobsOut}, **PROBLEMS})
async def jobs(
    state: Parts,
    caller: Asking,
    status: JobStatus | None = None,
    name: Annotated[str | None, Query(max_length=200, description="Part of the name.")] = None,
    created_from: WrittenTime | None = None,
    created_to: WrittenTime | None = None,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Lists the caller's jobs; an admin sees all."""
    query = JobQuery(
        viewer=viewer(caller),
        status=status,
        name=name,
        created_from=_aware(created_from, "created_from"),
        created_to=_aware(created_to, "created_to"),
        cursor=cursor,
        limit=limit,
    )
    try:
        page = await state.resources.jobs.list(query)
    except BadCursor as error:
        raise Problem(ServiceCode.INVALID_REQUEST, f"cursor: {error}") from None
    return JSONResponse({"jobs": [job_out(job) for job in page.jobs], "next": page.next})


@router.get("/job/{job_id}", summary="One job with its files", responses={200: {"model": JobDetailOut}, **PROBLEMS})
async def job(job_id: str, request: Request, state: Parts, caller: Asking) -> Response:
    """Tells what became of each file; of a single picture also what was found."""
    store, who = state.resources.jobs, viewer(caller)
    found, items = await store.get(job_id, who), await store.items(job_id, who)
    if found is None or items is None:
        raise Problem(ServiceCode.NOT_FOUND, "there is no such job")
    answer: dict[str, Any] = {**job_out(found), "items": [_item_out(item) for item in items]}
    if found.kind is JobKind.PROCESS:
        async for one in store.results(job_id, who):
            answer["result"] = one.result and {"job_id": job_id, **json.loads(one.result)}
    content = json.dumps(answer, ensure_ascii=False).encode()
    tag = etag(content)
    if not_modified(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(content, media_type="application/json", headers={"ETag": tag})


def job_out(job: Job) -> dict[str, Any]:
    """Returns a job as clients see it (``schemas.JobOut``)."""
    return {
        "id": job.id,
        "kind": str(job.kind),
        "name": job.name,
        "status": str(job.status),
        "priority": job.priority,
        "total": job.total,
        "done": job.done,
        "failed": job.failed,
        "cancelled": job.cancelled,
        "created_at": job.created_at.isoformat(),
        "finished_at": job.finished_at and job.finished_at.isoformat(),
    }


def _item_out(item: Item) -> dict[str, Any]:
    failure = item.failure
    return {
        "item": item.ref.position,
        "name": item.name,
        "media_type": item.media_type,
        "size": item.size,
        "status": str(item.status),
        "attempts": item.attempt,
        "engine": item.engine,
        "cached": item.cached,
        "seconds": item.seconds,
        "error": failure and {"code": str(failure.code), "message": failure.message, "advice": failure.advice},
    }


def _aware(moment: datetime | None, name: str) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise Problem(ServiceCode.INVALID_REQUEST, f"{name}: say the time zone, such as 2026-11-24T10:00:00Z")
    return moment
