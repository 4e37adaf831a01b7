"""Files and folders on any storage that pyarrow knows: local and shared disks, s3://, gs://, az://.

Knows how a small file is written so that it is there as a whole or not at all; knows nothing of what stands in it.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from ray_app.errors import PreflightFailed, UnreadableFile


def is_remote(path: str) -> bool:
    """Tells whether the path names an object store."""
    return "://" in path and not path.startswith("file://")


def filesystem_of(uri: str) -> tuple[fs.FileSystem, str]:
    """Returns the file system that a path or URI lies on, and its path there.

    Raises:
        PreflightFailed: nothing here can open such a URI.
    """
    if not is_remote(uri):
        return fs.LocalFileSystem(), os.path.abspath(uri.removeprefix("file://"))  # noqa: PTH100 -- keeps symlinks
    try:
        if uri.startswith("az://"):
            account = os.environ.get("AZURE_STORAGE_ACCOUNT") or os.environ["AZURE_STORAGE_ACCOUNT_NAME"]
            return fs.AzureFileSystem(account_name=account), uri.removeprefix("az://")
        found: tuple[fs.FileSystem, str] = fs.FileSystem.from_uri(uri)
    except KeyError:
        raise PreflightFailed(f"{uri}: set AZURE_STORAGE_ACCOUNT to the name of the storage account") from None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise PreflightFailed(f"{uri} cannot be opened: {error}") from None
    return found


def root_of(uri: str) -> str:
    """Returns ``s3://bucket`` of ``s3://bucket/key?options``."""
    scheme, rest = uri.split("://", 1)
    return f"{scheme}://{rest.split('?', 1)[0].split('/', 1)[0].rpartition('@')[2]}"


@dataclass
class Opener:
    """Reads whole files by the paths that stand in rows. Travels to the workers with the file systems it needs."""

    roots: Mapping[str, fs.FileSystem] = field(default_factory=dict)

    def filesystem(self, path: str) -> tuple[fs.FileSystem, str]:
        """Returns the file system of a path in a row, and its path there."""
        if is_remote(path):
            known = self.roots.get(root_of(path))
            if known is not None:
                return known, path.split("://", 1)[1]
        return filesystem_of(path)

    def read(self, path: str) -> bytes:
        """Returns the file's bytes.

        Raises:
            UnreadableFile: it cannot be opened or fetched; the message has the system's reason.
        """
        try:
            if not is_remote(path):
                return Path(path).read_bytes()
            filesystem, inner = self.filesystem(path)
            with filesystem.open_input_stream(inner) as stream:
                return bytes(stream.readall())
        except (OSError, pa.ArrowException, PreflightFailed) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UnreadableFile(f"{path}: {reason}") from None


@dataclass(frozen=True)
class Place:
    """One file or folder."""

    filesystem: fs.FileSystem
    path: str

    @classmethod
    def at(cls, uri: str) -> Self:
        """Returns the place that a path or URI names."""
        return cls(*filesystem_of(uri.rstrip("/") or "/"))

    def __truediv__(self, name: str) -> "Place":
        return Place(self.filesystem, f"{self.path}/{name}")

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_local(self) -> bool:
        """True on local and shared disks."""
        return isinstance(self.filesystem, fs.LocalFileSystem)

    def exists(self) -> bool:
        """True when something is there."""
        return bool(self.filesystem.get_file_info(self.path).type != fs.FileType.NotFound)

    def children(self, suffix: str = "") -> list["Place"]:
        """Returns what lies right below it, sorted by name; nothing when it isn't there."""
        selector = fs.FileSelector(self.path, recursive=False, allow_not_found=True)
        found = [info.path for info in self.filesystem.get_file_info(selector)]
        return [Place(self.filesystem, path) for path in sorted(found) if path.endswith(suffix)]

    def folders(self) -> list["Place"]:
        """Returns the folders right below it, sorted by name."""
        selector = fs.FileSelector(self.path, recursive=False, allow_not_found=True)
        found = [info.path for info in self.filesystem.get_file_info(selector) if info.type == fs.FileType.Directory]
        return [Place(self.filesystem, path) for path in sorted(found)]

    def make_folder(self) -> None:
        """Makes it a folder, and those above it."""
        self.filesystem.create_dir(self.path, recursive=True)

    def read(self) -> bytes:
        """Returns the file's bytes."""
        with self.filesystem.open_input_stream(self.path) as stream:
            return bytes(stream.readall())

    def write(self, data: bytes) -> None:
        """Writes the file, whole or not at all."""
        target = self._draft()
        with target.filesystem.open_output_stream(target.path) as stream:
            stream.write(data)
        self._publish(target)

    def write_rows(self, table: pa.Table) -> None:
        """Writes the table as Parquet, whole or not at all."""
        target = self._draft()
        pq.write_table(table, target.path, filesystem=self.filesystem, compression="zstd")
        self._publish(target)

    def read_rows(self, columns: list[str] | None = None) -> pa.Table:
        """Returns the Parquet file's rows."""
        return pq.read_table(self.path, filesystem=self.filesystem, columns=columns, partitioning=None)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Returns the Parquet file's rows bit by bit."""
        with self.filesystem.open_input_file(self.path) as file:
            yield from pq.ParquetFile(file).iter_batches(batch_size=1000)

    def remove(self) -> None:
        """Removes the file or the folder with all in it; nothing when it isn't there."""
        kind = self.filesystem.get_file_info(self.path).type
        if kind == fs.FileType.Directory:
            self.filesystem.delete_dir(self.path)
        elif kind == fs.FileType.File:
            self.filesystem.delete_file(self.path)

    def move_to(self, other: "Place") -> None:
        """Renames the file, replacing what was there."""
        self.filesystem.move(self.path, other.path)

    def _draft(self) -> "Place":
        # Object stores show a file only once it is complete; on disks a rename makes it so.
        if not self.is_local:
            return self
        folder, _, name = self.path.rpartition("/")
        return Place(self.filesystem, f"{folder}/.{name}.draft")

    def _publish(self, draft: "Place") -> None:
        if draft != self:
            draft.move_to(self)
