"""The job as a program: ended in every way, submitted again, submitted through Ray; what its exit codes say."""

import os
import shlex
import signal
import subprocess
import sys

import pytest

from ray_app.bulk.outcome import ExitCode
from ray_app.bulk.submit import _follow, local_cluster
from tests.faults import picture
from tests.ray.bulk_jobs import ROOT, command, committed_ids, driver, rows, staged, wait_until

pytestmark = [pytest.mark.ray, pytest.mark.filterwarnings("default")]


def test_a_job_that_is_killed_goes_on_where_it_was(cluster, tmp_path, reads):
    cards, out = tmp_path / "cards", tmp_path / "out"
    cards.mkdir()
    for number in range(60):
        (cards / f"{number}.png").write_bytes(picture(f"Long job {number}"))
    arguments = command(cards, out)

    with driver(cluster, *arguments) as one:
        wait_until(lambda: len(staged(out)) >= 1)
        with driver(cluster, *arguments) as other:  # submitted twice
            _, words = other.communicate(timeout=60)
            assert other.returncode == ExitCode.USAGE
            assert "is working in this folder" in words
        one.send_signal(signal.SIGTERM)
        _, words = one.communicate(timeout=60)
        assert one.returncode == ExitCode.TERMINATED
        assert "run the same command again" in words
    assert not (out / "_SUCCESS").exists()
    assert not (out / "_run" / "lease.json").exists()
    safe = committed_ids(out)
    assert len(safe) >= 4
    earlier = staged(out)
    mark = len(reads.read_text().splitlines())

    with driver(cluster, *arguments) as two:
        wait_until(lambda: len(staged(out) - earlier) >= 2)
        two.kill()
        two.wait()
    assert (out / "_run" / "lease.json").exists()
    all_safe = committed_ids(out)
    assert all_safe >= safe
    assert len(all_safe) >= len(safe) + 8
    killed = len(reads.read_text().splitlines())

    with driver(cluster, *arguments) as three:
        _, words = three.communicate(timeout=180)
        assert three.returncode == ExitCode.OK, words
    assert (out / "_SUCCESS").exists()
    ids = rows(out).column("image_id").to_pylist()
    assert len(ids) == len(set(ids)) == 60
    lines = [line.split()[0] for line in reads.read_text().splitlines()]
    assert not safe & set(lines[mark:])
    assert not all_safe & set(lines[killed:])


def test_a_submitted_job_hands_on_its_exit_code(tmp_path):
    cards = tmp_path / "cards"
    cards.mkdir()
    (cards / "a.png").write_bytes(picture("Submitted cake"))
    (cards / "b.png").write_bytes(picture("refuse"))
    said = []
    environment = dict(os.environ)
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        with local_cluster() as address:
            script = [sys.executable, str(ROOT / "jobs" / "bulk_extract.py")]
            job = shlex.join(script + command(cards, tmp_path / "out", "build"))
            some_failed = _follow(address, job, said.append)
            usage = _follow(address, shlex.join(script + command(tmp_path / "nothing", tmp_path / "o")), said.append)
            broken = _follow(address, "kill -9 $$", said.append)
    finally:
        os.environ.clear()
        os.environ.update(environment)
    text = "".join(said)
    assert some_failed == ExitCode.SOME_FAILED
    assert "2 inputs: 1 ok, 0 partial, 1 failed" in text
    assert usage == ExitCode.USAGE
    assert "does not exist" in text
    assert broken not in (ExitCode.OK, ExitCode.SOME_FAILED, ExitCode.USAGE)


@pytest.mark.parametrize("arguments", [[], ["x"], ["x", "--output", "y", "--set", "bulk.wrkers=2"]])
def test_wrong_usage_has_its_own_exit_code(arguments):
    run = subprocess.run(
        [sys.executable, str(ROOT / "jobs" / "bulk_extract.py"), *arguments], capture_output=True, text=True
    )
    assert run.returncode == ExitCode.USAGE
    assert run.stderr
