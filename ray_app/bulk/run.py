"""The bulk run: INPUT to OUT, in the order in which it happens. Ray is started only once there is something to read.

Knows the order; what each part does stands in its own module.
"""

import json
import logging
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from ray_app.bulk import dataset, manifest
from ray_app.bulk.cluster import connected
from ray_app.bulk.flow import inspect_on_cluster, read_on_cluster
from ray_app.bulk.inspection import INSPECTOR, InspectOptions, InspectStage
from ray_app.bulk.lease import Lease, job_id
from ray_app.bulk.options import BulkOptions
from ray_app.bulk.places import Opener, Place
from ray_app.bulk.progress import Score
from ray_app.bulk.rows import to_table
from ray_app.bulk.sources import list_inputs
from ray_app.bulk.summary import Summary, balance, count, publish, versions
from ray_app.devices import on_device
from ray_app.errors import PreflightFailed, RunExists
from ray_app.isolation import PIPELINE, IsolatedPipeline
from ray_app.options import PipelineOptions
from ray_app.telemetry import tracing, trail

log = logging.getLogger(__name__)


@dataclass
class _Run:
    """One run's settings and clock."""

    out: Place
    pipeline: PipelineOptions
    bulk: BulkOptions
    factory: str
    inspector: str
    address: str | None
    stack: ExitStack
    started: float = field(default_factory=time.time)

    @property
    def state(self) -> Place:
        """The folder of what only runs need; readers of Parquet pass over names that begin with an underscore."""
        return self.out / "_run"

    def connect(self) -> None:
        self.stack.enter_context(connected(self.address))


def run_bulk(
    inputs: Sequence[str],
    output: str,
    pipeline: PipelineOptions,
    bulk: BulkOptions,
    *,
    retry_failed: bool = False,
    address: str | None = None,
    factory: str = PIPELINE,
    inspector: str = INSPECTOR,
) -> Summary:
    """Reads all inputs into a Parquet dataset; one that was cut off goes on where its rows were last made safe.

    Args:
        inputs: files, folders, globs, URIs or manifests (see ``sources.list_inputs``).
        output: folder or URI; holds the rows, ``summary.json``, ``failed/`` and, last of all, ``_SUCCESS``.
        pipeline: what is read and how.
        bulk: how the job runs.
        retry_failed: read again what failed, too.
        address: cluster to join; default RAY_ADDRESS, else one is started on this machine.
        factory: builds the pipeline; tests give their own.
        inspector: builds what counts pages; likewise.

    Raises:
        PreflightFailed: inputs, output or cluster cannot carry the run; nothing was read.
        RunExists: the output is another run's: at work now, or made with other settings.
        EngineUnavailable: the engine is not installed.
        LedgerUnbalanced: rows in and rows out do not add up.
        RunError: the job gave up; what was made safe stays, and the same command goes on from there.
    """
    out = Place.at(output)
    listing, opener = list_inputs(inputs, out)
    with ExitStack() as stack:
        run = _Run(out, pipeline, bulk, factory, inspector, address, stack)
        stack.enter_context(Lease(run.state / "lease.json"))
        tracing.start(bulk.telemetry)
        stack.callback(tracing.stop)
        with trail.of_job(job_id() or uuid.uuid4().hex[:12]), tracing.span("bulk_run"):
            return _run(run, listing, opener, retry_failed=retry_failed)


def _run(run: _Run, listing: pa.Table, opener: Opener, *, retry_failed: bool) -> Summary:
    _same_settings(run)
    saved = dataset.recover(run.out, run.state / "attempts", run.bulk.rows_per_file)
    if saved:
        log.info("%d rows of an earlier attempt are safe and will not be read again", saved)
    files = _files(run, listing, opener, retry_failed=retry_failed)
    wanted = manifest.rows(files)
    todo = dataset.todo(wanted, dataset.index(run.out), retry_failed=retry_failed)
    earlier = _earlier(run.out)
    if earlier is not None and not todo.num_rows and earlier.inputs == wanted.num_rows:
        log.info("nothing to do: all %d inputs have their rows", wanted.num_rows)
        return earlier
    (run.out / "_SUCCESS").remove()
    fingerprint, score = _fingerprint(run), Score()
    pending = pc.equal(todo.column("status"), "pending")
    _decide(run, todo.filter(pc.invert(pending)))
    todo = todo.filter(pending)
    if todo.num_rows:
        fingerprint, score = _read(run, todo, opener)
    read_until = time.time()
    dataset.recover(run.out, run.state / "attempts", run.bulk.rows_per_file)
    dataset.prune(run.out, wanted)
    rows = balance(run.out, wanted)
    counts = count(rows, "status")
    gone = files.filter(files.column("gone")).column("path")
    ready = score.began or read_until
    summary = Summary(
        inputs=wanted.num_rows,
        ok=counts.get("ok", 0),
        partial=counts.get("partial", 0),
        failed=counts.get("failed", 0),
        duplicates=counts.get("duplicate", 0),
        skipped=counts.get("skipped", 0),
        read=todo.num_rows,
        gone=wanted.filter(pc.is_in(wanted.column("path"), gone)).num_rows,
        seconds=round(time.time() - run.started, 3),
        startup_seconds=round(ready - run.started, 3),
        images_per_second=round(todo.num_rows / max(1e-3, read_until - ready), 3) if todo.num_rows else None,
        workers=score.workers,
        peak_worker_bytes=score.peak_bytes,
        errors=count(rows.filter(pc.is_in(rows.column("status"), pa.array(["partial", "failed"]))), "error_code"),
        engines=count(rows, "engine"),
        fingerprint=fingerprint,
        versions=versions(),
    )
    publish(run.out, summary)
    return summary


