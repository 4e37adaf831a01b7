"""Memory and CPU time of the service's processes, looked at from outside while load runs. Knows how Serve names them."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

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


def answering(address: str) -> int | None:
    """Returns the process of this machine below which the service at an address runs: its raylet, or who listens itself.

    None where it runs on another machine, behind a server of this one that is not Ray's, or as another user.
    """
    parts = urlsplit(address)
    try:
        host = socket.gethostbyname(parts.hostname or "")
        open_here = psutil.net_connections(kind="tcp4")
    except (OSError, psutil.AccessDenied):
        return None
    if not host.startswith("127.") and host not in _own_addresses():
        return None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    for one in open_here:
        at = tuple(one.laddr)
        if one.status == psutil.CONN_LISTEN and at in ((host, port), ("0.0.0.0", port)) and one.pid:
            with contextlib.suppress(psutil.Error):
                raylets = (above.pid for above in psutil.Process(one.pid).parents() if above.name() == "raylet")
                return next(raylets, one.pid)
    return None


def _own_addresses() -> set[str]:
    return {one.address for some in psutil.net_if_addrs().values() for one in some if one.family == socket.AF_INET}


def service_processes(root: int | None) -> Iterator[tuple[str, psutil.Process]]:
    """Yields replicas, proxies and engines below a process, with what each calls itself; none where it is gone or None."""
    if root is None:
        return
    try:
        below = psutil.Process(root).children(recursive=True)
    except psutil.NoSuchProcess:
        return
    for process in below:
        with contextlib.suppress(psutil.Error):
            words = " ".join(process.cmdline())
            if "ServeReplica:" in words or "ProxyActor" in words:
                yield words.split()[0], process
            elif "isolation_child" in words:
                yield "engine", process


class Watch:
    """Looks every half second from ``with`` to its end; ``usage`` then has the figures, None where no process was seen.

    Args:
        root: the process below which the service runs; None where that is not on this machine.
    """

    def __init__(self, root: int | None) -> None:
        self._root = root
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True, name="watch")
        self._peak = self._front = self._began = 0.0
        self._held: dict[psutil.Process, float] = {}
        self._early: set[psutil.Process] = set()
        self._first: dict[psutil.Process, float] = {}
        self._last: dict[psutil.Process, float] = {}
        self.usage: Usage | None = None

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._once()
        self._early = set(self._held)
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
                held_mb={one.pid: held for one, held in self._held.items() if one in self._early},
                current_mb=sum(self._held.values()),
                front_peak_mb=self._front,
                cpu_seconds=spent,
                seconds=time.monotonic() - self._began,
                cores=psutil.cpu_count() or 1,
            )

    def _look(self) -> None:
        while not self._stop.wait(_PERIOD_S):
            self._once()

    def _once(self) -> None:
        held = {}
        for name, process in service_processes(self._root):
            with contextlib.suppress(psutil.Error):
                memory, times = process.memory_info().rss / _MIB, process.cpu_times()
                held[process] = memory
                if _FRONT in name:
                    self._front = max(self._front, memory)
                cpu = times.user + times.system
                self._first.setdefault(
                    process, 0.0 if self._thread.is_alive() else cpu
                )  # one that came later: all of it
                self._last[process] = cpu
        self._held = held
        self._peak = max(self._peak, sum(held.values()))
