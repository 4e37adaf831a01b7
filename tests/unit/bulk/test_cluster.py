import pytest
import ray

from ray_app.bulk.cluster import MIB, START_TRIES, block_rows, connected, plan
from ray_app.bulk.options import BulkOptions
from ray_app.errors import PreflightFailed


def node(cpus, memory_gb=64, gpus=0):
    return {"CPU": float(cpus), "memory": memory_gb * 1024.0 * MIB, "GPU": float(gpus)}


@pytest.mark.parametrize("cpus", [2, 3, 4, 7, 16, 32, 96])
def test_a_reader_for_each_cpu_leaves_a_whole_cpu_free(cpus):
    pool = plan([node(cpus, 256)], BulkOptions(), 10_000)
    assert pool.now == pool.most == cpus
    assert cpus - pool.now * pool.resources["num_cpus"] >= 1


def test_a_single_cpu_reads_with_none_of_its_own():
    assert plan([node(1)], BulkOptions(), 100).resources["num_cpus"] == 0


def test_memory_bounds_the_readers():
    assert plan([node(16, 4)], BulkOptions(memory_mb=1200), 10_000).now == 3


def test_readers_are_no_more_than_batches():
    assert plan([node(16)], BulkOptions(batch_size=4), 9).most == 3


def test_a_head_without_cpus_carries_none():
    assert plan([node(0), node(4), node(8)], BulkOptions(), 10_000).now == 12


def test_more_readers_than_fit_wait_for_the_autoscaler():
    pool = plan([node(4)], BulkOptions(workers=20), 10_000)
    assert (pool.now, pool.most) == (4, 20)


def test_gpus_bound_the_readers_and_bring_their_own_cpu():
    pool = plan([node(8, gpus=2)], BulkOptions(gpus_per_worker=0.5), 10_000)
    assert pool.now == 4
    assert pool.resources["num_gpus"] == 0.5
    assert "num_cpus" not in pool.resources


@pytest.mark.parametrize(
    ("nodes", "options"),
    [
        ([node(4, 0.5)], BulkOptions()),
        ([node(4)], BulkOptions(gpus_per_worker=1)),
        ([node(1, gpus=1)], BulkOptions(gpus_per_worker=1)),
        ([], BulkOptions()),
    ],
)
def test_a_cluster_that_cannot_carry_one_reader_is_refused(nodes, options):
    with pytest.raises(PreflightFailed, match="no reader fits"):
        plan(nodes, options, 10)


@pytest.mark.parametrize(("rows", "expected"), [(5, 4), (200, 4), (1000, 28), (400_000, 64)])
def test_blocks_are_whole_batches_and_many_enough(rows, expected):
    pool = plan([node(2)], BulkOptions(), rows)
    assert block_rows(rows, pool, BulkOptions()) == expected


@pytest.fixture
def starts(monkeypatch):
    """Ray's starts: what each of them raises, and how many there were."""
    errors, tried = [], []

    def init(**settings):
        tried.append(settings["address"])
        if errors:
            raise errors.pop()

    for name in ("RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("RAY_ADDRESS")
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", init)
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    return errors, tried


SLOW = "The current node timed out during startup. This could happen because ..."


def test_a_cluster_that_a_busy_machine_did_not_start_in_time_is_started_again(starts):
    errors, tried = starts
    errors += [Exception(SLOW)] * (START_TRIES - 1)
    with connected():
        assert tried == ["local"] * START_TRIES


@pytest.mark.parametrize(("error", "times"), [(Exception(SLOW), START_TRIES), (ConnectionError("no cluster"), 1)])
def test_what_goes_on_failing_or_fails_for_another_reason_is_told(starts, error, times):
    errors, tried = starts
    errors += [error] * 9
    with pytest.raises(type(error), match=str(error)[:20]), connected():
        pass
    assert len(tried) == times
