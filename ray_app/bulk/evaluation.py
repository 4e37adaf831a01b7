"""Reads labelled images on a Ray cluster, for ``evaluation``: the same reader as on one machine, mapped by Ray Data.

Knows rows of paths and pickled readings; knows nothing of labels or figures.
"""

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from ray_app.bulk.cluster import alive_nodes, plan
from ray_app.bulk.flow import ray_settings, run_errors
from ray_app.bulk.options import BulkOptions
from ray_app.devices import assigned_gpus, on_device
from ray_app.evaluation.reading import IsolatedReader, Reading
from ray_app.options import PipelineOptions


class ReadStage:
    """Reads files: one of these in each Ray actor. The first file is read once more before, uncounted (see ``read_all``)."""

    def __init__(self, options: PipelineOptions, first: str) -> None:
        self._reader = IsolatedReader(on_device(options, assigned_gpus()))
        self._reader.read(Path(first))

    def __call__(self, paths: pa.Table) -> pa.Table:
        """Returns a pickled reading for each path, in order."""
        readings = [self._reader.read(Path(path)) for path in paths.column("path").to_pylist()]
        return pa.table({"reading": pa.array([pickle.dumps(reading) for reading in readings], pa.binary())})


def read_on_cluster(options: PipelineOptions, paths: Sequence[Path], bulk: BulkOptions) -> Iterator[Reading]:
    """Yields the readings of files, in any order; the paths must mean the same on every machine.

    Raises:
        PreflightFailed: no reader fits on the cluster.
        RunError: the job gave up.
    """
    import ray
    from ray.data import ActorPoolStrategy

    one_by_one = bulk.model_copy(update={"batch_size": 1})  # images differ much in what they cost
    pool = plan(alive_nodes(), one_by_one, len(paths))
    rows = [pa.table({"path": [str(path.resolve())]}) for path in paths]
    with ray_settings(bulk, {"checkpoint_config": None}), run_errors():
        dataset = ray.data.from_arrow(rows)
        dataset.set_name("recipe_ocr_evaluation")
        read = dataset.map_batches(
            ReadStage,
            fn_constructor_args=(options, str(paths[0].resolve())),
            batch_size=1,
            batch_format="pyarrow",
            compute=ActorPoolStrategy(min_size=pool.now, max_size=pool.most),
            **pool.resources,
        )
        for row in read.iter_rows():
            yield pickle.loads(row["reading"])
