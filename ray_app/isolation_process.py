"""One child process and the connection to it: started, asked, killed, named by how it ended.

Knows processes; knows nothing of what they work on. The child is a fresh interpreter (``isolation_child``).
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection

import psutil

from ray_app.isolation_child import OUT_OF_MEMORY


class ChildDied(Exception):
    """The child ended or was killed for its silence; ``hung`` tells which."""

    def __init__(self, how: str, *, hung: bool) -> None:
        super().__init__(how)
        self.hung = hung


class Child:
    """One process and the connection to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._connection = Connection(ours.detach())
        self._started = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        # The kernel ties "dies with its parent" to the thread that forked, and Ray calls us on threads that come and
        # go. So a thread that lives as long as the child starts it, and reaps it.
        self._reaper = threading.Thread(target=self._start_and_reap, args=(theirs,), daemon=True, name="child-reaper")
        self._reaper.start()
        self._started.wait()

    def _start_and_reap(self, theirs: socket.socket) -> None:
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "ray_app.isolation_child", str(theirs.fileno()), str(os.getpid())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=2,  # so that a chatty library cannot spoil what we print
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                )
        finally:
            self._started.set()
        self._process.wait()

    def ask(self, message: object, seconds: float) -> object:
        """Returns the child's answer.

        Raises:
            ChildDied: it ended, or gave no answer in ``seconds`` and was killed.
        """
        try:
            self._connection.send(message)
            if self._connection.poll(seconds):
                return self._connection.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise ChildDied(self._how_it_ended(), hung=False) from None
        self.kill()
        raise ChildDied(f"gave no answer in {seconds:g} s", hung=True)

    def _how_it_ended(self) -> str:
        self._reaper.join(timeout=10.0)
        code = self._process.returncode if self._process else None
        if code is None:
            self.kill()
            return "hung up"
        if code < 0:
            return f"was ended by {signal.Signals(-code).name}"
        return "ran out of memory" if code == OUT_OF_MEMORY else f"exited with code {code}"

    def rss_bytes(self) -> int:
        """Returns the memory it holds, or 0 when it is gone."""
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss) if self._process else 0
        except psutil.NoSuchProcess:
            return 0

    def kill(self) -> None:
        """Ends it at once."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        self._reaper.join(timeout=10.0)
        self._connection.close()

    def close(self) -> None:
        """Lets it end by itself, but not for long."""
        self._connection.close()
        self._reaper.join(timeout=5.0)
        self.kill()
