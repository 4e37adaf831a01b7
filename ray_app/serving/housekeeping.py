"""What nobody asks for and must be done: webhooks and operators told, old jobs forgotten, orphaned uploads swept.

Any number of these may run.

Knows when; what is done stands in ``webhooks`` and in storage.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from ray_app.serving.profile import JobOptions
from ray_app.serving.resources import Resources
from ray_app.serving.webhooks import Postman
from ray_app.storage.jobs_values import ItemStatus
from ray_app.telemetry import catalog

log = logging.getLogger(__name__)

POST_S = 2.0
"""How often is looked whether somebody is to be told something."""

TIDY_S = 3600.0
"""How often old jobs and orphaned uploads are looked for."""


async def keep_house(resources: Resources, postman: Postman, options: JobOptions, stop: asyncio.Event) -> None:
    """Works until ``stop`` is set. Trouble with the database ends it; whoever watches it starts it again."""
    next_tidy = 0.0
    clock = asyncio.get_running_loop().time
    while not stop.is_set():
        await postman.round()
        await _tell(resources)
        if clock() >= next_tidy:
            await _tidy(resources, options)
            next_tidy = clock() + TIDY_S
        try:
            await asyncio.wait_for(stop.wait(), POST_S)
        except TimeoutError:
            continue


async def _tell(resources: Resources) -> None:
    """Tells operators what is to be done."""
    counts = await resources.queue.open_items()
    catalog.JOB_ITEMS.set(counts[ItemStatus.QUEUED], door="online", state="waiting")
    catalog.JOB_ITEMS.set(counts[ItemStatus.RUNNING], door="online", state="running")
    catalog.QUEUE_DEPTH.set(counts[ItemStatus.QUEUED], queue="batches")


async def _tidy(resources: Resources, options: JobOptions) -> None:
    old = await resources.jobs.prune(datetime.now(UTC) - timedelta(days=options.keep_days))
    orphans = await resources.uploads.sweep(await resources.jobs.wanted_uploads())
    if old or orphans:
        log.info("%d old jobs and %d orphaned uploads deleted", old, orphans)
