"""The Ray cluster that a job runs on: started here or joined, and how many readers fit on it.

Knows machines; knows nothing of images or rows.
"""

import logging
import math
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ray_app.bulk.options import BulkOptions
from ray_app.errors import PreflightFailed
from ray_app.local_ray import OWN_ENVIRONMENT, local_settings

MIB = 1024 * 1024

_NO_TASK_EVENTS = {"RAY_task_events_report_interval_ms": "0"}
"""A cluster of one's own has no dashboard that could show past tasks, so its head need not remember 100,000 of them."""

START_TRIES = 3
"""Of a cluster of one's own: Ray waits for its own processes half a minute at most, which a busy machine exceeds."""

log = logging.getLogger(__name__)


@contextmanager
def connected(address: str | None = None) -> Iterator[None]:
    """Joins the cluster at ``address`` or RAY_ADDRESS, or starts one on this machine for the time of the block.

    A cluster that is already connected is left as it is. A local one lets nobody in without its token.
    """
    address = address or os.environ.get("RAY_ADDRESS")
    for name, value in (OWN_ENVIRONMENT if address else local_settings() | _NO_TASK_EVENTS).items():
        os.environ.setdefault(name, value)
    # Ray would warn that a worker's GPU list is set to nothing for workers without one; that is what we want.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray

    if ray.is_initialized():
        yield
        return
    on_sigterm = signal.getsignal(signal.SIGTERM)
    _init(address)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, on_sigterm)  # ray.init puts its own in place, which ends the process on the spot
    try:
        yield
    finally:
        ray.shutdown()


def _init(address: str | None) -> None:
    import ray

    for attempt in range(1, START_TRIES + 1):
        try:
            ray.init(
                address=address or "local",
                include_dashboard=None if address else False,
                logging_level=logging.WARNING,
                log_to_driver=False,
                configure_logging=True,
            )
        except Exception as error:  # Ray has no type of its own for it
            if attempt == START_TRIES or "timed out during startup" not in str(error):
                raise
            log.warning("Ray did not start in time on this busy machine; trying again")
        else:
            return


def alive_nodes() -> list[Mapping[str, float]]:
    """Returns the resources of each node of the connected cluster."""
    import ray

    nodes = ray.nodes()  # type: ignore[no-untyped-call]
    return [node["Resources"] for node in nodes if node["Alive"]]


@dataclass(frozen=True)
class Pool:
    """How many readers run, and what Ray is asked for each of them.

    Attributes:
        now: readers that fit on the cluster as it is.
        most: readers that the job wants; an autoscaler brings the rest.
    """

    now: int
    most: int
    resources: Mapping[str, Any]


def plan(nodes: Sequence[Mapping[str, float]], options: BulkOptions, rows: int) -> Pool:
    """Returns the readers for a job of so many rows.

    Each node keeps one whole CPU free for Ray's own reading and writing tasks: they ask for a whole one on a single
    node, and a job whose readers hold all CPUs waits for ever. So n readers on n CPUs ask for (n - 1)/n each.

    Args:
        nodes: resources of each (``alive_nodes``).
        options: workers, GPUs and memory wanted.
        rows: rows to read; more readers than batches would idle.

    Raises:
        PreflightFailed: not one reader fits.
    """
    fits = [_fits(resources, options) for resources in nodes]
    now = sum(fits)
    if now == 0:
        raise PreflightFailed(_why_none(nodes, options))
    wanted = options.workers or now
    most = max(1, min(wanted, math.ceil(rows / options.batch_size)))
    resources = {"memory": float(options.memory_mb * MIB)}
    if options.gpus_per_worker:
        return Pool(min(now, most), most, resources | {"num_gpus": options.gpus_per_worker})
    smallest = min(int(node.get("CPU", 0)) for node, fit in zip(nodes, fits, strict=True) if fit)
    share = (smallest - 1) / smallest
    return Pool(min(now, most), most, resources | {"num_cpus": math.floor(share * 1000) / 1000})


def _fits(resources: Mapping[str, float], options: BulkOptions) -> int:
    cpus = int(resources.get("CPU", 0))
    fit = min(cpus, int(resources.get("memory", 0) // (options.memory_mb * MIB)))
    if options.gpus_per_worker:
        # Ray adds a CPU to each GPU worker, and one must stay free.
        fit = min(fit, cpus - 1, int(resources.get("GPU", 0) / options.gpus_per_worker + 1e-6))
    return max(0, fit)


def _why_none(nodes: Sequence[Mapping[str, float]], options: BulkOptions) -> str:
    have = "; ".join(
        f"{node.get('CPU', 0):g} CPUs, {node.get('GPU', 0):g} GPUs, {node.get('memory', 0) / MIB:,.0f} MiB"
        for node in nodes
    )
    gpus = f", {options.gpus_per_worker:g} GPU and a second CPU" if options.gpus_per_worker else ""
    return (
        f"no reader fits on this cluster: each needs 1 CPU, {options.memory_mb:,} MiB{gpus} on one node; there are: "
        f"{have or 'no nodes'}. Lower bulk.memory_mb or bulk.gpus_per_worker, or use larger machines"
    )


def block_rows(rows: int, pool: Pool, options: BulkOptions) -> int:
    """Returns how many rows each block of the manifest holds: whole batches, small enough that all readers end together.

    Sixteen blocks a reader keep the wait for the last one under a tenth of the run; ``commit_rows`` bounds them.
    """
    share = rows // (16 * pool.most) // options.batch_size * options.batch_size
    return max(options.batch_size, min(share, max(options.batch_size, options.commit_rows)))
