"""Memory and CPU time of the service's processes, looked at from outside while load runs. Knows how Serve names them."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from ray_app.performance.figures import Usage

_PERIOD_S = 0.5
_MIB = 1024 * 1024
_FRONT = "ServeReplica:recipe-ocr:front"  # stands in a name after Ray's "ray::"


def called(process: psutil.Process) -> str | None:
    """Names a process of ours or of Ray's by what it does; None for others and for Ray's idle workers."""
    words = process.cmdline() or [""]
    if "ray_app.isolation_child" in words:
        return "engine"
    if words[0].startswith("ray::"):
        name = words[0].split()[0].rpartition(":")[2].partition(".")[0]  # without the method that it is at
        return None if name == "IDLE" else name
    if process.pid == os.getpid() or "ray.serve.scripts" in words:
        return "driver"
    program = Path(words[0]).name
    return program if program in ("raylet", "gcs_server") else None


def service_processes(root: int | None = None) -> Iterator[tuple[str, psutil.Process]]:
    """Yields replicas, proxies and engines with what each calls itself: below a process, or on the whole machine."""
    below = psutil.process_iter() if root is None else psutil.Process(root).children(recursive=True)
    for process in below:
        with contextlib.suppress(psutil.Error):
            words = " ".join(process.cmdline())
            if "ServeReplica:" in words or "ProxyActor" in words:
                yield words.split()[0], process
            elif "isolation_child" in words:
                yield "engine", process


class Watch:
    """Looks every half second from ``with`` to its end; ``usage`` then has the figures, None where no process was seen."""

    def __init__(self, root: int | None = None) -> None:
        self._root = root
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True, name="watch")
        self._peak = self._current = self._front = 0.0
        self._first: dict[psutil.Process, float] = {}
        self._last: dict[psutil.Process, float] = {}
        self.usage: Usage | None = None

    def __enter__(self) -> Self:
        self._once()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._once()
        if self._last:
            spent = sum(cpu - self._first[process] for process, cpu in self._last.items())
            self.usage = Usage(
                peak_mb=self._peak,
                current_mb=self._current,
                front_peak_mb=self._front,
                cpu_seconds=spent,
                cores=psutil.cpu_count() or 1,
            )

    def _look(self) -> None:
        while not self._stop.wait(_PERIOD_S):
            self._once()

    def _once(self) -> None:
        held = 0.0
        for name, process in service_processes(self._root):
            with contextlib.suppress(psutil.Error):
                memory, times = process.memory_info().rss / _MIB, process.cpu_times()
                held += memory
                if _FRONT in name:
                    self._front = max(self._front, memory)
                cpu = times.user + times.system
                self._first.setdefault(
                    process, 0.0 if self._thread.is_alive() else cpu
                )  # one that came later: all of it
                self._last[process] = cpu
        self._current = held
        self._peak = max(self._peak, held)
