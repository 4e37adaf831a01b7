"""A cluster of several Ray nodes on this machine, each a raylet of its own that can lose its power.

A node is started as its operator would, by ``ray start``; to lose it, all of its processes are killed at once, and no
other is told.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from tests.ray.asking import free_port

ENVIRONMENT = {
    "RAY_AUTH_MODE": "disabled",
    "RAY_worker_niceness": "0",  # else any other work on this machine would starve them
    "RAY_agent_register_timeout_ms": "100000",  # a busy machine takes longer than the usual half minute
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
}

START_S = 300.0

COUNT = """
import sys, time
from ray._raylet import GcsClient
client = GcsClient(address=sys.argv[1])
while True:
    print(sum(one.state == 0 for one in client.get_all_node_info().values()), flush=True)
    time.sleep(0.2)
"""
"""Prints how many nodes the head believes in (state 0 is ALIVE). A program of its own: it ends with the head."""


class Node:
    """One raylet with its workers; the head's has the cluster's own processes besides."""

    def __init__(self, log, *options):
        self._log = log
        self._command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats"]
        self._command += ["--min-worker-port=0", "--max-worker-port=0", "--object-store-memory=104857600"]
        self._command += [f"--dashboard-agent-listen-port={free_port()}", f"--metrics-export-port={free_port()}"]
        self._command += [f"--memory={4 * 1024**3}", "--node-ip-address=127.0.0.1", *options]
        self._start()
        until = time.monotonic() + START_S
        while "Ray runtime started" not in log.read_text():
            if time.monotonic() > until:
                self.lose()
                raise AssertionError(log.read_text()[-2000:])
            if self._process.poll() is not None:  # it gives up after half a minute, too soon on a busy machine
                self._start()
            time.sleep(0.5)

    def _start(self):
        with self._log.open("w") as log:
            self._process = psutil.Popen(
                self._command, env=os.environ | ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def processes(self):
        return [self._process, *self._process.children(recursive=True)] if self._process.is_running() else []

    def holds(self, process):
        return process.pid in {one.pid for one in self.processes()}

    def lose(self):
        """Ends all that runs on it, as a power failure does."""
        lost = self.processes()
        for one in lost:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(lost, timeout=30)


class Nodes:
    """A head without CPUs of its own, and workers."""

    def __init__(self, workers):
        self._folder = Path(tempfile.mkdtemp(prefix="nodes-", dir="/tmp"))
        self.address = f"127.0.0.1:{free_port()}"
        self.head = Node(
            self._folder / "head.log", "--head", f"--port={self.address.rpartition(':')[2]}", "--num-cpus=0",
            "--include-dashboard=false", "--include-log-monitor=false", f"--temp-dir={self._folder}",
            f"--ray-client-server-port={free_port()}",
        )  # fmt: skip
        self.workers = []
        self._count = 1
        command = [sys.executable, "-c", COUNT, self.address]
        self._counter = psutil.Popen(
            command, env=os.environ | ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            for _ in range(workers):
                self.join()
        except AssertionError:
            self.close()
            raise

    def join(self):
        """Adds a worker; returns when it has joined."""
        log = self._folder / f"worker{time.monotonic_ns()}.log"
        self.workers.append(Node(log, f"--address={self.address}", "--num-cpus=4"))

    def alive(self):
        """Returns how many nodes the head believes in."""
        return self._count

    def lose(self, node):
        node.lose()
        self.workers.remove(node)

    def close(self):
        for node in (*self.workers, self.head):
            node.lose()
        with contextlib.suppress(psutil.NoSuchProcess, ValueError):  # closed before
            self._counter.kill()
            self._counter.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self):
        with contextlib.suppress(ValueError):  # its pipe was closed
            for line in self._counter.stdout:
                self._count = int(line)