def _settings(run: _Run) -> dict[str, object]:
    return run.pipeline.model_dump(mode="json", exclude={"worker"}) | {"version": versions()["recipe-ocr"]}


def _same_settings(run: _Run) -> None:
    """Refuses a folder whose rows were read with other settings; notes ours in a new one."""
    note = run.state / "run.json"
    mine = _settings(run)
    if not note.exists():
        if dataset.parts(run.out):
            raise RunExists(f"{run.out.path} holds Parquet files that no run of ours left; choose an empty folder")
        note.write(json.dumps({"settings": mine}, indent=2).encode())
        return
    theirs = json.loads(note.read())["settings"]
    changed = _changes("", theirs, mine)
    if changed:
        raise RunExists(
            f"{run.out.path} holds a run with other settings ({', '.join(changed[:5])}); choose another folder, "
            "or remove this one"
        )


def _changes(prefix: str, old: object, new: object) -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(old.keys() | new.keys())
        return [found for key in keys for found in _changes(f"{prefix}.{key}", old.get(key), new.get(key))]
    return [] if old == new or prefix.endswith(".device") else [f"{prefix[1:]}: {old} there, {new} here"]


def _fingerprint(run: _Run) -> str:
    return str(json.loads((run.state / "run.json").read()).get("fingerprint", ""))


def _note_fingerprint(run: _Run, fingerprint: str) -> None:
    known = _fingerprint(run)
    if known and known != fingerprint:
        raise RunExists(
            f"{run.out.path} was read with other weights or another version of the engine ({known}, now {fingerprint}); "
            "choose another folder"
        )
    note = {"settings": _settings(run), "fingerprint": fingerprint}
    (run.state / "run.json").write(json.dumps(note, indent=2).encode())


def _files(run: _Run, listing: pa.Table, opener: Opener, *, retry_failed: bool) -> pa.Table:
    """Returns the files with their facts; those known from an earlier run are not opened."""
    place = run.state / "files.pq"
    known = place.read_rows().cast(manifest.KNOWN) if place.exists() else manifest.KNOWN.empty_table()
    fresh, kept = manifest.split(listing, known, retry_failed=retry_failed)
    options = InspectOptions(run.pipeline.prepare, opener)
    if not fresh.num_rows:
        files = manifest.merge(kept, [])
    elif fresh.num_rows <= run.bulk.driver_inspects:
        stage = InspectStage(options, run.pipeline.worker, run.inspector)
        try:
            files = manifest.merge(kept, [stage(fresh)])
        finally:
            stage.close()
    else:
        run.connect()
        log.info("hashing %d files", fresh.num_rows)
        files = manifest.merge(kept, inspect_on_cluster(fresh, options, run.pipeline.worker, run.bulk, run.inspector))
    place.write_rows(files)
    return files


def _decide(run: _Run, rows: pa.Table) -> None:
    """Writes the rows of what need not be read: duplicates, skipped files, files that cannot be opened."""
    attempt = run.state / "attempts" / f"{uuid.uuid4().hex[:12]}-decided"
    for folder in ("rows", "checkpoint"):
        (attempt / folder).make_folder()
    for number, start in enumerate(range(0, rows.num_rows, run.bulk.rows_per_file)):
        name = f"{attempt.name}_{number:06d}.parquet"
        (attempt / "rows" / name).write_rows(to_table(rows.slice(start, run.bulk.rows_per_file).to_pylist()))
        (attempt / "checkpoint" / name).write(b"")
    dataset.recover(run.out, run.state / "attempts", run.bulk.rows_per_file)


def _read(run: _Run, todo: pa.Table, opener: Opener) -> tuple[str, Score]:
    """Reads what is to be read; the engine is tried out here first, while the cluster starts."""
    with ThreadPoolExecutor(1) as aside:
        trial = aside.submit(_try_engine, run.pipeline, run.factory)
        run.connect()
        fingerprint = trial.result()
    _note_fingerprint(run, fingerprint)
    attempt = run.state / "attempts" / uuid.uuid4().hex[:12]
    for folder in ("todo", "rows", "checkpoint"):
        (attempt / folder).make_folder()
    (attempt / "todo" / "todo.pq").write_rows(todo)
    score = read_on_cluster(attempt, todo.num_rows, opener, run.pipeline, run.bulk, run.factory)
    return fingerprint, score


def _try_engine(options: PipelineOptions, factory: str) -> str:
    # The driver has no GPU of Ray's, so that here the engine is tried on the CPU; the fingerprint is the same.
    with IsolatedPipeline(on_device(options, ()), factory=factory) as pipeline:
        return pipeline.fingerprint


def _earlier(out: Place) -> Summary | None:
    if not (out / "_SUCCESS").exists():
        return None
    try:
        return Summary.model_validate_json((out / "summary.json").read())
    except (ValueError, FileNotFoundError) as error:
        raise PreflightFailed(f"{out.path}/summary.json is damaged: {error}") from None
