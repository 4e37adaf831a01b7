"""Works off batches: claims items, reads them, keeps its hold on them meanwhile, and writes down what became of each.

Knows jobs and the extractor; knows nothing of Ray, HTTP, or where the store lies. Any number of these may run.
"""

import asyncio
import json
import logging
import time
import uuid

from ray_app.errors import EngineCrashed, EngineHung, UnreadableFile
from ray_app.files import FileInput
from ray_app.serving.extractor import Extractor
from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.profile import JobOptions
from ray_app.serving.responses import Extraction, body
from ray_app.storage.jobs_queue import JobQueue
from ray_app.storage.jobs_values import ClaimedItem, Held, Outcome
from ray_app.storage.uploads import UploadMissing, Uploads
from ray_app.telemetry import catalog, tracing, trail
from ray_app.types import Failure

log = logging.getLogger(__name__)

POLL_S = 0.5
"""How often an idle worker looks for items."""

PAUSE_S = 2.0
"""How long it waits after the readers said that they are busy or down."""


class ReadersAway(Exception):
    """No reader can take the item now, which is no fault of the item's."""


class Batches:
    """One worker. ``run`` until told to stop; what it holds then is finished or given back."""

    def __init__(
        self, queue: JobQueue, uploads: Uploads, extractor: Extractor, options: JobOptions, *, timeout_s: float
    ) -> None:
        self._queue, self._uploads, self._extractor, self._options = queue, uploads, extractor, options
        self._timeout = timeout_s
        self._name = uuid.uuid4().hex
        self._tasks: dict[Held, asyncio.Task[None]] = {}
        self._not_before = 0.0

    async def run(self, stop: asyncio.Event, *, grace_s: float) -> None:
        """Works until ``stop`` is set, then finishes what it holds within ``grace_s`` seconds and gives back the rest.

        Whatever goes wrong with the database ends this; what it held goes to another worker when the lease runs out.
        """
        async with asyncio.TaskGroup() as group:
            beating = group.create_task(self._beat())
            while not stop.is_set():
                free = self._options.concurrent_items - len(self._tasks)
                claimed = await self._claim(free) if free > 0 else ()
                for item in claimed:
                    self._start(group, item)
                if not claimed:
                    await self._pause(stop)
            if self._tasks:
                await asyncio.wait(self._tasks.values(), timeout=grace_s)
            left = dict(self._tasks)
            for task in left.values():
                task.cancel()
            beating.cancel()
            await self._queue.release(list(left))

    async def _claim(self, free: int) -> tuple[ClaimedItem, ...]:
        if time.monotonic() < self._not_before:
            return ()
        return await self._queue.claim(self._name, free, self._options.lease_s)

    def _start(self, group: asyncio.TaskGroup, item: ClaimedItem) -> None:
        with trail.of_job(item.held.ref.job_id):  # the task keeps what is current now
            task = group.create_task(self._work(item))
        self._tasks[item.held] = task
        task.add_done_callback(lambda _: self._tasks.pop(item.held, None))

    async def _pause(self, stop: asyncio.Event) -> None:
        """Until there may be something to do: an item of ours is over, time has passed, or the end has come."""
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({stopping, *self._tasks.values()}, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()

    async def _beat(self) -> None:
        """Keeps the hold on items, and stops those that another has taken or whose job was cancelled."""
        while True:
            await asyncio.sleep(min(2.0, self._options.lease_s / 3))  # soon, so that a cancelled job stops soon
            lost = await self._queue.heartbeat(list(self._tasks), self._options.lease_s)
            for held, task in list(self._tasks.items()):
                if held.ref in lost:
                    task.cancel()

    async def _work(self, item: ClaimedItem) -> None:
        started = time.monotonic()
        try:
            with tracing.span("batch_item", job_id=item.held.ref.job_id):
                outcome = await self._outcome(item)
        except ReadersAway as away:
            log.warning("%s goes back into the queue: %s", item.held.ref, away)
            self._not_before = time.monotonic() + PAUSE_S
            await self._queue.release([item.held])
            return
        except asyncio.CancelledError:
            log.info("%s is no longer ours after %.1f s", item.held.ref, time.monotonic() - started)
            raise
        if await self._queue.finish(item.held, outcome):
            catalog.ITEMS_FINISHED.add(status="failed" if outcome.failure else "ok")
            await self._uploads.delete(item.upload_key)

    async def _outcome(self, item: ClaimedItem) -> Outcome:
        try:
            data = await self._uploads.read(item.upload_key)
        except UploadMissing as error:
            return Outcome(failure=Failure.of(UnreadableFile(str(error)), "open"))
        reader, cached = item.settings.get("engine"), item.settings.get("enable_caching", True)
        try:
            extraction = await self._extractor.extract(
                FileInput(data=data, source=item.name),
                reader=None if reader is None else str(reader),
                use_cache=bool(cached),
                timeout_s=self._timeout,
            )
        except Problem as problem:
            match problem.code:
                case ServiceCode.TOO_BUSY | ServiceCode.READER_DOWN:
                    raise ReadersAway(str(problem)) from problem
                case ServiceCode.TIMEOUT:
                    return Outcome(failure=Failure.of(EngineHung(str(problem)), "worker"))
            return Outcome(failure=Failure.of(EngineCrashed(str(problem)), "worker"))
        return outcome_of(extraction, item.name, float(item.settings.get("threshold") or 0.0))


def outcome_of(extraction: Extraction, name: str, threshold: float) -> Outcome:
    """Returns what is stored of an extraction: the answer that its client gets, and whether it failed."""
    answer = body(extraction, name=name, threshold=threshold)
    return Outcome(
        failure=extraction.failure,
        result=json.dumps(answer, ensure_ascii=False).encode(),
        engine=answer["engine"],
        cached=extraction.cached,
        seconds=extraction.seconds,
    )
