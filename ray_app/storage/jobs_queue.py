"""The worker's side of jobs: items are claimed for a while, kept by heartbeats, finished once, whoever dies.

An item that its worker lets lapse goes to another; ``Held`` is the proof that tells the two apart, so a late answer
changes nothing. Clocks of all machines are taken to agree within a small part of a lease. Knows nothing of how items
are read.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ray_app.errors import EngineCrashed, FailureCode
from ray_app.storage.database import Database
from ray_app.storage.jobs_rows import AnyRow, count, lock_job, lock_jobs, outcome_values
from ray_app.storage.jobs_values import ClaimedItem, Held, ItemRef, ItemStatus, Job, JobKind, JobStatus, Outcome
from ray_app.storage.tables import OPEN, items, jobs, request_keys
from ray_app.types import Failure

ANSWER_LOST = Failure(
    code=FailureCode.INTERNAL,
    step="worker",
    message="the service was stopped while it read this file",
    advice="Send it again.",
    retryable=True,
)
CLAIMED = [
    items.c[name] for name in ("position", "worker", "attempt", "name", "media_type", "size", "sha256", "upload_key")
]


class JobQueue:
    """Items that wait, and those that are being worked on.

    Args:
        database: where they are.
        max_attempts: an item whose worker was lost this often has failed.
        clock: what time it is.
    """

    def __init__(
        self, database: Database, *, max_attempts: int = 3, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database, self._max_attempts, self._clock = database, max_attempts, clock

    async def claim(self, worker: str, limit: int, lease_seconds: float) -> tuple[ClaimedItem, ...]:
        """Returns up to ``limit`` items that are this worker's until the lease runs out; none where none waits.

        The job with the highest priority goes first, then the oldest; of each no more than its ``max_concurrent``.
        """
        claimed: list[ClaimedItem] = []
        for job_id in await self._promising(limit):
            async with self._database.write() as connection:
                claimed += await self._take(connection, job_id, worker, limit - len(claimed), lease_seconds)
            if len(claimed) == limit:
                break
        return tuple(claimed)

    async def heartbeat(self, held: Collection[Held], lease_seconds: float) -> frozenset[ItemRef]:
        """Keeps items for another while; returns those that are lost: taken over, cancelled or deleted. Stop reading them."""
        kept: set[ItemRef] = set()
        if held:
            async with self._database.write() as connection:
                await lock_jobs(connection, {one.ref.job_id for one in held})
                rows = await connection.execute(
                    update(items)
                    .where(_mine(held))
                    .values(lease_until=self._clock() + timedelta(seconds=lease_seconds))
                    .returning(items.c.job_id, items.c.position)
                )
                kept = {ItemRef(*row) for row in rows}
        return frozenset({one.ref for one in held} - kept)

    async def finish(self, held: Held, outcome: Outcome) -> bool:
        """Stores what became of an item, counts it, and ends its job with the last one.

        Returns:
            False where the item was lost meanwhile: nothing is stored, another's answer counts.
        """
        now = self._clock()
        async with self._database.write() as connection:
            job = await lock_job(connection, held.ref.job_id)
            if job is None:
                return False
            stored = await connection.execute(update(items).where(_mine([held])).values(outcome_values(outcome, now)))
            if stored.rowcount == 0:
                return False
            failed = outcome.failure is not None
            await count(connection, job, now, ok=int(not failed), failed=int(failed))
        return True

    async def release(self, held: Collection[Held]) -> None:
        """Gives items back at once, for another worker to take; what a worker does that is told to stop."""
        if not held:
            return
        async with self._database.write() as connection:
            await lock_jobs(connection, {one.ref.job_id for one in held})
            back = {"status": ItemStatus.QUEUED, "worker": None, "lease_until": None}
            await connection.execute(update(items).where(_mine(held)).values(back))

    async def open_items(self) -> dict[ItemStatus, int]:
        """Returns how many items wait for a worker, and how many one has in hand."""
        query = select(items.c.status, func.count()).where(items.c.status.in_(OPEN)).group_by(items.c.status)
        async with self._database.read() as connection:
            found = {ItemStatus(status): number for status, number in await connection.execute(query)}
        return {status: found.get(status, 0) for status in (ItemStatus.QUEUED, ItemStatus.RUNNING)}

    async def _promising(self, limit: int) -> Sequence[str]:
        """Ids of jobs that have something to take; looked up without holding anything, so that idling costs little."""
        now = self._clock()
        of_job = and_(items.c.job_id == jobs.c.id, items.c.status.in_(OPEN))
        live = select(func.count()).where(of_job, _live(now)).scalar_subquery()
        query = (
            select(jobs.c.id)
            .where(jobs.c.status.in_(OPEN), exists().where(of_job, ~_live(now)), live < jobs.c.max_concurrent)
            .order_by(jobs.c.priority.desc(), jobs.c.created_at, jobs.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return (await connection.scalars(query)).all()

    async def _take(
        self, connection: AsyncConnection, job_id: str, worker: str, limit: int, lease_seconds: float
    ) -> list[ClaimedItem]:
        now = self._clock()
        job = await lock_job(connection, job_id)
        if job is None or job.is_over:
            return []
        of_job = and_(items.c.job_id == job_id, items.c.status.in_(OPEN))
        live = await connection.scalar(select(func.count()).where(of_job, _live(now))) or 0
        query = (
            select(items.c.position, items.c.lost, items.c.status, items.c.upload_key)
            .where(of_job, ~_live(now))
            .order_by(items.c.position)
            .limit(max(0, min(limit, job.max_concurrent - live)))
        )
        waiting = (await connection.execute(query)).all()
        hopeless = [
            row.position
            for row in waiting
            if row.upload_key is None or (row.status == ItemStatus.RUNNING and row.lost + 1 >= self._max_attempts)
        ]
        if hopeless:
            await self._give_up(connection, job, hopeless, now)
        taken = {
            "status": ItemStatus.RUNNING,
            "attempt": items.c.attempt + 1,
            "lost": items.c.lost + case((items.c.status == ItemStatus.RUNNING, 1), else_=0),
            "worker": worker,
            "lease_until": now + timedelta(seconds=lease_seconds),
            "started_at": now,
        }
        mine = [row.position for row in waiting if row.position not in hopeless]
        rows = await connection.execute(
            update(items).where(items.c.job_id == job_id, items.c.position.in_(mine)).values(taken).returning(*CLAIMED)
        )
        if job.started_at is None:
            begun = {"status": JobStatus.RUNNING, "started_at": now}
            await connection.execute(update(jobs).where(jobs.c.id == job_id).values(begun))
        return [_claimed(row, job) for row in sorted(rows, key=lambda row: row.position)]

    async def _give_up(self, connection: AsyncConnection, job: Job, positions: list[int], now: datetime) -> None:
        if job.kind is JobKind.PROCESS:
            # Whoever asked may ask again under the same key: the answer died with the process that made it.
            await connection.execute(delete(request_keys).where(request_keys.c.job_id == job.id))
            failure = ANSWER_LOST
        else:
            words = f"each of {self._max_attempts} processes that read this file was lost"
            failure = Failure.of(EngineCrashed(words), "worker")
        await connection.execute(
            update(items)
            .where(items.c.job_id == job.id, items.c.position.in_(positions))
            .values(outcome_values(Outcome(failure=failure), now))
        )
        await count(connection, job, now, failed=len(positions))


def _live(now: datetime) -> ColumnElement[bool]:
    return and_(items.c.status == ItemStatus.RUNNING, items.c.lease_until >= now)


def _mine(held: Collection[Held]) -> ColumnElement[bool]:
    proofs = [(*one.ref, one.worker, one.attempt) for one in held]
    proof = tuple_(items.c.job_id, items.c.position, items.c.worker, items.c.attempt)
    return and_(items.c.status == ItemStatus.RUNNING, proof.in_(proofs))


def _claimed(row: AnyRow, job: Job) -> ClaimedItem:
    return ClaimedItem(
        held=Held(ref=ItemRef(job.id, row.position), worker=row.worker, attempt=row.attempt),
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        upload_key=row.upload_key,
        settings=job.settings,
    )
