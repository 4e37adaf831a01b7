"""The finished rows in OUT, and how committed rows of an attempt get there without a moment of loss or doubling.

Ray writes into ``OUT/_run/attempts/ID/rows`` and notes in ``.../checkpoint`` which files are whole. Publishing moves
their rows into ``OUT/*.parquet``: a row that replaces another (``--retry-failed``) does so inside one atomic rewrite of
its file, any other arrives in a new file. Each step may be cut off anywhere and done again. Knows nothing of Ray.
"""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ray_app.bulk.places import Place
from ray_app.bulk.schema import SCHEMA

INDEX = ["image_id", "path", "status", "error_code", "engine", "fingerprint"]
"""The columns that the ledger needs of each row."""


def parts(out: Place) -> list[Place]:
    """Returns the files of finished rows."""
    return out.children(".parquet")


def index(out: Place) -> pa.Table:
    """Returns the ``INDEX`` columns of all finished rows."""
    tables = [part.read_rows(INDEX) for part in parts(out)]
    return pa.concat_tables(tables) if tables else pa.schema([SCHEMA.field(name) for name in INDEX]).empty_table()


def recover(out: Place, attempts: Place, rows_per_file: int) -> int:
    """Publishes what attempts that are over have committed, and removes them.

    Returns:
        How many rows were saved.
    """
    saved = 0
    for attempt in attempts.folders():
        saved += publish(out, committed(attempt), rows_per_file)
        attempt.remove()
    return saved


def committed(attempt: Place) -> list[Place]:
    """Returns the row files of an attempt that Ray has noted as whole; removes those that it has not.

    Ray writes ``X.pending.parquet`` before the rows ``X-0.parquet`` ..., and renames it to ``X.parquet`` after them.
    """
    notes = {note.name.removesuffix(".parquet") for note in (attempt / "checkpoint").children(".parquet")}
    whole = []
    for rows in (attempt / "rows").children():
        stem = rows.name.removesuffix(".parquet")
        if stem in notes or stem.rpartition("-")[0] in notes:
            whole.append(rows)
        else:
            rows.remove()
    return whole


def publish(out: Place, staged: list[Place], rows_per_file: int) -> int:
    """Moves the staged files' rows into OUT.

    Returns:
        How many rows were staged.
    """
    ids = {file.path: file.read_rows(["image_id"]).column("image_id").combine_chunks() for file in staged}
    arriving = pa.chunked_array(list(ids.values()), pa.string())
    replaced: list[pa.Array] = []
    for part in parts(out):
        here = part.read_rows(["image_id"]).column("image_id")
        hit = here.filter(pc.is_in(here, arriving))
        if len(hit):
            _replace(part, hit, [file for file in staged if pc.any(pc.is_in(ids[file.path], hit)).as_py()])
            replaced.append(hit.combine_chunks())
    there = pa.chunked_array(replaced, pa.string())
    for group in _groups(staged, {path: len(column) for path, column in ids.items()}, rows_per_file):
        table = pa.concat_tables([file.read_rows() for file in group]).cast(SCHEMA)
        table = table.filter(pc.invert(pc.is_in(table.column("image_id"), there)))
        if table.num_rows:
            # Named after a file that is removed only once this one is whole, so that no name comes twice.
            (out / f"part-{group[0].name}").write_rows(table)
        for file in group:
            file.remove()
    return len(arriving)


def _replace(part: Place, ids: pa.ChunkedArray, staged: Iterable[Place]) -> None:
    new = pa.concat_tables([file.read_rows() for file in staged])
    new = new.filter(pc.is_in(new.column("image_id"), ids)).cast(SCHEMA)
    old = part.read_rows()
    part.write_rows(pa.concat_tables([old.filter(pc.invert(pc.is_in(old.column("image_id"), ids))), new]))


def _groups(files: list[Place], lengths: dict[str, int], rows: int) -> Iterator[list[Place]]:
    group: list[Place] = []
    held = 0
    for file in files:
        group.append(file)
        held += lengths[file.path]
        if held >= rows:
            yield group
            group, held = [], 0
    if group:
        yield group


def prune(out: Place, manifest: pa.Table) -> None:
    """Removes finished rows that the manifest no longer has: of files that changed, or read well at last."""
    ids = manifest.column("image_id")
    for part in parts(out):
        keep = pc.is_in(part.read_rows(["image_id"]).column("image_id"), ids)
        if not pc.all(keep).as_py():
            rows = part.read_rows().filter(keep)
            if rows.num_rows:
                part.write_rows(rows)
            else:
                part.remove()


def todo(manifest: pa.Table, done: pa.Table, *, retry_failed: bool) -> pa.Table:
    """Returns the manifest's rows that have no finished row yet; with ``retry_failed`` also those that failed."""
    if retry_failed:
        done = done.filter(pc.not_equal(done.column("status"), "failed"))
    keys = pc.binary_join_element_wise(done.column("image_id"), done.column("path"), "\0")
    mine = pc.binary_join_element_wise(manifest.column("image_id"), manifest.column("path"), "\0")
    return manifest.filter(pc.invert(pc.is_in(mine, keys)))


def failures(out: Place) -> list[dict[str, object]]:
    """Returns what failed, sorted by path and page."""
    columns = ["path", "page", "error_code", "error_message", "error_advice", "retryable", "status"]
    found: list[dict[str, object]] = []
    for part in parts(out):
        table = part.read_rows(columns)
        found += table.filter(pc.equal(table.column("status"), "failed")).drop_columns("status").to_pylist()
    names = {"error_code": "code", "error_message": "message", "error_advice": "advice"}
    renamed = [{names.get(key, key): value for key, value in row.items()} for row in found]
    return sorted(renamed, key=lambda row: (str(row["path"]), int(str(row["page"]))))


def row_count(place: Place) -> int:
    """Returns how many rows a Parquet file has, from its footer."""
    with place.filesystem.open_input_file(place.path) as file:
        return int(pq.read_metadata(file).num_rows)
