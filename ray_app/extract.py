"""A few images on this machine without a cluster: the same pipeline in a few processes, answers in input order.

Knows files and processes; knows nothing of Ray, of terminals, or of what a recipe is.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from ray_app.errors import ImageTooLarge, InputError, UnreadableFile
from ray_app.files import FileInput, FileReader
from ray_app.imaging.formats import IMAGE_EXTENSIONS
from ray_app.options import PipelineOptions
from ray_app.types import Failure, ImageResult

MAX_PROCESSES = 4
"""More would each load an engine of up to 1 GB for a handful of images; the bulk job is for more."""


class Reader(Protocol):
    """What reads files: ``FileReader``, or a stand-in in tests."""

    def read(self, files: Sequence[FileInput]) -> list[tuple[ImageResult, ...]]:
        """Returns the results of each file's pages, in order."""
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
    build: Callable[[PipelineOptions], Reader] = FileReader,
) -> Iterator[tuple[ImageResult, ...]]:
    """Reads files; yields one tuple a file, in their order, holding one result a page.

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
        for _ in range(count):
            reader = build(options)
            stack.callback(reader.close)
            readers.put(reader)

        def read(path: Path) -> tuple[ImageResult, ...]:
            try:
                file = FileInput(data=_bytes(path, options.prepare.max_bytes), source=str(path))
            except InputError as error:
                return (_unread(path, Failure.of(error, "open")),)
            reader = readers.get()
            try:
                return reader.read([file])[0]
            finally:
                readers.put(reader)

        pool = stack.enter_context(ThreadPoolExecutor(count))
        yield from pool.map(read, files)


def _bytes(path: Path, most: int) -> bytes:
    try:
        size = path.stat().st_size
        if size > most:
            raise ImageTooLarge(f"{size:,} bytes; at most {most:,} are read")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from None


def _unread(file: Path, failure: Failure) -> ImageResult:
    return ImageResult(
        image_id="", source=str(file), page_number=1, page=None, recipes=(), quality=None, failure=failure
    )
