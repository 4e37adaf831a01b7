"""The deployment that works off batches, tells webhooks, and tidies up.

Knows Serve's replicas; what is done stands in ``batches`` and ``housekeeping``.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

from ray.serve.handle import DeploymentHandle

from ray_app.serving.batches import Batches
from ray_app.serving.handles import ServeReader
from ray_app.serving.housekeeping import keep_house
from ray_app.serving.profile import ServingProfile
from ray_app.serving.resources import open_resources
from ray_app.serving.webhooks import Postman
from ray_app.telemetry import logs, tracing

GRACE_S = 20.0
"""How long items in hand may take when the worker is told to stop; what is not over then goes back into the queue."""


class WorkEnded(Exception):
    """The loop that works off batches has ended by itself; Serve replaces the replica."""


class BatchWorker:
    """One worker; takes no requests."""

    async def __init__(self, profile: ServingProfile, readers: Mapping[str, DeploymentHandle[Any]]) -> None:  # type: ignore[misc]  # Serve awaits it
        logs.in_worker(profile.telemetry.logs)
        tracing.start(profile.telemetry)
        self._stop = asyncio.Event()
        self._left = contextlib.AsyncExitStack()
        parts = await self._left.enter_async_context(
            open_resources(profile, {name: ServeReader(handle) for name, handle in readers.items()}, role="batches")
        )
        batches = Batches(
            parts.queue, parts.uploads, parts.extractor, profile.jobs, timeout_s=profile.limits.request_timeout_s
        )
        postman = Postman(parts.webhooks, profile.security.webhooks)
        self._tasks = [
            asyncio.create_task(batches.run(self._stop, grace_s=GRACE_S)),
            asyncio.create_task(keep_house(parts, postman, profile.jobs, self._stop)),
        ]

    def check_health(self) -> None:
        """Serve asks every few seconds.

        Raises:
            WorkEnded: something of its work has stopped by itself.
        """
        for task in self._tasks:
            if task.done() and not self._stop.is_set():
                raise WorkEnded(f"the worker has ended: {task.exception()!r}")

    async def __del__(self) -> None:
        # Serve awaits this when it stops a replica.
        self._stop.set()
        await asyncio.wait(self._tasks, timeout=GRACE_S + 5)
        await self._left.aclose()
        tracing.stop()
