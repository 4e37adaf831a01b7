"""What the client's and the worker's side of jobs share: rows as values, whose they are, and how items end jobs.

Whoever changes items holds their job's row first (``lock_job``), and several jobs in the order of their ids: so counts
are always right and nobody waits in a circle.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, RowMapping, Select, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ray_app.errors import FailureCode
from ray_app.storage.jobs_values import (
    DeliveryStatus,
    Item,
    ItemRef,
    ItemStatus,
    Job,
    JobKind,
    JobStatus,
    Outcome,
    Viewer,
)
from ray_app.storage.tables import deliveries, items, jobs, webhooks
from ray_app.types import Failure

AnyRow = Row[Any]

ITEM_COLUMNS = [column for column in items.c if column.name != "result"]
"""All that ``item_of`` needs; results are large and read only where they are wanted."""


def seen_by(viewer: Viewer, owner: Column[str]) -> ColumnElement[bool]:
    """Returns the condition that a row is the viewer's to see."""
    return true() if viewer.admin else owner == viewer.owner


def job_of(values: RowMapping | Mapping[str, Any]) -> Job:
    """Returns the job whose columns these are."""
    return Job(**{**values, "kind": JobKind(values["kind"]), "status": JobStatus(values["status"])})


def item_of(row: AnyRow) -> Item:
    """Returns the item that a row with ``ITEM_COLUMNS`` is."""
    failure = row.failure_code and Failure(
        code=FailureCode(row.failure_code),
        step=row.failure_step,
        message=row.failure_message,
        advice=row.failure_advice,
        retryable=row.failure_retryable,
    )
    return Item(
        ref=ItemRef(row.job_id, row.position),
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        status=ItemStatus(row.status),
        attempt=row.attempt,
        failure=failure or None,
        engine=row.engine,
        cached=row.cached,
        seconds=row.seconds,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def outcome_values(outcome: Outcome, now: datetime) -> dict[str, object]:
    """Returns the columns of an item that is over since now."""
    failure = outcome.failure
    return {
        "status": ItemStatus.FAILED if failure else ItemStatus.OK,
        "finished_at": now,
        "lease_until": None,
        "result": outcome.result,
        "engine": outcome.engine,
        "cached": outcome.cached,
        "seconds": outcome.seconds,
        "failure_code": failure and failure.code,
        "failure_step": failure and failure.step,
        "failure_message": failure and failure.message,
        "failure_advice": failure and failure.advice,
        "failure_retryable": failure and failure.retryable,
    }


def _locked(job_ids: Collection[str]) -> Select[tuple[object, ...]]:
    return select(jobs).where(jobs.c.id.in_(job_ids)).order_by(jobs.c.id).with_for_update()


async def lock_jobs(connection: AsyncConnection, job_ids: Collection[str]) -> list[Job]:
    """Holds these jobs until the transaction ends, and returns those of them that are there, as they now are."""
    return [job_of(row._mapping) for row in await connection.execute(_locked(job_ids))]


async def lock_job(connection: AsyncConnection, job_id: str) -> Job | None:
    """Holds a job until the transaction ends, and returns it as it now is, or None."""
    return next(iter(await lock_jobs(connection, [job_id])), None)


def end_of(job: Job) -> JobStatus:
    """Returns how a job ended whose items are all over."""
    if job.cancelled:
        return JobStatus.CANCELLED
    return JobStatus.COMPLETED if job.ok else JobStatus.FAILED


async def count(
    connection: AsyncConnection, job: Job, now: datetime, *, ok: int = 0, failed: int = 0, cancelled: int = 0
) -> Job:
    """Adds items that are over to the counts of a job that is held. The last one ends the job and announces it."""
    job = replace(job, ok=job.ok + ok, failed=job.failed + failed, cancelled=job.cancelled + cancelled)
    if job.done == job.total:
        job = replace(job, status=end_of(job), finished_at=now)
    changed = ("ok", "failed", "cancelled", "status", "finished_at")
    await connection.execute(
        update(jobs).where(jobs.c.id == job.id).values({name: getattr(job, name) for name in changed})
    )
    if job.is_over and job.kind is JobKind.BATCH:  # who asked for a single image has had the answer
        await _announce(connection, job, now)
    return job


async def _announce(connection: AsyncConnection, job: Job, now: datetime) -> None:
    # Held, so that none is deleted before its entry is written.
    wanted = await connection.scalars(
        select(webhooks.c.id).where(webhooks.c.owner == job.owner).with_for_update(read=True, key_share=True)
    )
    rows = [
        {
            "id": uuid.uuid4().hex,
            "webhook_id": webhook_id,
            "job_id": job.id,
            "status": DeliveryStatus.PENDING,
            "attempt": 0,
            "due_at": now,
            "created_at": now,
        }
        for webhook_id in wanted
    ]
    if rows:
        await connection.execute(insert(deliveries), rows)
