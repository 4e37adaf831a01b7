"""The two Ray Data flows: files to facts, and the manifest to finished rows.

The only module that builds datasets; each setting that keeps Ray Data from hanging, doubling or losing rows stands
here with its reason.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from ray_app.bulk.cluster import alive_nodes, block_rows, plan
from ray_app.bulk.inspection import InspectOptions, InspectStage
from ray_app.bulk.options import BulkOptions
from ray_app.bulk.places import Opener, Place
from ray_app.bulk.progress import Score, Watch
from ray_app.bulk.stages import PipelineStage
from ray_app.errors import RunError
from ray_app.options import PipelineOptions, WorkerOptions
from ray_app.telemetry import trail

log = logging.getLogger(__name__)

MIB = 1024 * 1024
_SMALL_TASK = 256 * MIB
"""Memory asked for tasks that move a few rows: they hold one block and a Parquet writer."""


def read_on_cluster(
    attempt: Place, rows: int, opener: Opener, pipeline: PipelineOptions, bulk: BulkOptions, factory: str
) -> Score:
    """Reads the attempt's ``todo`` into its ``rows``, noting in its ``checkpoint`` what is safe.

    Raises:
        PreflightFailed: no reader fits on the cluster.
        RunError: the job gave up.
    """
    import ray
    from ray.data import ActorPoolStrategy
    from ray.data.checkpoint import CheckpointConfig

    pool = plan(alive_nodes(), bulk, rows)
    size = block_rows(rows, pool, bulk)
    log.info("%d rows to read by %d readers, %d at a time", rows, pool.most, bulk.batch_size)
    watch = Watch(rows)
    # Resuming is done by the manifest (what has a row is not in todo), so that Ray's own filter never runs: it would
    # cost a CPU that a small cluster lacks, and hold all ids in each of its actors. What it is here for is its commit:
    # a note before and after each file, so that a file is known to be whole.
    checkpoint = CheckpointConfig(
        id_column="image_id",
        checkpoint_path=(attempt / "checkpoint").path,
        override_filesystem=attempt.filesystem,
        delete_checkpoint_on_success=False,
    )
    with ray_settings(bulk, {"checkpoint_config": checkpoint}), run_errors():
        todo = ray.data.read_parquet(
            (attempt / "todo").path,
            filesystem=attempt.filesystem,
            file_extensions=["pq"],
            partitioning=None,
            memory=_SMALL_TASK,
        )
        todo.set_name("recipe_ocr")
        stages = todo.repartition(target_num_rows_per_block=size).map_batches(
            PipelineStage,
            fn_constructor_args=(pipeline, opener),
            fn_constructor_kwargs={
                "factory": factory,
                "counter": watch.teller,
                "telemetry": bulk.telemetry,
                "trail": trail.current(),
            },
            batch_size=bulk.batch_size,
            batch_format="pyarrow",
            # Fixed while it fits, growing where an autoscaler brings machines; never shrinking below what fits.
            compute=ActorPoolStrategy(min_size=pool.now, max_size=pool.most),
            **pool.resources,
        )
        with watch.shown():
            stages.write_parquet(
                (attempt / "rows").path,
                filesystem=attempt.filesystem,
                min_rows_per_file=bulk.commit_rows,
                ray_remote_args={"memory": _SMALL_TASK},
            )
        return watch.ask()


def inspect_on_cluster(
    files: pa.Table, options: InspectOptions, limits: WorkerOptions, bulk: BulkOptions, factory: str
) -> Iterator[pa.Table]:
    """Yields the files with their facts, in any order; bytes never leave the workers.

    Raises:
        PreflightFailed: no worker fits on the cluster.
        RunError: the job gave up.
    """
    import ray
    from ray.data import ActorPoolStrategy

    bulk = bulk.model_copy(update={"gpus_per_worker": 0.0, "memory_mb": 512, "batch_size": 32, "workers": None})
    pool = plan(alive_nodes(), bulk, files.num_rows)
    with ray_settings(bulk, {"checkpoint_config": None}), run_errors():
        step = min(1024, max(1, files.num_rows // (4 * pool.most)))  # blocks for all, of even size
        dataset = ray.data.from_arrow(
            [files.slice(start, step).combine_chunks() for start in range(0, files.num_rows, step)]
        )
        dataset.set_name("recipe_ocr_manifest")
        found = dataset.map_batches(
            InspectStage,
            fn_constructor_args=(options, limits, factory),
            batch_size=bulk.batch_size,
            batch_format="pyarrow",
            compute=ActorPoolStrategy(min_size=pool.now, max_size=pool.most),
            **pool.resources,
        )
        yield from found.iter_batches(batch_size=None, batch_format="pyarrow")


@contextmanager
def ray_settings(bulk: BulkOptions, more: Mapping[str, Any]) -> Iterator[None]:
    """Sets Ray Data's context for the block."""
    from ray.data import DataContext

    for handler in logging.getLogger("ray.data").handlers:
        if handler.get_name() == "console":
            handler.setLevel(logging.ERROR)  # the rest goes to Ray's own log files, beside the workers'
    context = DataContext.get_current()
    wanted = {
        "enable_progress_bars": False,  # ours tells images, not blocks
        "print_on_execution_start": False,
        "execution_no_progress_timeout_s": bulk.no_progress_minutes * 60,
        # A worker that dies while loading (memory killer) is replaced; Ray's default ends the job.
        "max_consecutive_actor_init_deaths": 3,
        # A reader whose process cannot be started any more gets its batch again, perhaps elsewhere.
        "retried_map_errors": ["EngineError"],
        "max_map_retries": 2,
        **more,
    }
    before = {name: getattr(context, name) for name in wanted}
    try:
        for name, value in wanted.items():
            setattr(context, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(context, name, value)


@contextmanager
def run_errors() -> Iterator[None]:
    """Ray's errors become ours; the cause stays attached."""
    import ray
    from ray.data.exceptions import RayDataUserCodeException

    try:
        yield
    except (ray.exceptions.RayError, RayDataUserCodeException) as error:
        last = str(error).strip().rsplit("\n", 1)[-1]
        raise RunError(
            f"the job gave up: {last} (what was made safe stays; the same command goes on from there)"
        ) from error
