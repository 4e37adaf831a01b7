"""What the user named as INPUT, as a table of files: one row a file, listed but not opened.

Knows folders, globs, object stores and manifests; knows nothing of what an image is: that is decided by content, later.
"""

import fnmatch
import glob
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from pyarrow import fs

from ray_app.bulk.places import Opener, Place, filesystem_of, is_remote, root_of
from ray_app.errors import PreflightFailed

FILES = pa.schema(
    [
        pa.field("path", pa.string(), nullable=False),
        pa.field("size", pa.int64(), nullable=False),
        pa.field("modified", pa.int64(), nullable=False),
        pa.field("named", pa.bool_(), nullable=False),
    ]
)
"""One row a file: absolute path or URI, bytes (-1 where it cannot be opened), nanoseconds of its last change, and
whether the user named it (false for one that a scan of a folder came across)."""

MANIFESTS = (".parquet", ".jsonl", ".ndjson", ".csv")

_WILDCARDS = frozenset("*?[")


@dataclass
class _Listing:
    """The files found so far, column by column: 400,000 rows must not become 400,000 objects that stay."""

    output: Place
    paths: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    named: list[bool] = field(default_factory=list)
    roots: dict[str, fs.FileSystem] = field(default_factory=dict)

    def add(self, path: str, size: int, modified: int, *, named: bool) -> None:
        self.paths.append(path)
        self.sizes.append(size)
        self.times.append(modified)
        self.named.append(named)

    def add_local(self, path: str, *, named: bool) -> None:
        try:
            status = Path(path).stat()
        except OSError:
            self.add(path, -1, 0, named=named)
        else:
            self.add(path, status.st_size, status.st_mtime_ns, named=named)

    def add_remote(self, root: str, infos: Sequence[fs.FileInfo], *, named: bool) -> None:
        scheme = root.split("://", 1)[0]
        for info in infos:
            known = info.type == fs.FileType.File
            self.add(f"{scheme}://{info.path}", info.size if known else -1, info.mtime_ns or 0, named=named)

    def table(self) -> pa.Table:
        columns = [self.paths, self.sizes, self.times, self.named]
        table = pa.table([pa.array(column, kind) for column, kind in zip(columns, FILES.types, strict=True)], FILES)
        # The same file by two ways is one file, and named if either way named it.
        order = pc.sort_indices(table, [("path", "ascending"), ("named", "descending")])
        table = table.take(order)
        first = table.append_column("row", pa.array(range(table.num_rows), pa.int64()))
        rows = first.group_by("path").aggregate([("row", "min")]).column("row_min")
        return table.take(rows.take(pc.array_sort_indices(rows)))


def list_inputs(inputs: Sequence[str], output: Place) -> tuple[pa.Table, Opener]:
    """Returns all files that the inputs name, sorted by path, and what opens them.

    Args:
        inputs: files, folders (walked; hidden files left out), globs, URIs of object stores, or manifests
            (Parquet, JSONL, CSV) with a column ``path`` or ``uri``; their relative paths start at the manifest's folder.
        output: left out where it lies below an input.

    Raises:
        PreflightFailed: an input isn't there, a folder or glob holds no file, or a manifest is unreadable.
    """
    listing = _Listing(output)
    for name in inputs:
        before = len(listing.paths)
        if is_remote(name):
            _list_remote(name, listing)
        else:
            _list_local(name.removeprefix("file://"), listing)
        if len(listing.paths) == before:
            raise PreflightFailed(f"{name} holds no files")
    if not listing.paths:
        raise PreflightFailed("no input was named")
    return listing.table(), Opener(listing.roots)


def _list_local(name: str, listing: _Listing) -> None:
    path = os.path.abspath(Path(name).expanduser())  # noqa: PTH100 -- keeps symlinks as the user wrote them
    if Path(path).is_dir():
        _walk(path, listing)
    elif os.path.lexists(path):
        if path.lower().endswith(MANIFESTS) and Path(path).is_file():
            _list_manifest(Place.at(path), str(Path(path).parent), listing)
        else:
            listing.add_local(path, named=True)
    elif _WILDCARDS & set(name):
        matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 -- pathlib refuses absolute patterns
        if not matches:
            raise PreflightFailed(f"nothing matches {name}")
        for match in matches:
            if Path(match).is_dir():
                continue  # "**" matches folders and, by itself, what lies in them
            listing.add_local(match, named=False)
    else:
        raise PreflightFailed(f"{name} does not exist")


