"""Who wants to be told when a batch is over, and the outbox of what is still to be told.

An entry is written in the transaction that ends the job (jobs_rows.py), so none is forgotten; one may be told twice
where a process ends between telling and noting it. Knows nothing of HTTP, signatures, or when to try again.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update

from ray_app.storage.database import Database
from ray_app.storage.jobs_rows import AnyRow, job_of, seen_by
from ray_app.storage.jobs_values import DeliveryStatus, Job, Viewer
from ray_app.storage.tables import deliveries, jobs, webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address to be told. Its secret is never given out again."""

    id: str
    owner: str | None
    url: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDelivery:
    """One job's end to be told to one address, now.

    Attributes:
        attempt: from 1; also the proof that this process is the one to tell.
        waiting_since: when the job ended.
    """

    id: str
    attempt: int
    url: str
    secret: str = field(repr=False)
    job: Job
    waiting_since: datetime


class WebhookStore:
    """Addresses and outbox in the database."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database, self._clock = database, clock

    async def register(self, owner: str | None, url: str, secret: str) -> Webhook:
        """Stores an address that is told of the end of each batch of this owner from now on."""
        webhook = Webhook(id=uuid.uuid4().hex, owner=owner, url=url, created_at=self._clock())
        async with self._database.write() as connection:
            await connection.execute(
                insert(webhooks).values(
                    id=webhook.id, owner=owner, url=url, secret=secret, created_at=webhook.created_at
                )
            )
        return webhook

    async def list(self, viewer: Viewer) -> tuple[Webhook, ...]:
        """Returns the addresses that the viewer may see, oldest first."""
        query = (
            select(webhooks.c.id, webhooks.c.owner, webhooks.c.url, webhooks.c.created_at)
            .where(seen_by(viewer, webhooks.c.owner))
            .order_by(webhooks.c.created_at, webhooks.c.id)
        )
        async with self._database.read() as connection:
            return tuple(Webhook(**row._mapping) for row in await connection.execute(query))

    async def delete(self, webhook_id: str, viewer: Viewer) -> bool:
        """Forgets an address and what was still to be told to it; False where the viewer has no such address."""
        gone = delete(webhooks).where(webhooks.c.id == webhook_id, seen_by(viewer, webhooks.c.owner))
        async with self._database.write() as connection:
            return (await connection.execute(gone)).rowcount == 1

    async def claim_due(self, limit: int, lease_seconds: float) -> tuple[DueDelivery, ...]:
        """Returns what is to be told now, oldest first; it is due again when the lease runs out and nobody has noted more."""
        now = self._clock()
        due = (
            select(deliveries.c.id)
            .where(deliveries.c.status == DeliveryStatus.PENDING, deliveries.c.due_at <= now)
            .order_by(deliveries.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        async with self._database.write() as connection:
            mine = list(await connection.scalars(due))
            taken = {"attempt": deliveries.c.attempt + 1, "due_at": now + timedelta(seconds=lease_seconds)}
            await connection.execute(update(deliveries).where(deliveries.c.id.in_(mine)).values(taken))
            found = await connection.execute(
                select(deliveries, webhooks.c.url, webhooks.c.secret, jobs)
                .join_from(deliveries, webhooks)
                .join(jobs, jobs.c.id == deliveries.c.job_id)
                .where(deliveries.c.id.in_(mine))
                .order_by(deliveries.c.created_at, deliveries.c.id)
            )
            return tuple(_due(row) for row in found)

    async def delivered(self, delivery: DueDelivery) -> bool:
        """Notes that it has been told; False where another process has taken it over since."""
        return await self._settle(delivery, status=DeliveryStatus.DELIVERED, error=None)

    async def failed(self, delivery: DueDelivery, error: str, retry_at: datetime | None) -> bool:
        """Notes why it could not be told, and when to try again (None: never); False as with ``delivered``."""
        if retry_at is None:
            return await self._settle(delivery, status=DeliveryStatus.GIVEN_UP, error=error)
        return await self._settle(delivery, due_at=retry_at, error=error)

    async def _settle(self, delivery: DueDelivery, **values: object) -> bool:
        mine: ColumnElement[bool] = (
            (deliveries.c.id == delivery.id)
            & (deliveries.c.attempt == delivery.attempt)
            & (deliveries.c.status == DeliveryStatus.PENDING)
        )
        async with self._database.write() as connection:
            return (await connection.execute(update(deliveries).where(mine).values(values))).rowcount == 1


def _due(row: AnyRow) -> DueDelivery:
    values = row._mapping
    return DueDelivery(
        id=values[deliveries.c.id],
        attempt=values[deliveries.c.attempt],
        url=values[webhooks.c.url],
        secret=values[webhooks.c.secret],
        job=job_of({column.name: values[column] for column in jobs.c}),
        waiting_since=values[deliveries.c.created_at],
    )
