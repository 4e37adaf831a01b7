"""One run at a time in an output folder: a small file says who holds it, and that it is alive.

On disks the file is created exclusively, so that exactly one of two runs gets it. Object stores have no such thing
here; there the last writer wins and the others notice, which leaves a gap of a second. Knows nothing of what a run does.
"""

import contextlib
import json
import os
import socket
import threading
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from ray_app.bulk.places import Place
from ray_app.errors import PreflightFailed, RunExists

BEAT_S = 10.0
"""Seconds between signs of life."""

STALE_S = 60.0
"""A lease that gave no sign of life for so long is taken over: six beats, so that a slow disk is no death."""

_SETTLE_S = 1.0
"""How long an object store gets to show another run's claim."""


class Lease:
    """Holds the folder from ``with`` to its end; gives signs of life on a thread.

    Raises (on entering):
        RunExists: another run holds the folder; the message says which, and since when.
        PreflightFailed: the folder cannot be written.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._mine: dict[str, Any] = {
            "token": uuid.uuid4().hex,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "born": psutil.Process().create_time(),
            "job": job_id(),
        }
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="lease")

    def __enter__(self) -> Self:
        folder = Place(self._place.filesystem, self._place.path.rpartition("/")[0])
        try:
            folder.make_folder()
            self._claim()
        except OSError as error:
            raise PreflightFailed(f"{folder.path} cannot be written: {error.strerror or error}") from None
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        holder = self._holder()
        if holder is not None and holder["token"] == self._mine["token"]:
            self._place.remove()

    def _claim(self) -> None:
        holder = self._holder()
        if holder is not None:
            if _alive(holder):
                raise RunExists(
                    f"{self._place.path} says that process {holder['pid']} on {holder['host']} is working in this folder "
                    f"(last sign of life {time.time() - holder['beat']:.0f} s ago); wait for it, or end it first"
                )
            self._remove_stale(holder)
        if self._place.is_local:
            try:
                with Path(self._place.path).open("x", encoding="utf-8") as file:
                    file.write(self._text())
            except FileExistsError:
                raise RunExists(f"another run took {self._place.path} at this moment; wait for it") from None
            return
        self._place.write(self._text().encode())
        time.sleep(_SETTLE_S)
        winner = self._holder()
        if winner is None or winner["token"] != self._mine["token"]:
            raise RunExists(f"another run took {self._place.path} at this moment; wait for it")

    def _remove_stale(self, holder: dict[str, Any]) -> None:
        """Of several that find a stale lease only one may remove it: renaming succeeds once."""
        if not self._place.is_local:
            return
        grave = Path(f"{self._place.path}.{holder['token']}")
        with contextlib.suppress(FileNotFoundError):
            Path(self._place.path).rename(grave)
            grave.unlink()

    def _holder(self) -> dict[str, Any] | None:
        if not self._place.exists():
            return None
        try:
            holder: dict[str, Any] = json.loads(self._place.read())
        except (ValueError, FileNotFoundError):
            # Created but not yet written, or removed in between: alive until it is old enough to judge.
            return (
                {"token": "", "host": "?", "pid": 0, "born": 0.0, "beat": time.time()} if self._place.exists() else None
            )
        return holder

    def _text(self) -> str:
        return json.dumps({**self._mine, "beat": time.time()})

    def _beat(self) -> None:
        while not self._stop.wait(BEAT_S):
            # A missed beat is no reason to end a run: five more follow before the lease counts as stale.
            with contextlib.suppress(OSError):
                self._place.write(self._text().encode())


def job_id() -> str | None:
    """Returns the id of the Ray job that this process is, or None."""
    return os.environ.get("RAY_JOB_ID") or os.environ.get("RAY_JOB_SUBMISSION_ID")


def _alive(holder: dict[str, Any]) -> bool:
    if holder["host"] == socket.gethostname() and holder["pid"]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(holder["pid"])
            return bool(abs(process.create_time() - holder["born"]) < 1.0 and process.status() != psutil.STATUS_ZOMBIE)
        return False
    return bool(time.time() - holder["beat"] < STALE_S)
