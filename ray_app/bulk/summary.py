"""The ledger and what is written at the end: ``failed/failed.jsonl``, ``summary.json``, and ``_SUCCESS`` last.

Knows counts of rows; knows nothing of how they came about.
"""

import json
import platform
from importlib.metadata import version

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from ray_app.bulk import dataset
from ray_app.bulk.places import Place
from ray_app.errors import LedgerUnbalanced

STATUSES = ("ok", "partial", "failed", "duplicate", "skipped")


class Summary(BaseModel):
    """What became of a run. Counts are of rows: files, or pages of documents with several.

    Attributes:
        partial: rows with less than a whole recipe, or none: blank pages, lists without directions, other texts.
        read: rows that this very run finished; the others were there already.
        gone: rows of files that INPUT no longer holds; they are among the other counts, too.
        seconds: from the command to ``_SUCCESS``.
        startup_seconds: the part of it before the first image was taken up.
        images_per_second: ``read`` by the seconds after start-up; null where nothing was read.
        peak_worker_bytes: most memory that one reader held, its engine's process included.
        errors: failed and partial rows by error code.
        engines: rows by the engine that read them.
    """

    inputs: int
    ok: int
    partial: int
    failed: int
    duplicates: int
    skipped: int
    read: int
    gone: int
    seconds: float
    startup_seconds: float
    images_per_second: float | None
    workers: int
    peak_worker_bytes: int
    errors: dict[str, int]
    engines: dict[str, int]
    fingerprint: str
    versions: dict[str, str]


def balance(out: Place, manifest: pa.Table) -> pa.Table:
    """Checks that each row of the manifest has exactly one finished row.

    Returns:
        The finished rows' index.

    Raises:
        LedgerUnbalanced: rows are missing, doubled or strange; the message counts them and names some.
    """
    rows = dataset.index(out)
    ids, wanted = rows.column("image_id"), manifest.column("image_id")
    faults = []
    missing = manifest.filter(pc.invert(pc.is_in(wanted, ids)))
    if missing.num_rows:
        faults.append(f"{missing.num_rows} without a row, such as {missing.column('path')[0]}")
    strange = rows.filter(pc.invert(pc.is_in(ids, wanted)))
    if strange.num_rows:
        faults.append(f"{strange.num_rows} rows of no input, such as {strange.column('path')[0]}")
    if pc.count_distinct(ids).as_py() != rows.num_rows:
        faults.append(f"{rows.num_rows - pc.count_distinct(ids).as_py()} rows that repeat an id")
    counts = count(rows, "status")
    if sum(counts.get(status, 0) for status in STATUSES) != rows.num_rows:
        faults.append(f"statuses that there are not: {sorted(set(counts) - set(STATUSES))}")
    if faults:
        raise LedgerUnbalanced(f"of {manifest.num_rows} inputs: {'; '.join(faults)}. _SUCCESS was not written")
    return rows


def count(rows: pa.Table, column: str) -> dict[str, int]:
    """Returns how many rows have each value of a column, nulls left out, by value."""
    pairs = pc.value_counts(rows.column(column).combine_chunks().drop_null())
    return dict(sorted((str(pair["values"]), int(pair["counts"].as_py())) for pair in pairs))


def versions() -> dict[str, str]:
    """Returns the versions that matter for a report."""
    return {"python": platform.python_version()} | {name: version(name) for name in ("recipe-ocr", "ray", "pyarrow")}


def publish(out: Place, summary: Summary) -> None:
    """Writes the list of failures, the summary, and ``_SUCCESS`` once they are there."""
    (out / "failed").make_folder()
    lines = [json.dumps(failure, ensure_ascii=False) + "\n" for failure in dataset.failures(out)]
    (out / "failed" / "failed.jsonl").write("".join(lines).encode())
    (out / "summary.json").write((summary.model_dump_json(indent=2) + "\n").encode())
    (out / "_SUCCESS").write(b"")
