"""What is growth, what is warm-up, and what is a process that was replaced; and a program that really leaks."""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

import psutil
import pytest

from ray_app.performance import usage
from ray_app.performance.curves import drawn
from ray_app.performance.memory import ALLOWED, Trace, Watch, judge
from ray_app.performance.usage import called

MIB = 1024 * 1024
SECONDS = 1000


def trace(size, first=0, last=SECONDS, name="engine", pid=1):
    """A process that is seen each second and holds ``size(second)`` MiB."""
    return Trace(name, pid, [(float(at), int(size(at) * MIB)) for at in range(first, last + 1)])


def verdict(*traces):
    return judge(traces, 0.0, float(SECONDS))[0]


def test_what_stays_where_it_is_is_steady():
    found = verdict(trace(lambda at: 900 + at % 7))

    assert (found.growth, found.steady) == (0.0, True)
    assert (found.early_mb, found.late_mb, found.peak_mb) == (903.0, 903.0, 906.0)


def test_warming_up_is_no_growth():
    assert verdict(trace(lambda at: 400 + 2 * min(at, 240))).growth == 0.0


@pytest.mark.parametrize(("over", "steady"), [(ALLOWED - 0.001, True), (ALLOWED + 0.001, False)])
def test_a_leak_is_judged_by_what_it_adds_after_the_warm_up(over, steady):
    """It holds ``over`` more in the middle of the last tenth (950 s) than in that of the tenth after the warm-up (300 s)."""
    found = verdict(trace(lambda at: 1000 * (1 + over * (at - 300) / 650)))

    assert found.growth == pytest.approx(over, abs=2e-4)
    assert found.steady == steady


def test_one_large_picture_is_no_growth():
    assert verdict(trace(lambda at: 2000 if at == 990 else 900)).growth == 0.0


def test_a_process_that_is_gone_before_the_end_may_have_been_replaced_because_it_grew():
    found = verdict(trace(lambda at: 900, last=850))

    assert (found.growth, found.ended_early, found.steady) == (0.0, True, False)


def test_a_process_that_comes_late_is_judged_by_its_own_time_or_not_at_all():
    late = trace(lambda at: 900 if at < 700 else 1000, first=400)
    young = trace(lambda at: 900 + at, first=600)

    assert verdict(late).growth == pytest.approx(0.1111, abs=1e-4)
    assert (verdict(young).growth, verdict(young).steady) == (None, True)


def test_what_was_before_the_work_counts_for_nothing():
    whole = trace(lambda at: 5000 if at < 500 else 900)
    (found,) = judge(
        [whole, trace(lambda at: 1, last=400, pid=2), trace(lambda at: 1, last=600)], 500.0, float(SECONDS)
    )

    assert (found.pid, found.peak_mb, found.growth) == (1, 900.0, 0.0)


def test_a_program_that_leaks_is_found_and_one_that_does_not_is_not():
    code = "import sys, time\nheld = [b'x' * 40_000_000]\nwhile True:\n    time.sleep(0.1)\n    held.append(b'x' * int(sys.argv[1]))"
    programs = [subprocess.Popen([sys.executable, "-c", code, size]) for size in ("1000000", "1")]
    pids = {one.pid for one in programs}
    try:
        with Watch(psutil.Process().pid, lambda one: "program" if one.pid in pids else None) as watch:
            time.sleep(12.0)
    finally:
        for one in programs:
            one.kill()
            one.wait()

    assert len(watch.traces) == 2
    found = judge(watch.traces, 0.0, max(one.ended for one in watch.traces))
    assert {one.pid: one.steady for one in found} == {programs[0].pid: False, programs[1].pid: True}


def test_processes_are_named_by_what_they_do():
    class Process:
        def __init__(self, *words):
            self.pid, self._words = 0, list(words)

        def cmdline(self):
            return self._words

    assert called(Process("python", "-W", "ignore", "-m", "ray_app.isolation_child")) == "engine"
    assert called(Process("ray::ServeReplica:recipe-ocr:reader-paddle")) == "reader-paddle"
    assert called(Process("ray::ServeReplica:recipe-ocr:front.handle_request")) == "front"
    assert called(Process("ray::IDLE")) is None
    assert called(Process("python", "-m", "ray.serve.scripts", "run", "serve.yaml")) == "driver"
    assert called(Process("python", "/opt/recipe-ocr/.venv/lib/worker.py")) is None
    assert called(Process("/x/raylet/raylet", "--a")) == "raylet"
    assert called(Process()) is None


def test_the_picture_is_whole_and_names_every_process_with_its_verdict():
    traces = [
        trace(lambda at: 900 + at * 0.2, pid=1),
        trace(lambda at: 90, name="front", pid=2),
        trace(lambda at: 200, last=300, name="reader-paddle", pid=3),
    ]
    svg = drawn("Memory of service", traces, judge(traces, 0.0, float(SECONDS)))

    root = ET.fromstring(svg)
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "engine (1): 960 to 1,090 MiB, +13.5%" in texts
    assert "front (2): 90 to 90 MiB, +0.0%" in texts
    assert "reader-paddle (3): 200 to 200 MiB, ended early" in texts
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))) == 3


def test_a_front_door_is_known_by_the_name_that_ray_gives_it(monkeypatch):
    named = [
        ("ray::ServeReplica:recipe-ocr:front.handle_request", psutil.Process()),
        ("engine", psutil.Process().parent()),
    ]
    monkeypatch.setattr(usage, "service_processes", lambda root: iter(named))
    with usage.Watch(os.getpid()) as watch:
        pass

    assert watch.usage.front_peak_mb > 10
    assert watch.usage.peak_mb > watch.usage.front_peak_mb


def test_what_came_later_holds_memory_but_tells_nothing_of_growth(monkeypatch):
    later = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    seen = [("engine", psutil.Process())]
    monkeypatch.setattr(usage, "service_processes", lambda root: iter(seen))
    with usage.Watch(os.getpid()) as watch:
        seen.append(("engine", psutil.Process(later.pid)))
    later.communicate(b"\n")

    assert list(watch.usage.held_mb) == [os.getpid()]
    assert watch.usage.current_mb > watch.usage.held_mb[os.getpid()]