def _walk(folder: str, listing: _Listing) -> None:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and f"{here}/{name}" != listing.output.path]
        for name in names:
            if not name.startswith("."):
                listing.add_local(f"{here}/{name}", named=False)


def _list_remote(name: str, listing: _Listing) -> None:
    filesystem, path = filesystem_of(name if "?" in name.split("://", 1)[1] else name.replace("*", "%2A"))
    path = path.replace("%2A", "*")
    root = root_of(name)
    listing.roots[root] = filesystem
    pattern = path if _WILDCARDS & set(path) else None
    base = path.rstrip("/") if pattern is None else _folder_before_wildcard(path)
    try:
        info = filesystem.get_file_info(base)
        if info.type == fs.FileType.File:
            if base.lower().endswith(MANIFESTS):
                place = Place(filesystem, base)
                _list_manifest(place, f"{root.split('://', 1)[0]}://{base.rpartition('/')[0]}", listing)
            else:
                listing.add_remote(root, [info], named=True)
            return
        if info.type == fs.FileType.NotFound:
            raise PreflightFailed(f"{name} does not exist")
        found = filesystem.get_file_info(fs.FileSelector(base, recursive=True))
    except (OSError, pa.ArrowException) as error:
        raise PreflightFailed(f"{name} cannot be listed: {error}") from None
    out = listing.output.path if not listing.output.is_local else None
    files = [
        info
        for info in found
        if info.type == fs.FileType.File
        and (fnmatch.fnmatchcase(info.path, pattern) if pattern else not _hidden(info.path, base))
        and not (out and info.path.startswith(f"{out}/"))
    ]
    listing.add_remote(root, files, named=False)


def _hidden(path: str, base: str) -> bool:
    return any(part.startswith(".") for part in path[len(base) :].split("/"))


def _folder_before_wildcard(path: str) -> str:
    parts = path.split("/")
    fixed = next(number for number, part in enumerate(parts) if _WILDCARDS & set(part))
    return "/".join(parts[:fixed])


def _list_manifest(manifest: Place, folder: str, listing: _Listing) -> None:
    try:
        entries = [entry if is_remote(entry) else _beside(folder, entry) for entry in _entries(manifest)]
    except (OSError, pa.ArrowException, ValueError) as error:
        raise PreflightFailed(f"the manifest {manifest.path} cannot be read: {error}") from None
    remote: dict[str, list[str]] = {}
    for entry in entries:
        if is_remote(entry):
            remote.setdefault(root_of(entry), []).append(entry)
        else:
            listing.add_local(entry, named=True)
    for root, uris in remote.items():
        if root not in listing.roots:
            listing.roots[root] = manifest.filesystem if root == root_of(folder + "/") else filesystem_of(root)[0]
        inner = [uri.split("://", 1)[1] for uri in uris]
        for start in range(0, len(inner), 1000):
            infos = listing.roots[root].get_file_info(inner[start : start + 1000])
            listing.add_remote(root, infos, named=True)


def _beside(folder: str, entry: str) -> str:
    entry = entry.removeprefix("file://")
    return f"{folder}/{entry}" if is_remote(folder) else os.path.abspath(Path(folder) / entry)  # noqa: PTH100


def _entries(manifest: Place) -> Iterator[str]:
    suffix = manifest.path.rpartition(".")[2].lower()
    with manifest.filesystem.open_input_file(manifest.path) as file:
        if suffix == "parquet":
            columns = pq.read_schema(file).names
            column = _path_column(columns)
            file.seek(0)
            yield from pq.read_table(file, columns=[column]).column(column).to_pylist()
        elif suffix == "csv":
            table = pacsv.read_csv(file)
            yield from table.column(_path_column(table.column_names)).to_pylist()
        else:
            for line in file.readall().decode("utf-8").splitlines():
                if line.strip():
                    record = json.loads(line)
                    yield record[_path_column(list(record))]


def _path_column(columns: Sequence[str]) -> str:
    for name in ("path", "uri"):
        if name in columns:
            return name
    raise ValueError(f"it has no column 'path' or 'uri', only: {', '.join(columns)}")
