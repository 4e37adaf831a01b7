import os
import signal
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from ray_app.errors import EngineError, EngineUnavailable, FailureCode
from ray_app.isolation import IsolatedPipeline
from ray_app.options import PipelineOptions, WorkerOptions
from ray_app.types import ImageInput

FACTORY = "tests.faults:build"
OPTIONS = PipelineOptions(worker=WorkerOptions(timeout_s=1.0))


def image(text: str) -> ImageInput:
    return ImageInput(image_id=text[:8], data=text.encode(), source=f"/{text}")


@pytest.fixture(scope="module")
def pipeline():
    with IsolatedPipeline(OPTIONS, factory=FACTORY) as isolated:
        yield isolated


def test_results_come_back_in_order(pipeline):
    results = pipeline.run([image("Plain Cake"), image("Rye Bread")])
    assert [result.recipes[0].title for result in results] == ["Plain Cake", "Rye Bread"]
    assert {result.fingerprint for result in results} == {pipeline.fingerprint} == {OPTIONS.fingerprint("faults")}


def test_nothing_in_nothing_out(pipeline):
    assert pipeline.run([]) == []


@pytest.mark.parametrize(
    ("marker", "code", "words"),
    [
        ("crash", FailureCode.ENGINE_CRASHED, "was ended by SIGSEGV (2 times, alone)"),
        ("hang", FailureCode.ENGINE_HUNG, "gave no answer in 1 s (2 times, alone)"),
        ("memory", FailureCode.ENGINE_CRASHED, "ran out of memory"),
        ("exit", FailureCode.ENGINE_CRASHED, "exited with code 3"),
    ],
)
def test_a_deadly_image_costs_only_itself(pipeline, marker, code, words):
    good, bad, other = pipeline.run([image("Plain Cake"), image(marker), image("Rye Bread")])
    assert bad.failure.code is code
    assert words in bad.failure.message
    assert bad.failure.advice
    assert [good.status, bad.status, other.status] == ["ok", "failed", "ok"]


def test_a_bug_of_ours_and_a_refusal_do_not_end_the_process(pipeline):
    pipeline.run([image("Plain Cake")])
    before = pipeline.restarts
    bug, refusal = pipeline.run([image("bug"), image("refuse")])
    assert (bug.failure.code, refusal.failure.code) == (FailureCode.INTERNAL, FailureCode.RECOGNITION_FAILED)
    assert pipeline.restarts == before


def test_an_unavailable_engine_is_said_so_by_the_parent():
    with pytest.raises(EngineUnavailable, match="pip install"):
        IsolatedPipeline(OPTIONS, factory="tests.faults:unavailable")


def test_an_engine_that_dies_loading_is_an_engine_error():
    with pytest.raises(EngineError, match="was ended by SIGSEGV while loading, 3 times") as caught:
        IsolatedPipeline(OPTIONS, factory="tests.faults:dies_loading")
    assert caught.value.advice


def test_an_engine_that_hangs_loading_is_an_engine_error():
    options = PipelineOptions(worker=WorkerOptions(start_timeout_s=0.5))
    with pytest.raises(EngineError, match=r"gave no answer in 0\.5 s while loading"):
        IsolatedPipeline(options, factory="tests.faults:hangs_loading")


def test_a_growing_process_is_replaced_between_batches():
    options = PipelineOptions(worker=WorkerOptions(max_rss_mb=150))
    with IsolatedPipeline(options, factory="tests.faults:leaky") as leaky:
        for _ in range(6):
            assert leaky.run([image("Plain Cake")])[0].status == "ok"
            assert leaky.rss_bytes() < 250 * 1024 * 1024
        assert leaky.restarts >= 1


def test_close_ends_the_process_and_may_be_called_twice():
    isolated = IsolatedPipeline(OPTIONS, factory=FACTORY)
    (child,) = children()
    isolated.close()
    isolated.close()
    assert not child.is_running()


def test_the_child_dies_with_a_killed_parent(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys, threading, time
            sys.path.insert(0, "")
            from ray_app.isolation import IsolatedPipeline
            from ray_app.options import PipelineOptions
            kept = []
            def start():
                kept.append(IsolatedPipeline(PipelineOptions(), factory="tests.faults:build"))
            thread = threading.Thread(target=start)
            thread.start(); thread.join()
            time.sleep(1)  # the thread that asked is gone; the child must not be
            print(kept[0]._worker._child._process.pid, kept[0].restarts, kept[0].rss_bytes() > 0, flush=True)
            time.sleep(3600)
            """
        )
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        pid, restarts, alive = parent.stdout.readline().split()
        assert (restarts, alive) == ("0", "True")
        os.kill(parent.pid, signal.SIGKILL)
    assert gone(int(pid))


def gone(pid: int) -> bool:
    for _ in range(50):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


def children() -> list[psutil.Process]:
    found = psutil.Process().children()
    return [child for child in found if "ray_app.isolation_child" in child.cmdline()][-1:]


def test_what_the_child_prints_does_not_spoil_stdout(tmp_path):
    code = (
        "from ray_app.isolation import IsolatedPipeline; from ray_app.options import PipelineOptions\n"
        "with IsolatedPipeline(PipelineOptions(), factory='tests.faults:noisy'): pass\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == ""
    assert "chatter" in run.stderr
