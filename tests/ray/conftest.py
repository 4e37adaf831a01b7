import os

import pytest


@pytest.fixture(scope="session")
def reads(tmp_path_factory):
    """What the fake step read: one line an image, with its process and the GPUs that it saw."""
    return tmp_path_factory.mktemp("reads") / "reads.log"


@pytest.fixture(scope="session")
def cluster(reads):
    """One cluster for all tests: two CPUs, the smallest that is supported, and two GPUs by name only."""
    os.environ["FAULTS_LOG"] = str(reads)
    os.environ["RAY_AUTH_MODE"] = "disabled"
    # Ray's workers run at nice 15, so that any other work on this machine would starve them; tests must end.
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 -- Ray spells it so
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"  # see bulk/cluster.py: make runs pytest under uv
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION="us-east-1")
    import ray

    ray.init(
        address="local",
        num_cpus=2,
        num_gpus=2,
        include_dashboard=False,
        log_to_driver=False,
        object_store_memory=256 * 1024 * 1024,
        _memory=6 * 1024**3,
    )
    yield ray.get_runtime_context().gcs_address
    ray.shutdown()
