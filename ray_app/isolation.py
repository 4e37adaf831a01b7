"""Work in a process of its own, so that an image that kills or hangs a native library costs one image.

:class:`IsolatedWorker` runs any factory's work apart; :class:`IsolatedPipeline` is it for ``RecipePipeline``. The
child is a fresh interpreter (not ``multiprocessing`` spawn, which imports the caller's ``__main__`` again), dies with
its parent, and its stdout goes to the parent's stderr. Knows nothing of Ray. One thread at a time.
"""

import time
from collections.abc import Sequence
from typing import Generic, Self, TypeVar

from ray_app.errors import EngineCrashed, EngineError, EngineHung
from ray_app.isolation_process import Child, ChildDied
from ray_app.options import PipelineOptions, WorkerOptions
from ray_app.spans import Span, SpanObserver, forget
from ray_app.types import Failure, ImageInput, ImageResult

In = TypeVar("In")
Out = TypeVar("Out")

START_TRIES = 3
"""Loads that may die before the engine counts as broken: one may be the system's memory killer's, three are not."""

SLACK = 10.0
"""A batch may take ``timeout_s`` plus this many times what its images usually take, before its images are tried alone."""

PIPELINE = "ray_app.pipeline:RecipePipeline.from_options"


def _answer(message: object) -> tuple[object, list[Span]]:
    if not isinstance(message, tuple):
        raise AssertionError(f"the child answered {type(message).__name__} to a batch")
    answer, spans = message
    return answer, spans


class IsolatedWorker(Generic[In, Out]):
    """Runs batches through ``factory(options).run`` in a child process that is replaced when it dies or grows.

    Args:
        factory: ``module:attribute.path`` of a callable that takes the options and returns the work.
        options: handed to the factory.
        limits: timeouts, deaths allowed, memory limit.
        observe: gets the stages of each batch that was answered.

    Raises:
        EngineUnavailable: the factory says so.
        EngineError: the child died or hung ``START_TRIES`` times while loading.
    """

    def __init__(self, factory: str, options: object, *, limits: WorkerOptions, observe: SpanObserver = forget) -> None:
        self._factory, self._options, self._limits, self._observe = factory, options, limits, observe
        self._fingerprint = ""
        self._seconds_per_item: float | None = None
        self.restarts = 0
        self._child: Child | None = None
        self._ready()

    @property
    def fingerprint(self) -> str:
        """The work's own fingerprint, or "" where it has none."""
        self._ready()
        return self._fingerprint

    def run(self, items: Sequence[In]) -> list[Out | EngineCrashed | EngineHung]:
        """Returns one answer an item, in order; the error for an item that ends the process whenever it is alone.

        Raises:
            EngineUnavailable: the work says so.
            EngineError: the process cannot be started any more.
        """
        if not items:
            return []
        try:
            answers = self._ask(items)
        except ChildDied as death:
            if len(items) > 1:
                return [answer for item in items for answer in self.run([item])]
            return [self._alone(items[0], death)]
        self._recycle()
        return list(answers)

    def _alone(self, item: In, death: ChildDied) -> Out | EngineCrashed | EngineHung:
        for _ in range(1, self._limits.max_deaths):
            try:
                return self._ask([item])[0]
            except ChildDied as again:
                death = again
        error = EngineHung if death.hung else EngineCrashed
        times = f"{self._limits.max_deaths} times" if self._limits.max_deaths > 1 else "once"
        return error(f"the process that read it {death} ({times}, alone)")

    def _ask(self, items: Sequence[In]) -> list[Out]:
        child = self._ready()
        started = time.perf_counter()
        try:
            answer, spans = _answer(child.ask(list(items), self._patience(len(items))))
        except ChildDied:
            self._drop()
            raise
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, list):
            raise AssertionError(f"the child answered {type(answer).__name__} to a batch")
        self._seconds_per_item = (time.perf_counter() - started) / len(items)
        self._observe(spans)
        return answer

    def _patience(self, items: int) -> float:
        """A batch gets each image's full time until it is known how long images take; alone, an image always gets it."""
        longest = self._limits.timeout_s * items
        if items == 1 or self._seconds_per_item is None:
            return longest
        return min(longest, self._limits.timeout_s + SLACK * items * self._seconds_per_item)

    def _ready(self) -> Child:
        if self._child is not None:
            return self._child
        for attempt in range(1, START_TRIES + 1):
            child = Child()
            try:
                answer = child.ask((self._factory, self._options), self._limits.start_timeout_s)
            except ChildDied as death:
                child.kill()
                if attempt == START_TRIES:
                    raise EngineError(f"the engine's process {death} while loading, {attempt} times") from death
                continue
            if isinstance(answer, Exception):
                child.close()
                raise answer
            self._fingerprint, self._child = str(answer), child
            return child
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _recycle(self) -> None:
        limit = self._limits.max_rss_mb
        if limit and self.rss_bytes() > limit * 1024 * 1024:
            self._drop()

    def _drop(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None
            self.restarts += 1

    def rss_bytes(self) -> int:
        """Returns the memory that the child holds now, in bytes."""
        child = self._child  # asked from other threads, too, while it may be replaced
        return child.rss_bytes() if child else 0

    def close(self) -> None:
        """Ends the child; a later ``run`` would start another."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class IsolatedPipeline:
    """``RecipePipeline`` in a process of its own: the same ``run``, and nothing that an image does ends the caller."""

    def __init__(self, options: PipelineOptions, *, factory: str = PIPELINE, observe: SpanObserver = forget) -> None:
        self._worker: IsolatedWorker[ImageInput, ImageResult] = IsolatedWorker(
            factory, options, limits=options.worker, observe=observe
        )

    @property
    def fingerprint(self) -> str:
        """Digest of settings, engine, weights and code, as it stands in each result."""
        return self._worker.fingerprint

    @property
    def restarts(self) -> int:
        """How often the process was replaced."""
        return self._worker.restarts

    def run(self, images: Sequence[ImageInput]) -> list[ImageResult]:
        """Reads images; one result an image, in their order.

        Raises:
            EngineUnavailable: the engine is not there.
            EngineError: its process cannot be started any more.
        """
        answers = self._worker.run(images)
        return [
            self._lost(image, answer) if isinstance(answer, EngineError) else answer
            for image, answer in zip(images, answers, strict=True)
        ]

    def _lost(self, image: ImageInput, error: EngineCrashed | EngineHung) -> ImageResult:
        return ImageResult(
            image_id=image.image_id,
            source=image.source,
            page_number=image.page,
            page=None,
            recipes=(),
            quality=None,
            failure=Failure.of(error, "worker"),
            fingerprint=self._worker.fingerprint,
        )

    def rss_bytes(self) -> int:
        """Returns the memory that the process holds now, in bytes."""
        return self._worker.rss_bytes()

    def close(self) -> None:
        """Ends the process."""
        self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
