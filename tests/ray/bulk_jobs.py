"""The bulk job as a program: started and ended from outside, and what it has made safe so far."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pyarrow.dataset as ds

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ["--set", "bulk.memory_mb=500", "--set", "bulk.commit_rows=4"]


def command(inputs, out, factory="waits", *more):
    return [str(inputs), "--output", str(out), "--factory", f"tests.faults:{factory}", *SETTINGS, *more]


@contextmanager
def driver(cluster, *arguments):
    environment = {**os.environ, "RAY_ADDRESS": cluster, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "jobs" / "bulk_extract.py"), *arguments],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until(condition, seconds=120):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def staged(out):
    return {path.name for path in out.glob("_run/attempts/*/checkpoint/*.parquet") if ".pending" not in path.name}


def committed_ids(out):
    """Returns the ids of rows that are safe: published ones, and staged ones whose file is noted as whole."""
    notes = {name.removesuffix(".parquet") for name in staged(out)}
    files = [*out.glob("*.parquet")]
    files += [path for path in out.glob("_run/attempts/*/rows/*.parquet") if path.stem.rpartition("-")[0] in notes]
    return set(ds.dataset([str(path) for path in files]).to_table(columns=["image_id"]).column("image_id").to_pylist())


def rows(out):
    """Returns every row below OUT, however deep."""
    return ds.dataset(sorted(str(path) for path in out.rglob("*.parquet"))).to_table()
