"""Whole files: bytes in, one result a page out, read in a process apart that a hostile file may end.

What ``extract`` and the online door read with. Knows documents and their pages; knows nothing of where bytes come from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from ray_app.errors import EmptyFile, EngineError, ImageTooLarge, InputError
from ray_app.imaging.decode import page_ids
from ray_app.isolation import IsolatedWorker
from ray_app.options import PipelineOptions
from ray_app.pipeline import RecipePipeline
from ray_app.spans import SpanObserver, forget
from ray_app.types import Failure, ImageInput, ImageResult

PAGES_AT_ONCE = 8
"""Pages that are sent to the process together; a document's bytes travel once for them."""

FILES = "ray_app.files:FileWork.from_options"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInput:
    """One file to read, with any number of pages."""

    data: bytes
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePages:
    """The ids of a file's pages in their order; empty where the file cannot be opened, for the reason given."""

    image_ids: tuple[str, ...] = ()
    failure: Failure | None = None


Job = FileInput | ImageInput
Answer = FilePages | ImageResult


class FileWork:
    """What runs in the process apart: names the pages of files, and reads pages."""

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

    def run(self, items: Sequence[Job]) -> list[Answer]:
        """Returns the pages of each file and the result of each page, in order."""
        results = iter(self._pipeline.run([item for item in items if isinstance(item, ImageInput)]))
        return [self._pages(item) if isinstance(item, FileInput) else next(results) for item in items]

    def _pages(self, file: FileInput) -> FilePages:
        try:
            return FilePages(image_ids=page_ids(file.data, self._options.prepare))
        except InputError as error:
            return FilePages(failure=Failure.of(error, "open"))


class FileReader:
    """Reads files. One thread at a time; holds a process with a loaded engine until ``close``.

    Raises:
        EngineUnavailable: the engine is not there.
        EngineError: its process cannot be started.
    """

    def __init__(self, options: PipelineOptions, *, factory: str = FILES, observe: SpanObserver = forget) -> None:
        self._max_bytes = options.prepare.max_bytes
        self._worker: IsolatedWorker[Job, Answer] = IsolatedWorker(
            factory, options, limits=options.worker, observe=observe
        )

    @property
    def fingerprint(self) -> str:
        """Digest of settings, engine, weights and code, as it stands in each result."""
        return self._worker.fingerprint

    def read(self, files: Sequence[FileInput]) -> list[tuple[ImageResult, ...]]:
        """Returns the results of each file's pages, in order; a file that cannot be opened has one failed result.

        Raises:
            EngineUnavailable: the engine is not there any more.
            EngineError: its process cannot be started any more.
        """
        counted = self._count(files)
        images = [
            ImageInput(image_id=one, data=file.data, source=file.source, page=page)
            for file, pages in zip(files, counted, strict=True)
            for page, one in enumerate(pages.image_ids, 1)
        ]
        results = iter(self._results(images))
        return [
            tuple(next(results) for _ in pages.image_ids) or (self._failed(file.source, pages.failure),)
            for file, pages in zip(files, counted, strict=True)
        ]

    def _count(self, files: Sequence[FileInput]) -> list[FilePages]:
        fit = [file for file in files if self._misfit(file) is None]
        answers = iter(self._worker.run(fit))
        return [_pages(self._misfit(file) or next(answers)) for file in files]

    def _misfit(self, file: FileInput) -> InputError | None:
        if not file.data:
            return EmptyFile("the file holds no bytes")
        if len(file.data) > self._max_bytes:
            return ImageTooLarge(f"{len(file.data):,} bytes; at most {self._max_bytes:,} are read")
        return None

    def _results(self, images: Sequence[ImageInput]) -> Iterator[ImageResult]:
        for start in range(0, len(images), PAGES_AT_ONCE):
            some = images[start : start + PAGES_AT_ONCE]
            for image, answer in zip(some, self._worker.run(some), strict=True):
                if isinstance(answer, ImageResult):
                    yield answer
                elif isinstance(answer, EngineError):
                    yield self._failed(image.source, Failure.of(answer, "worker"), image)
                else:
                    raise AssertionError(f"a page was answered by {type(answer).__name__}")

    def _failed(self, source: str, failure: Failure | None, image: ImageInput | None = None) -> ImageResult:
        return ImageResult(
            image_id=image.image_id if image else "",
            source=source,
            page_number=image.page if image else 1,
            page=None,
            recipes=(),
            quality=None,
            failure=failure,
            fingerprint=self.fingerprint,
        )

    def rss_bytes(self) -> int:
        """Returns the memory that the process holds now, in bytes."""
        return self._worker.rss_bytes()

    def close(self) -> None:
        """Ends the process."""
        self._worker.close()


def _pages(answer: object) -> FilePages:
    match answer:
        case FilePages():
            return answer
        case InputError() | EngineError():
            return FilePages(failure=Failure.of(answer, "open"))
    raise AssertionError(f"a file was answered by {type(answer).__name__}")
