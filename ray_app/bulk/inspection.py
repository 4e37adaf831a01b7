"""One file's facts before it is read: the ids of its pages, or why it cannot be read.

Runs in a process of its own (``isolation``), because counting the pages of a hostile PDF may end the process that
does it. Knows files and page counts; knows nothing of engines, rows or Ray.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from ray_app.bulk.places import Opener
from ray_app.errors import EmptyFile, EngineCrashed, EngineError, EngineHung, ImageTooLarge, InputError
from ray_app.imaging.decode import page_ids
from ray_app.isolation import IsolatedWorker
from ray_app.options import PrepareOptions, WorkerOptions


@dataclass(frozen=True)
class InspectOptions:
    """What an inspector needs: the limits of files, and how to open them."""

    prepare: PrepareOptions
    opener: Opener


@dataclass(frozen=True)
class Facts:
    """What one file holds: the ids of its pages in order, or an error."""

    image_ids: tuple[str, ...] = ()
    code: str | None = None
    message: str | None = None
    advice: str | None = None
    retryable: bool = False

    @classmethod
    def of(cls, error: InputError | EngineError) -> "Facts":
        """Returns the facts of a file that cannot be read."""
        return cls((), str(error.code), str(error), error.advice, error.retryable)


FACTS = pa.schema(
    [
        pa.field("image_ids", pa.list_(pa.string())),
        pa.field("error_code", pa.string()),
        pa.field("error_message", pa.string()),
        pa.field("error_advice", pa.string()),
        pa.field("retryable", pa.bool_()),
    ]
)
"""The columns that an inspection adds to those of ``sources.FILES``."""


@dataclass
class Inspector:
    """Hashes files and counts their pages."""

    options: InspectOptions
    identify: Callable[[bytes, PrepareOptions], tuple[str, ...]] | None = None

    def run(self, items: Sequence[tuple[str, int]]) -> list[Facts]:
        """Returns the facts of (path, size) pairs, in order."""
        return [self._one(path, size) for path, size in items]

    def _one(self, path: str, size: int) -> Facts:
        try:
            if size > self.options.prepare.max_bytes:
                raise ImageTooLarge(f"{size:,} bytes; at most {self.options.prepare.max_bytes:,} are read")
            data = self.options.opener.read(path)
            if not data:
                raise EmptyFile("the file holds no bytes")
            return Facts((self.identify or page_ids)(data, self.options.prepare))
        except InputError as error:
            return Facts.of(error)


INSPECTOR = "ray_app.bulk.inspection:Inspector"


class InspectStage:
    """Adds facts to a table of files; the class that Ray Data runs, and the driver for a few files."""

    def __init__(self, options: InspectOptions, limits: WorkerOptions, factory: str = INSPECTOR) -> None:
        self._worker: IsolatedWorker[tuple[str, int], Facts] = IsolatedWorker(factory, options, limits=limits)

    def __call__(self, files: pa.Table) -> pa.Table:
        """Returns the files with the columns of ``FACTS`` added."""
        items = list(zip(files.column("path").to_pylist(), files.column("size").to_pylist(), strict=True))
        answers = self._worker.run(items)
        facts = [Facts.of(answer) if isinstance(answer, EngineCrashed | EngineHung) else answer for answer in answers]
        columns = [
            [list(fact.image_ids) for fact in facts],
            [fact.code for fact in facts],
            [fact.message for fact in facts],
            [fact.advice for fact in facts],
            [fact.retryable for fact in facts],
        ]
        for name, values in zip(FACTS, columns, strict=True):
            files = files.append_column(name, pa.array(values, name.type))
        return files

    def close(self) -> None:
        """Ends the process."""
        self._worker.close()
