"""What Ray Data runs: rows of the manifest in, finished rows out.

Knows rows and workers; knows nothing of recipes, and imports Ray only to ask for its GPUs and to tell its progress.
"""

import contextlib
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import psutil
import pyarrow as pa

from ray_app.bulk.places import Opener
from ray_app.bulk.rows import to_row, to_table
from ray_app.devices import assigned_gpus, on_device
from ray_app.errors import ImageTooLarge, InputError
from ray_app.isolation import PIPELINE, IsolatedPipeline
from ray_app.options import PipelineOptions
from ray_app.telemetry import catalog, logs, tracing
from ray_app.telemetry.options import TelemetryOptions
from ray_app.telemetry.reading import count_results, count_unread, tell_spans
from ray_app.telemetry.sampling import Sampler, memory_of
from ray_app.telemetry.trail import NOBODY, Trail, following
from ray_app.types import Failure, ImageInput

TELL_EVERY_S = 2.0
"""A worker tells its progress at most this often, so that 1,000 workers send 500 small messages a second."""


@dataclass(frozen=True)
class Tally:
    """What a worker has done so far.

    Attributes:
        peak_bytes: most memory that it and its engine's process held together.
        began: clock time at which it took up its first image, in seconds since 1970.
    """

    worker: str
    done: int
    failed: int
    peak_bytes: int
    began: float | None = None


class Counter(Protocol):
    """Where tallies go; must not block the worker."""

    def tell(self, tally: Tally) -> None:
        """Takes one tally."""
        ...


class PipelineStage:
    """Reads pages: one of these in each Ray actor, each with a process of its own for the engine."""

    def __init__(
        self,
        options: PipelineOptions,
        opener: Opener,
        *,
        factory: str = PIPELINE,
        counter: Counter | None = None,
        telemetry: TelemetryOptions | None = None,
        trail: Trail = NOBODY,
    ) -> None:
        if telemetry is not None:  # in a worker of Ray's
            logs.in_worker(telemetry.logs)
            tracing.start(telemetry)
        self._trail = trail
        self._opener, self._counter = opener, counter
        self._max_bytes = options.prepare.max_bytes
        self._engine = options.read.engine.kind
        self._pipeline = IsolatedPipeline(
            on_device(options, assigned_gpus()), factory=factory, observe=partial(tell_spans, engine=self._engine)
        )
        self._sampler = Sampler([memory_of("bulk_reader", self._pipeline.rss_bytes)])
        self._last = ("", b"")
        self._name = uuid.uuid4().hex
        self._told, self._done, self._failed, self._peak = 0.0, 0, 0, 0
        self._began: float | None = None
        self._tell(())

    def __call__(self, todo: pa.Table) -> pa.Table:
        """Returns one finished row (``rows.SCHEMA``) for each pending row of the manifest (``manifest.ROWS``), in order."""
        self._began = self._began or time.time()
        images: list[ImageInput] = []
        unreadable: dict[str, InputError] = {}
        rows = todo.to_pylist()
        for row in rows:
            try:
                images.append(self._image(row))
            except InputError as error:
                unreadable[row["image_id"]] = error
        with following(self._trail), tracing.span("image_processing", pages=len(images)):
            results = self._pipeline.run(images)
        catalog.BATCH_IMAGES.observe(len(images), door="bulk")
        count_results(results, self._engine)
        count_unread(unreadable.values(), self._engine)
        answers = iter(results)
        done = [self._unread(row, unreadable) or to_row(next(answers)) for row in rows]
        self._tell(done)
        return to_table(done)

    def _image(self, row: Mapping[str, Any]) -> ImageInput:
        path = row["path"]
        if self._last[0] != path:  # pages of one document follow each other: it is fetched once, and sent once a batch
            data = self._opener.read(path)
            if len(data) > self._max_bytes:
                raise ImageTooLarge(f"{len(data):,} bytes; at most {self._max_bytes:,} are read")
            self._last = (path, data)
        return ImageInput(image_id=row["image_id"], data=self._last[1], source=path, page=row["page"])

    def _unread(self, row: Mapping[str, Any], errors: Mapping[str, InputError]) -> dict[str, Any] | None:
        error = errors.get(row["image_id"])
        return None if error is None else {**row, **unread(error), "fingerprint": self._pipeline.fingerprint}

    def _tell(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._done += len(rows)
        self._failed += sum(row["status"] == "failed" for row in rows)
        self._peak = max(self._peak, self._pipeline.rss_bytes() + psutil.Process().memory_info().rss)
        first = self._done == len(rows)  # told at once: a small job may have no other
        if self._counter is not None and (first or time.monotonic() - self._told >= TELL_EVERY_S):
            self._told = time.monotonic()
            self._counter.tell(Tally(self._name, self._done, self._failed, self._peak, self._began))

    def __del__(self) -> None:
        # Ray drops the stage when a worker retires; the child would die with this process anyway.
        with contextlib.suppress(AttributeError):
            self._sampler.close()
            self._pipeline.close()
            tracing.stop()


def unread(error: InputError) -> dict[str, Any]:
    """Returns the columns of a row whose file could not be read."""
    failure = Failure.of(error, "open")
    return {
        "status": "failed",
        "error_code": str(failure.code),
        "error_step": failure.step,
        "error_message": failure.message,
        "error_advice": failure.advice,
        "retryable": failure.retryable,
    }
