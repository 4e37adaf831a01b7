"""The deployment that reads: one engine, one process apart for it, one request batch at a time.

Knows Serve's replicas and devices; knows nothing of HTTP, caches or jobs. ``Reader`` is a plain class, so that tests
can make one; ``app`` turns it into a deployment.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psutil
from ray import serve

from ray_app.devices import assigned_gpus, on_device
from ray_app.files import FileInput, FileReader
from ray_app.serving.autoscaling import CPU, MEMORY, P95
from ray_app.serving.profile import ReaderOptions
from ray_app.telemetry import catalog, logs, tracing
from ray_app.telemetry.options import TelemetryOptions
from ray_app.telemetry.reading import count_results, tell_spans
from ray_app.telemetry.sampling import Sampler, memory_of
from ray_app.telemetry.trail import NOBODY, Trail, following
from ray_app.types import ImageResult

MIB = 1024 * 1024

LATENCIES = 200
"""Requests that the 95th percentile is taken over."""

RECENT_S = 60.0
"""Older ones say nothing of the load now."""


class ReplicaTooLarge(Exception):
    """The replica holds more memory than its profile allows; Serve replaces it."""


class Reader:
    """Reads files, one batch at a time, in the order of their arrival."""

    def __init__(self, options: ReaderOptions, telemetry: TelemetryOptions | None = None) -> None:
        if telemetry is not None:  # in a replica
            logs.in_worker(telemetry.logs)
            tracing.start(telemetry)
        self._options = options
        self._engine = options.pipeline.read.engine.kind
        self._reader = FileReader(
            on_device(options.pipeline, assigned_gpus()),
            factory=options.factory,
            observe=partial(tell_spans, engine=self._engine),
        )
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="engine")
        self._latencies: deque[tuple[float, float]] = deque(maxlen=LATENCIES)
        self._busy, self._busy_since, self._asked_at = 0.0, 0.0, time.monotonic()
        self._sampler = Sampler([memory_of("reader", self._reader.rss_bytes, options.memory_mb * MIB)])
        self._batch.set_max_batch_size(options.batch_size)  # type: ignore[attr-defined]
        self._batch.set_batch_wait_timeout_s(options.batch_wait_ms / 1000)  # type: ignore[attr-defined]

    async def fingerprint(self) -> str:
        """Digest of settings, engine, weights and code: half of the key under which results are cached."""
        return self._reader.fingerprint

    async def read(self, file: FileInput, trail: Trail = NOBODY) -> tuple[ImageResult, ...]:
        """Returns one result a page; ``trail`` is of the request. One that is cancelled while it waits is never read."""
        started = time.monotonic()
        results: tuple[ImageResult, ...] = await self._batch((file, trail))
        self._latencies.append((time.monotonic(), time.monotonic() - started))
        return results

    @serve.batch(max_batch_size=1, batch_wait_timeout_s=0.0)
    async def _batch(self, asked: Sequence[tuple[FileInput, Trail]]) -> list[tuple[ImageResult, ...]]:
        self._busy_since = time.monotonic()
        catalog.BATCH_IMAGES.observe(len(asked), door="online")
        try:
            results = await asyncio.get_running_loop().run_in_executor(self._thread, self._read, asked)
            count_results((one for file in results for one in file), self._engine)
            return results
        finally:
            self._busy += time.monotonic() - max(self._busy_since, self._asked_at)
            self._busy_since = 0.0

    def _read(self, asked: Sequence[tuple[FileInput, Trail]]) -> list[tuple[ImageResult, ...]]:
        files, trails = [file for file, _ in asked], [trail for _, trail in asked]
        with following(trails[0]), tracing.span("image_processing", beside=trails[1:], files=len(files)):
            return self._reader.read(files)

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """Returns what ``LoadPolicy`` goes by: the engine's share of the time, memory, and latency."""
        now = time.monotonic()
        busy = self._busy + (now - max(self._busy_since, self._asked_at) if self._busy_since else 0.0)
        share = busy / max(1e-3, now - self._asked_at)
        self._busy, self._asked_at = 0.0, now
        recent = sorted(seconds for at, seconds in self._latencies if now - at < RECENT_S)
        p95 = recent[int(0.95 * (len(recent) - 1))] if recent else 0.0
        return {CPU: min(1.0, share), MEMORY: self._held() / (self._options.memory_mb * MIB), P95: p95}

    def check_health(self) -> None:
        """Serve asks every few seconds; a replica that fails three times is drained and replaced.

        The engine's process, where memory grows, replaces itself between two batches (``worker.max_rss_mb``), and no
        request notices. This is for what that does not catch.

        Raises:
            ReplicaTooLarge: this process and the engine's together hold too much.
        """
        held = self._held()
        if held > self._options.memory_mb * MIB:
            raise ReplicaTooLarge(f"{held / MIB:,.0f} MiB are held, {self._options.memory_mb:,} are allowed")

    def _held(self) -> int:
        return int(self._reader.rss_bytes() + psutil.Process().memory_info().rss)

    def __del__(self) -> None:
        for part in (getattr(self, "_sampler", None), getattr(self, "_reader", None)):
            if part is not None:
                part.close()
        tracing.stop()
