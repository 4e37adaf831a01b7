"""What every process of the service opens before it works and closes when it ends: database, uploads, cache, extractor.

Knows the profile; knows nothing of requests or of Serve.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from ray_app.serving.extractor import Extractor, Reads
from ray_app.serving.profile import ServingProfile
from ray_app.storage.cache import ResultCache
from ray_app.storage.database import Database
from ray_app.storage.jobs import JobStore
from ray_app.storage.jobs_queue import JobQueue
from ray_app.storage.uploads import Uploads
from ray_app.storage.webhooks import WebhookStore
from ray_app.telemetry.sampling import memory_of, sampled

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """All of them, opened."""

    database: Database
    jobs: JobStore
    queue: JobQueue
    webhooks: WebhookStore
    uploads: Uploads
    cache: ResultCache
    extractor: Extractor


@asynccontextmanager
async def open_resources(
    profile: ServingProfile, readers: Mapping[str, Reads], *, role: Literal["front", "batches"] = "front"
) -> AsyncIterator[Resources]:
    """Opens all for the time of the block; the database is brought to its newest form first.

    Meanwhile the process, which is of the kind ``role``, tells operators its memory and how the cache is.

    Raises:
        DatabaseUnavailable: the database cannot be reached or used.
    """
    database = await Database.open(profile.database)
    try:
        cache = await ResultCache.open(profile.cache)
        try:
            limit = profile.front.memory_mb * MIB if role == "front" else None
            with sampled(memory_of(role, limit=limit), cache.tell):
                yield Resources(
                    database=database,
                    jobs=JobStore(database),
                    queue=JobQueue(database, max_attempts=profile.jobs.max_attempts),
                    webhooks=WebhookStore(database),
                    uploads=Uploads(profile.uploads),
                    cache=cache,
                    extractor=Extractor(readers, profile.default_reader, profile.fallback_reader, cache),
                )
        finally:
            await cache.close()
    finally:
        await database.close()
