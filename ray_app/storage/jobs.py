"""The client's side of jobs: made once however often it is asked, looked at, listed, cancelled, forgotten.

Each look takes the viewer, so that nobody sees what is another's. Knows nothing of HTTP or of how items are read.
"""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, delete, insert, literal, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ray_app.storage.database import Database
from ray_app.storage.jobs_rows import ITEM_COLUMNS, count, end_of, item_of, job_of, lock_job, outcome_values, seen_by
from ray_app.storage.jobs_values import (
    Created,
    Held,
    IdempotencyKey,
    Item,
    ItemRef,
    ItemResult,
    ItemStatus,
    Job,
    JobKind,
    JobPage,
    JobQuery,
    JobStatus,
    KeyReused,
    NewItem,
    NewJob,
    Outcome,
    Viewer,
    cursor_after,
    place_of,
)
from ray_app.storage.tables import OPEN, SafeText, UtcTime, items, jobs, request_keys

RESULTS_AT_ONCE = 20
"""Results that are read together, so that a slow client holds neither memory nor a connection."""

PRUNED_AT_ONCE = 200
"""Jobs that are deleted in one transaction, so that others wait little for it."""


class JobStore:
    """Jobs in the database.

    Args:
        database: where they are.
        clock: what time it is.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database, self._clock = database, clock

    async def create(self, new: NewJob, files: Sequence[NewItem], key: IdempotencyKey | None = None) -> Created:
        """Stores a batch, ready to be worked off; whole or not at all.

        Returns:
            The batch that this owner made with this key before, where there is one; the uploads of ``files`` are
            then nobody's, and the caller deletes them.

        Raises:
            KeyReused: the key was used for another request.
            ValueError: there is no file, so nobody would ever end the job.
        """
        if not files:
            raise ValueError("a batch without files")
        job = _new(new, JobKind.BATCH, len(files), self._clock())
        rows = [_row(job, position, file) for position, file in enumerate(files)]
        return await self._create(job, rows, key)

    async def begin_process(
        self, new: NewJob, file: NewItem, key: IdempotencyKey, *, worker: str, lease_seconds: float
    ) -> tuple[Created, Held]:
        """Stores that a single file is being read for this key; ``JobQueue`` keeps and finishes it as any other item.

        Returns:
            The job, and the caller's proof to finish it with, or to release it with when nobody waits for the answer
            any more. Where the job was there before, wait for that one and leave the proof.

        Raises:
            KeyReused: the key was used for another request.
        """
        now = self._clock()
        job = replace(_new(new, JobKind.PROCESS, 1, now), status=JobStatus.RUNNING, started_at=now)
        held = Held(ref=ItemRef(job.id, 0), worker=worker, attempt=1)
        running = {
            "status": ItemStatus.RUNNING,
            "attempt": held.attempt,
            "worker": worker,
            "lease_until": now + timedelta(seconds=lease_seconds),
            "started_at": now,
        }
        return await self._create(job, [_row(job, 0, file) | running], key), held

    async def record_process(self, new: NewJob, file: NewItem, outcome: Outcome) -> Job:
        """Stores a single file that has been read, as a job of one item that is over."""
        now = self._clock()
        started = now - timedelta(seconds=outcome.seconds or 0.0)
        failed = outcome.failure is not None
        job = replace(_new(new, JobKind.PROCESS, 1, started), ok=int(not failed), failed=int(failed))
        job = replace(job, status=end_of(job), started_at=started, finished_at=now)
        row = _row(job, 0, file) | outcome_values(outcome, now) | {"attempt": 1, "started_at": started}
        return (await self._create(job, [row], None)).job

    async def get(self, job_id: str, viewer: Viewer) -> Job | None:
        """Returns a job with its counts as they now are; None where the viewer has no such job."""
        async with self._database.read() as connection:
            return await self._seen(connection, job_id, viewer)

    async def list(self, query: JobQuery) -> JobPage:
        """Returns jobs newest first, from where the cursor says.

        Raises:
            BadCursor: the cursor did not come from here.
        """
        async with self._database.read() as connection:
            found = [job_of(row._mapping) for row in await connection.execute(list_query(query))]
        more = len(found) > query.limit
        return JobPage(jobs=tuple(found[: query.limit]), next=cursor_after(found[query.limit - 1]) if more else None)

    async def items(self, job_id: str, viewer: Viewer) -> tuple[Item, ...] | None:
        """Returns a job's items in order, without their results; None where the viewer has no such job."""
        async with self._database.read() as connection:
            if await self._seen(connection, job_id, viewer) is None:
                return None
            query = select(*ITEM_COLUMNS).where(items.c.job_id == job_id).order_by(items.c.position)
            return tuple(item_of(row) for row in await connection.execute(query))

    async def results(self, job_id: str, viewer: Viewer) -> AsyncIterator[ItemResult]:
        """Yields those items of a job that are over, in their order, a few at a time; none where there is no such job."""
        over = items.c.status.not_in(OPEN)
        query = select(items).where(items.c.job_id == job_id, over).order_by(items.c.position).limit(RESULTS_AT_ONCE)
        position = -1
        while True:
            async with self._database.read() as connection:
                if await self._seen(connection, job_id, viewer) is None:
                    return
                rows = (await connection.execute(query.where(items.c.position > position))).all()
            for row in rows:
                yield ItemResult(item=item_of(row), result=row.result)
            if len(rows) < RESULTS_AT_ONCE:
                return
            position = rows[-1].position

    async def cancel(self, job_id: str, viewer: Viewer) -> bool:
        """Ends a job: what waits is never read, what is being read is told so at its next heartbeat.

        Returns:
            False where the job is over already, or the viewer has no such job.
        """
        now = self._clock()
        async with self._database.write() as connection:
            if await self._seen(connection, job_id, viewer) is None:
                return False
            job = await lock_job(connection, job_id)
            if job is None or job.is_over:
                return False
            stopped = {"status": ItemStatus.CANCELLED, "finished_at": now, "lease_until": None}
            await connection.execute(
                update(items).where(items.c.job_id == job_id, items.c.status.in_(OPEN)).values(stopped)
            )
            await count(connection, job, now, cancelled=job.total - job.done)
        return True

    async def wanted_uploads(self) -> frozenset[str]:
        """Returns the upload keys of all items that are not over; the others may go."""
        query = select(items.c.upload_key).where(items.c.status.in_(OPEN), items.c.upload_key.is_not(None))
        async with self._database.read() as connection:
            return frozenset(key for key in await connection.scalars(query) if key)

    async def prune(self, older_than: datetime) -> int:
        """Deletes jobs, with all that belongs to them, that were over before this moment; returns how many."""
        # What was over by then was created before; said, too, so that the index on creation serves.
        old = (
            select(jobs.c.id)
            .where(jobs.c.status.not_in(OPEN), jobs.c.created_at < older_than, jobs.c.finished_at < older_than)
            .limit(PRUNED_AT_ONCE)
        )
        pruned = 0
        while True:
            async with self._database.write() as connection:
                gone = (await connection.execute(delete(jobs).where(jobs.c.id.in_(old)))).rowcount
            pruned += gone
            if gone < PRUNED_AT_ONCE:
                return pruned

    async def _create(self, job: Job, rows: Sequence[dict[str, object]], key: IdempotencyKey | None) -> Created:
        known = key and await self._replay(job.owner, key)
        if known:
            return known
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(jobs).values(asdict(job)))
                if key is not None:
                    claim = {"owner": job.owner, "key": key.key, "digest": key.digest, "job_id": job.id}
                    await connection.execute(insert(request_keys).values(claim))
                await connection.execute(insert(items), rows)
        except IntegrityError:  # an equal request at the same time was faster
            known = key and await self._replay(job.owner, key)
            if not known:
                raise
            return known
        return Created(job=job, replayed=False)

    async def _replay(self, owner: str | None, key: IdempotencyKey) -> Created | None:
        query = (
            select(jobs, request_keys.c.digest)
            .join_from(request_keys, jobs)
            .where(request_keys.c.owner == owner, request_keys.c.key == key.key)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            return None
        values = dict(row)
        if values.pop("digest") != key.digest:
            raise KeyReused(f"the key {key.key!r} was used before, for another request")
        return Created(job=job_of(values), replayed=True)

    async def _seen(self, connection: AsyncConnection, job_id: str, viewer: Viewer) -> Job | None:
        row = (await connection.execute(select(jobs).where(jobs.c.id == job_id, seen_by(viewer, jobs.c.owner)))).first()
        return None if row is None else job_of(row._mapping)


def list_query(query: JobQuery) -> Select[tuple[object, ...]]:
    """Returns the statement that reads one page of jobs and, to see whether there are more, one job beyond.

    Raises:
        BadCursor: the cursor did not come from here.
    """
    statement = select(jobs).where(seen_by(query.viewer, jobs.c.owner))
    if query.status is not None:
        statement = statement.where(jobs.c.status == query.status)
    if query.name is not None:
        statement = statement.where(jobs.c.name.icontains(query.name, autoescape=True))
    if query.created_from is not None:
        statement = statement.where(jobs.c.created_at >= query.created_from)
    if query.created_to is not None:
        statement = statement.where(jobs.c.created_at < query.created_to)
    if query.cursor is not None:
        created_at, job_id = place_of(query.cursor)
        place = tuple_(literal(created_at, UtcTime), literal(job_id, SafeText))
        statement = statement.where(tuple_(jobs.c.created_at, jobs.c.id) < place)
    return statement.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(query.limit + 1)


def _new(new: NewJob, kind: JobKind, total: int, now: datetime) -> Job:
    return Job(
        id=uuid.uuid4().hex,
        kind=kind,
        owner=new.owner,
        name=new.name,
        priority=new.priority,
        max_concurrent=new.max_concurrent,
        settings=dict(new.settings),
        status=JobStatus.QUEUED,
        total=total,
        ok=0,
        failed=0,
        cancelled=0,
        created_at=now,
        started_at=None,
        finished_at=None,
    )


def _row(job: Job, position: int, file: NewItem) -> dict[str, object]:
    fresh = {"job_id": job.id, "position": position, "status": ItemStatus.QUEUED, "attempt": 0, "lost": 0}
    return asdict(file) | fresh
