"""Several real processes that want the same result of one cache at the same moment."""

import subprocess
import sys
import time
from pathlib import Path

from ray_app.storage.cache_options import CacheOptions

READY_S = 4.0
"""Time that processes get to start before they all ask at once."""


def start(options: CacheOptions, log: Path, *, count: int, seconds: float) -> list[subprocess.Popen[str]]:
    at = time.time() + READY_S
    command = [sys.executable, "-m", "tests.cache_worker", options.model_dump_json(), str(log), str(at), str(seconds)]
    return [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]


def finish(processes: list[subprocess.Popen[str]]) -> list[str]:
    return [process.communicate(timeout=60)[0].strip() for process in processes]


def killed_holder(options: CacheOptions, log: Path) -> tuple[list[str], float]:
    """Kills the process that works for two others; returns what these got, and how many seconds later."""
    (holder,) = start(options, log, count=1, seconds=3600)
    while not log.exists():
        time.sleep(0.05)
    others = start(options, log, count=2, seconds=0.1)
    time.sleep(READY_S + 0.5)
    assert len(log.read_text().splitlines()) == 1, "they wait as long as the holder lives"
    holder.kill()
    holder.communicate()
    died = time.monotonic()
    return finish(others), time.monotonic() - died
