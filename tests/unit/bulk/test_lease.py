import json
import socket
import subprocess
import sys
import time

import pytest

from ray_app.bulk import lease as module
from ray_app.bulk.lease import Lease
from ray_app.bulk.places import Place
from ray_app.errors import PreflightFailed, RunExists


@pytest.fixture
def place(tmp_path):
    return Place.at(str(tmp_path / "out" / "_run")) / "lease.json"


def holder(place, **changes):
    place.filesystem.create_dir(place.path.rpartition("/")[0])
    content = {"token": "t", "host": "elsewhere", "pid": 1, "born": 0.0, "job": None, "beat": time.time()} | changes
    place.write(json.dumps(content).encode())


def test_the_second_run_is_refused_and_a_later_one_is_not(place):
    with Lease(place), pytest.raises(RunExists, match="is working in this folder"), Lease(place):
        pass
    assert not place.exists()
    with Lease(place):
        assert place.exists()


def test_a_killed_holder_on_this_machine_is_taken_over_at_once(place):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    holder(place, host=socket.gethostname(), pid=dead.pid)
    with Lease(place):
        assert json.loads(place.read())["token"] != "t"


def test_a_silent_holder_elsewhere_is_taken_over_and_a_lively_one_is_not(place):
    holder(place)
    with pytest.raises(RunExists, match="elsewhere"), Lease(place):
        pass
    holder(place, beat=time.time() - module.STALE_S - 1)
    with Lease(place):
        pass


def test_a_claim_that_is_still_being_written_counts_as_alive(place):
    place.filesystem.create_dir(place.path.rpartition("/")[0])
    place.write(b"")
    with pytest.raises(RunExists), Lease(place):
        pass


def test_it_gives_signs_of_life(place, monkeypatch):
    monkeypatch.setattr(module, "BEAT_S", 0.05)
    with Lease(place):
        first = json.loads(place.read())["beat"]
        time.sleep(0.5)
        assert json.loads(place.read())["beat"] > first


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(PreflightFailed, match="cannot be written"),
        Lease(Place.at(str(tmp_path / "file" / "lease.json"))),
    ):
        pass
