"""The manifest: one row for each page that INPUT holds, with a unique id and what is to become of it.

Two tables. *Files* (kept in ``OUT/_run/files.pq``) hold what an inspection found, so that an unchanged file is never
hashed twice. *Rows* follow from them by arithmetic alone, the same way each time. All work is on Arrow tables: 400,000
rows are some tens of megabytes in the driver, and image bytes never come here.
"""

import hashlib
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from ray_app.bulk.inspection import FACTS
from ray_app.bulk.sources import FILES
from ray_app.errors import FailureCode
from ray_app.imaging.formats import IMAGE_EXTENSIONS

KNOWN = pa.schema([*FILES, *FACTS, pa.field("first", pa.bool_()), pa.field("gone", pa.bool_())])
"""A file and its facts; ``first`` once its content is read under its name, ``gone`` once INPUT no longer holds it."""

ROWS = pa.schema(
    [
        pa.field("image_id", pa.string(), nullable=False),
        pa.field("path", pa.string(), nullable=False),
        pa.field("page", pa.int32(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("duplicate_of", pa.string()),
        pa.field("error_code", pa.string()),
        pa.field("error_step", pa.string()),
        pa.field("error_message", pa.string()),
        pa.field("error_advice", pa.string()),
        pa.field("retryable", pa.bool_()),
    ]
)
"""One row a page. ``status``: pending (to be read), duplicate, failed or skipped (decided without reading)."""

_SKIPPED = (FailureCode.NOT_AN_IMAGE, FailureCode.EMPTY_FILE)


def split(listing: pa.Table, known: pa.Table, *, retry_failed: bool) -> tuple[pa.Table, pa.Table]:
    """Tells what need not be inspected again.

    Args:
        listing: the files that INPUT holds now (``sources.FILES``).
        known: the files of earlier runs (``KNOWN``).
        retry_failed: inspect again those that could not be inspected.

    Returns:
        (new or changed files, known ones that stay); those that INPUT no longer holds stay, marked gone.
    """
    same = _keys(listing, FILES.names)
    kept = known
    if retry_failed:
        kept = kept.filter(pc.is_null(kept.column("error_code")))
    there = pc.is_in(kept.column("path"), listing.column("path"))
    unchanged = pc.is_in(_keys(kept, FILES.names), same)
    gone = pc.invert(there)
    kept = kept.set_column(KNOWN.get_field_index("gone"), "gone", gone).filter(pc.or_(unchanged, gone))
    fresh = listing.filter(pc.invert(pc.is_in(same, _keys(kept, FILES.names))))
    return fresh, kept


def merge(kept: pa.Table, inspected: Iterable[pa.Table]) -> pa.Table:
    """Returns all known files sorted by path, each content's first file marked.

    A file that was the first of its content stays so, whatever came later: its row bears the content's id.
    """
    tables = [kept.select(KNOWN.names)]
    for table in inspected:
        no = pa.array([False] * table.num_rows)
        tables.append(table.append_column("first", no).append_column("gone", no).select(KNOWN.names).cast(KNOWN))
    files = pa.concat_tables(tables)
    files = files.take(pc.sort_indices(files, [("first", "descending"), ("path", "ascending")]))
    digest = pc.list_element(_padded(files.column("image_ids")), 0)
    numbered = pa.table({"digest": digest, "row": pa.array(range(files.num_rows), pa.int64())})
    readable = numbered.filter(pc.is_valid(numbered.column("digest")))
    firsts = readable.group_by("digest").aggregate([("row", "min")]).column("row_min")
    is_first = pc.is_in(numbered.column("row"), firsts)
    files = files.set_column(KNOWN.get_field_index("first"), "first", is_first)
    return files.take(pc.sort_indices(files, [("path", "ascending")]))


def rows(files: pa.Table) -> pa.Table:
    """Returns the rows that the files mean (``ROWS``), sorted by path and page; every ``image_id`` is unique."""
    return pa.concat_tables(
        [_rows(pa.Table.from_batches([batch])) for batch in files.to_batches(10_000)] or [ROWS.empty_table()]
    )


def _rows(files: pa.Table) -> pa.Table:
    out: dict[str, list[object]] = {name: [] for name in ROWS.names}
    for file in files.to_pylist():
        for row in _file_rows(file):
            for name in ROWS.names:
                out[name].append(row.get(name))
    return pa.table(out, ROWS)


def _file_rows(file: dict[str, object]) -> Iterable[dict[str, object]]:
    path = str(file["path"])
    name = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()
    if file["error_code"] is not None:
        yield {**file, "image_id": f"file-{name[:32]}", "page": 1, "status": _status(file), "error_step": "open"}
        return
    ids = file["image_ids"]
    for page, image_id in enumerate(ids if isinstance(ids, list) else [], start=1):
        if file["first"]:
            yield {"image_id": image_id, "path": path, "page": page, "status": "pending"}
        else:
            own = f"{image_id}-d{name[:12]}"
            yield {"image_id": own, "path": path, "page": page, "status": "duplicate", "duplicate_of": image_id}


def _status(file: dict[str, object]) -> str:
    """A file that is no image is skipped where a scan came across it, and failed where it was said to be one."""
    suffix = "." + str(file["path"]).rpartition("/")[2].rpartition(".")[2].lower()
    claimed = file["named"] or suffix in IMAGE_EXTENSIONS
    return "skipped" if file["error_code"] in _SKIPPED and not claimed else "failed"


def _keys(table: pa.Table, columns: list[str]) -> pa.ChunkedArray:
    # "named" may differ between runs without the content's being another; a NUL cannot stand in a path.
    parts = [pc.cast(table.column(name), pa.string()) for name in columns if name != "named"]
    return pc.binary_join_element_wise(*parts, "\0")


def _padded(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    """list_element refuses empty lists; files with an error have one."""
    return pc.if_else(pc.greater(pc.list_value_length(lists), 0), lists, pa.scalar([None], pa.list_(pa.string())))
