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

START_S = 120.0


class Node:
    """One raylet with its workers; the head's has the cluster's own processes besides."""

    def __init__(self, *options):
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats", *options]
        command += ["--min-worker-port=0", "--max-worker-port=0", "--object-store-memory=104857600"]
        command += [f"--dashboard-agent-listen-port={free_port()}", f"--metrics-export-port={free_port()}"]
        command += [f"--memory={4 * 1024**3}", "--node-ip-address=127.0.0.1"]
        self._start = psutil.Popen(
            command, env=os.environ | ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=None
        )

    def processes(self):
        return [self._start, *self._start.children(recursive=True)]

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
        self._folder = tempfile.mkdtemp(prefix="nodes-", dir="/tmp")
        self.address = f"127.0.0.1:{free_port()}"
        port = self.address.rpartition(":")[2]
        self.head = Node(
            "--head", f"--port={port}", "--num-cpus=0", "--include-dashboard=false", f"--temp-dir={self._folder}",
            f"--ray-client-server-port={free_port()}",
        )  # fmt: skip
        self._wait_for(1)
        self.workers = [self._worker() for _ in range(workers)]
        self._wait_for(1 + workers)

    def join(self):
        """Adds a worker; returns when the cluster knows it."""
        known = self.alive()
        self.workers.append(self._worker())
        self._wait_for(known + 1)

    def alive(self):
        """Returns how many nodes the head believes in."""
        from ray._raylet import GcsClient

        nodes = GcsClient(address=self.address).get_all_node_info()
        return sum(one.state == 0 for one in nodes.values())  # GcsNodeInfo.ALIVE

    def lose(self, node):
        node.lose()
        if node in self.workers:
            self.workers.remove(node)

    def close(self):
        for node in (*self.workers, self.head):
            node.lose()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _worker(self):
        return Node(f"--address={self.address}", "--num-cpus=4")

    def _wait_for(self, count):
        until = time.monotonic() + START_S
        while True:
            with contextlib.suppress(Exception):  # whatever Ray raises while its head is not there yet
                if self.alive() >= count:
                    return
            assert time.monotonic() < until, f"{count} nodes were expected"
            time.sleep(0.5)
