"""A few images on this machine without a cluster: the same pipeline in a few processes, answers in input order.

Knows files and processes; knows nothing of Ray, of terminals, or of what a recipe is.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Protocol

from ray_app.bulk.inspection import INSPECTOR, Facts, InspectOptions
from ray_app.bulk.places import Opener
from ray_app.errors import EngineCrashed, EngineHung, FailureCode, InputError, UnreadableFile
from ray_app.imaging.formats import IMAGE_EXTENSIONS
from ray_app.isolation import IsolatedPipeline, IsolatedWorker
from ray_app.options import PipelineOptions
from ray_app.types import Failure, ImageInput, ImageResult

MAX_PROCESSES = 4
"""More would each load an engine of up to 1 GB for a handful of images; the bulk job is for more."""


class Reader(Protocol):
    """What reads pages: ``IsolatedPipeline``, or a stand-in in tests."""

    def run(self, images: Sequence[ImageInput]) -> list[ImageResult]:
        """Returns one result an image, in order."""
        ...

    def close(self) -> None:
        """Ends it."""
        ...


def expand(paths: Sequence[Path]) -> list[Path]:
    """Returns the files named, and in the place of a folder the image files in it, by name, hidden ones left out."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
            files += sorted(file for file in inside if file.suffix.lower() in IMAGE_EXTENSIONS)
        else:
            files.append(path)
    return files


def extract(
    files: Sequence[Path],
    options: PipelineOptions,
    *,
    processes: int | None = None,
    build: Callable[[PipelineOptions], Reader] = IsolatedPipeline,
) -> Iterator[list[ImageResult]]:
    """Reads files; yields one list a file, in their order, holding one result a page.

    Args:
        files: paths as the results shall name them; ones that cannot be read come out as failed results.
        options: of the pipeline.
        processes: how many files are read at once; None is one a core, at most ``MAX_PROCESSES``.
        build: makes what reads.

    Raises:
        EngineUnavailable: the engine is not installed; raised before any file is opened.
    """
    count = max(1, min(processes or min(os.cpu_count() or 1, MAX_PROCESSES), len(files)))
    readers: SimpleQueue[Reader] = SimpleQueue()
    with ExitStack() as stack:
        pages = _Pages(options)
        stack.callback(pages.close)
        for _ in range(count):
            reader = build(options)
            stack.callback(reader.close)
            readers.put(reader)

        def read(file: Path) -> list[ImageResult]:
            images = pages.of(file)
            if isinstance(images, ImageResult):
                return [images]
            reader = readers.get()
            try:
                return [result for image in images for result in reader.run([image])]
            finally:
                readers.put(reader)

        pool = stack.enter_context(ThreadPoolExecutor(count))
        yield from pool.map(read, files)


class _Pages:
    """Opens files and counts their pages, in a process apart: counting a hostile PDF's may end the process."""

    def __init__(self, options: PipelineOptions) -> None:
        self._opener = Opener()
        wanted = InspectOptions(prepare=options.prepare, opener=self._opener)
        self._worker: IsolatedWorker[tuple[str, int], Facts] = IsolatedWorker(INSPECTOR, wanted, limits=options.worker)
        self._lock = Lock()

    def of(self, file: Path) -> list[ImageInput] | ImageResult:
        """Returns the file's pages, or the failed result of a file that has none to read."""
        try:
            size = file.stat().st_size
        except OSError as error:
            return _unread(file, Failure.of(UnreadableFile(f"{file}: {error.strerror or error}"), "open"))
        with self._lock:
            answer = self._worker.run([(str(file), size)])[0]
        facts = Facts.of(answer) if isinstance(answer, EngineCrashed | EngineHung) else answer
        if facts.code is not None:
            failure = Failure(
                code=FailureCode(facts.code),
                step="open",
                message=facts.message or "",
                advice=facts.advice or "",
                retryable=facts.retryable,
            )
            return _unread(file, failure)
        try:
            data = self._opener.read(str(file))
        except InputError as error:
            return _unread(file, Failure.of(error, "open"))
        return [
            ImageInput(image_id=one, data=data, source=str(file), page=page)
            for page, one in enumerate(facts.image_ids, 1)
        ]

    def close(self) -> None:
        """Ends the process."""
        self._worker.close()


def _unread(file: Path, failure: Failure) -> ImageResult:
    return ImageResult(
        image_id="", source=str(file), page_number=1, page=None, recipes=(), quality=None, failure=failure
    )
