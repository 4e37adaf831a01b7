"""The tables of the jobs' database, with the indexes that keep its queries from reading whole tables.

A change here needs a file in migrations/versions/; a test compares the two. Knows no queries.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    literal_column,
)
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """A moment. SQLite keeps no time zone, so what it gives back is marked as the UTC that it was stored as."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Returns the moment in UTC."""
        try:
            return value and value.astimezone(UTC)
        except OverflowError:  # within a day of the calendar's ends, where only a made-up question lies
            return value and value.replace(tzinfo=UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Returns the moment in UTC, aware of it."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class SafeText(TypeDecorator[str]):
    """Words that may come from outside. What neither database takes, NUL and lone surrogates, becomes a replacement."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Returns the words as they can be stored."""
        return value and value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{REPLACEMENT CHARACTER}")


class OwnerName(SafeText):
    """Whose a row is; None is nobody in particular, stored as "" so that one index and one ``==`` serve for all."""

    cache_ok = True
    coerce_to_is_types = ()  # == None asks for nobody's rows, it does not become IS NULL

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        """Returns the name, or "" for nobody."""
        return super().process_bind_param(value, dialect) or ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Returns the name, or None for nobody."""
        return value or None


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

OPEN: list[ColumnElement[str]] = [literal_column("'queued'"), literal_column("'running'")]
"""Status of jobs and items that are not over. Written out, not bound: a partial index serves only what implies it."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("owner", OwnerName, nullable=False),
    Column("name", SafeText),
    Column("priority", Integer, nullable=False),
    Column("max_concurrent", Integer, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("total", Integer, nullable=False),
    Column("ok", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    Index(None, "owner", "created_at", "id"),
    Index(None, "owner", "status", "created_at", "id"),
    Index(None, "status", "created_at", "id"),
    Index(None, "created_at", "id"),
)
Index(
    "ix_jobs_open",
    jobs.c.priority.desc(),
    jobs.c.created_at,
    jobs.c.id,
    sqlite_where=jobs.c.status.in_(OPEN),
    postgresql_where=jobs.c.status.in_(OPEN),
)

items = Table(
    "items",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", SafeText, nullable=False),
    Column("media_type", SafeText),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("upload_key", String(32)),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("lost", Integer, nullable=False),
    Column("worker", SafeText),
    Column("lease_until", UtcTime),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("engine", SafeText),
    Column("cached", SafeText),
    Column("seconds", Float),
    Column("failure_code", String(64)),
    Column("failure_step", SafeText),
    Column("failure_message", SafeText),
    Column("failure_advice", SafeText),
    Column("failure_retryable", Boolean),
    Column("result", LargeBinary),
    PrimaryKeyConstraint("job_id", "position"),
)
Index(
    "ix_items_open",
    items.c.job_id,
    items.c.position,
    sqlite_where=items.c.status.in_(OPEN),
    postgresql_where=items.c.status.in_(OPEN),
)

request_keys = Table(
    "request_keys",
    metadata,
    Column("owner", OwnerName, nullable=False),
    Column("key", SafeText, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    PrimaryKeyConstraint("owner", "key"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("owner", OwnerName, nullable=False, index=True),
    Column("url", SafeText, nullable=False),
    Column("secret", SafeText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("webhook_id", ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("error", SafeText),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_deliveries_status_due_at", "status", "due_at"),
)
