"""Jobs and their items as plain values: what goes into the store and what comes out. Times are UTC.

Knows nothing of databases, of HTTP, or of what a result says.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ray_app.errors import RecipeOcrError
from ray_app.types import Failure


class KeyReused(RecipeOcrError):
    """The idempotency key was used before, with another request."""


class BadCursor(RecipeOcrError):
    """The cursor did not come from a page of jobs."""


class JobKind(StrEnum):
    """How the job came: many files to be worked off, or one answered at once."""

    BATCH = "batch"
    PROCESS = "process"


class JobStatus(StrEnum):
    """``completed``: all items are over and at least one is ok. ``failed``: all are over, none is ok."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ItemStatus(StrEnum):
    """``queued`` and ``running`` are open; the others are the end of it."""

    QUEUED = "queued"
    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DeliveryStatus(StrEnum):
    """Where telling a webhook of the end of a job stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


Setting = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks: sees what is theirs, an admin sees all. ``owner`` is None where nobody has to say who they are."""

    owner: str | None
    admin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """A client's own name for a request, at most 255 characters, and a digest of all that the request asks for."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be stored.

    Attributes:
        priority: of two jobs the higher goes first, then the older.
        max_concurrent: how many of its items may be worked on at once.
        settings: what the worker shall heed; plain values.
    """

    owner: str | None
    name: str | None = None
    priority: int = 0
    max_concurrent: int = 1
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A file of a job.

    Attributes:
        name: as the user calls it; for display, never a path.
        size: in bytes.
        sha256: of its bytes, in hex.
        upload_key: where ``Uploads`` keeps the bytes; None where they are not kept.
    """

    name: str
    media_type: str | None
    size: int
    sha256: str
    upload_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stands. Two equal ones stand equally: its counts change with each item."""

    id: str
    kind: JobKind
    owner: str | None
    name: str | None
    priority: int
    max_concurrent: int
    settings: Mapping[str, Setting]
    status: JobStatus
    total: int
    ok: int
    failed: int
    cancelled: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def done(self) -> int:
        """Items that are over, one way or another."""
        return self.ok + self.failed + self.cancelled

    @property
    def is_over(self) -> bool:
        """True when nothing about it changes any more."""
        return self.finished_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A job, and whether it was there before: an equal request with the same idempotency key made it."""

    job: Job
    replayed: bool


class ItemRef(NamedTuple):
    """Names an item: its job, and its place there from 0."""

    job_id: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item as it stands.

    Attributes:
        attempt: how often it was begun.
        engine: who read it.
        cached: which level of the cache answered, or None.
        seconds: how long reading took.
    """

    ref: ItemRef
    name: str
    media_type: str | None
    size: int
    sha256: str
    status: ItemStatus
    attempt: int
    failure: Failure | None
    engine: str | None
    cached: str | None
    seconds: float | None
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """An item that is over with its result, JSON as the worker gave it; None where it has none."""

    item: Item
    result: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Proof that a worker holds an item: good until its lease runs out and another takes it, which raises ``attempt``."""

    ref: ItemRef
    worker: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedItem:
    """An item to work on, and with what settings."""

    held: Held
    name: str
    media_type: str | None
    size: int
    sha256: str
    upload_key: str
    settings: Mapping[str, Setting]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an item; ok where there is no failure. A failed one may have a result, too: what was read."""

    failure: Failure | None = None
    result: bytes | None = None
    engine: str | None = None
    cached: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """Which jobs to list, newest first.

    Attributes:
        name: part of their name, in either case.
        created_from: inclusive.
        created_to: exclusive.
        cursor: ``next`` of the page before.
    """

    viewer: Viewer
    status: JobStatus | None = None
    name: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """Some jobs, and the cursor of those after them; None where there are none."""

    jobs: tuple[Job, ...]
    next: str | None


def cursor_after(job: Job) -> str:
    """Returns the cursor of the jobs that come after this one in a list."""
    return base64.urlsafe_b64encode(f"{job.created_at.isoformat()} {job.id}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[datetime, str]:
    """Returns when the job that a cursor follows was created, and its id.

    Raises:
        BadCursor: it is no cursor.
    """
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        moment, job_id = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split(" ")
        created_at = datetime.fromisoformat(moment)
    except ValueError:
        raise BadCursor("this cursor did not come from a list of jobs") from None
    if created_at.tzinfo is None:
        raise BadCursor("this cursor did not come from a list of jobs")
    return created_at, job_id
