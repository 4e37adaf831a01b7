"""Reads labelled images with one set of settings and keeps what it read and what that cost.

Knows files and the pipeline; knows nothing of labels' contents, of figures or of Ray: the Ray job maps the same reader.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol, Self

from ray_app.errors import EngineError, InputError, UnreadableFile
from ray_app.imaging.decode import page_ids
from ray_app.isolation import IsolatedWorker
from ray_app.options import PipelineOptions
from ray_app.pipeline import RecipePipeline
from ray_app.types import Failure, ImageInput, ImageResult

WORK = "ray_app.evaluation.reading:ReadWork.from_options"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read off one file.

    Attributes:
        stem: of the labelled image.
        results: one a page.
        cpu_seconds: processor time that it took, all threads and programs together, the loading of the engine apart.
    """

    stem: str
    results: tuple[ImageResult, ...]
    cpu_seconds: float


class ReadWork:
    """What runs in a process apart: whole files, each with the processor time that it took."""

    def __init__(self, pipeline: RecipePipeline, options: PipelineOptions) -> None:
        self._pipeline, self._options = pipeline, options
        self.fingerprint = pipeline.fingerprint

    @classmethod
    def from_options(cls, options: PipelineOptions) -> Self:
        """Loads the engine.

        Raises:
            EngineUnavailable: the engine or its weights are not installed.
        """
        return cls(RecipePipeline.from_options(options), options)

    def run(self, items: Sequence[Path]) -> list[Reading]:
        """Reads files, one reading each, in order."""
        return [self._one(path) for path in items]

    def _one(self, path: Path) -> Reading:
        before = _cpu_seconds()
        try:
            results = self._pages(path)
        except InputError as error:
            results = (_failed(path, Failure.of(error, "open")),)
        return Reading(stem=path.stem, results=results, cpu_seconds=_cpu_seconds() - before)

    def _pages(self, path: Path) -> tuple[ImageResult, ...]:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UnreadableFile(f"{path}: {error.strerror}") from None
        pages = [
            ImageInput(image_id=one, data=data, source=str(path), page=page)
            for page, one in enumerate(page_ids(data, self._options.prepare), 1)
        ]
        return tuple(self._pipeline.run(pages))


class Reader(Protocol):
    """What reads files: ``IsolatedReader``, or a stand-in in tests."""

    def read(self, path: Path) -> Reading:
        """Reads one file; one that cannot be read is a failed result."""
        ...

    def close(self) -> None:
        """Ends it."""
        ...


class IsolatedReader:
    """Reads files in a process of its own, so that a crash or a hang costs one image. One thread at a time.

    Raises:
        EngineUnavailable: the engine is not there.
    """

    def __init__(self, options: PipelineOptions, *, factory: str = WORK) -> None:
        self._worker: IsolatedWorker[Path, Reading] = IsolatedWorker(factory, options, limits=options.worker)

    def read(self, path: Path) -> Reading:
        """See :class:`Reader`."""
        answer = self._worker.run([path])[0]
        if isinstance(answer, EngineError):
            failed = _failed(path, Failure.of(answer, "worker"))
            return Reading(stem=path.stem, results=(failed,), cpu_seconds=0.0)
        return answer

    def close(self) -> None:
        """Ends the process."""
        self._worker.close()


def read_all(
    options: PipelineOptions,
    paths: Sequence[Path],
    *,
    processes: int | None = None,
    build: Callable[[PipelineOptions], Reader] = IsolatedReader,
) -> Iterator[Reading]:
    """Reads files in a few processes; yields in their order.

    Each process reads the first file once more before, uncounted: an engine's first page costs more than any other.

    Args:
        options: how to read.
        paths: images; at least one.
        processes: how many at once; None is one a core.
        build: makes what reads.

    Raises:
        EngineUnavailable: the engine is not installed.
    """
    count = max(1, min(processes or os.cpu_count() or 1, len(paths)))
    readers: SimpleQueue[Reader] = SimpleQueue()
    with ExitStack() as stack:
        for _ in range(count):
            reader = build(options)
            stack.callback(reader.close)
            reader.read(paths[0])
            readers.put(reader)

        def read(path: Path) -> Reading:
            reader = readers.get()
            try:
                return reader.read(path)
            finally:
                readers.put(reader)

        pool = stack.enter_context(ThreadPoolExecutor(count))
        yield from pool.map(read, paths)


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _failed(path: Path, failure: Failure) -> ImageResult:
    return ImageResult(
        image_id="", source=str(path), page_number=1, page=None, recipes=(), quality=None, failure=failure
    )
