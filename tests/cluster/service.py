"""The service on a cluster: started as a program beside it, asked by clients who come back until they have their answer."""

import os
import subprocess
import sys
import threading
import time
import urllib.error
from contextlib import contextmanager

import yaml

from tests.cluster.nodes import ENVIRONMENT
from tests.faults import picture
from tests.ray.asking import ask, form


def configuration(folder, port):
    """Writes a file for ``serve run``: two slow readers, two front doors and two batch workers, whatever node has room."""
    pair = {"min_replicas": 2, "max_replicas": 2, "num_cpus": 0.2}
    arguments = {
        "environment": "development",
        "front": pair,
        "readers": {"paddle": {"factory": "tests.faults:waiting_files", "max_queued": 20, **pair}},
        "jobs": {"workers": 2, "num_cpus": 0.1, "lease_s": 3.0},
        "limits": {"batch_items": 40, "request_timeout_s": 30.0},
        "cache": {"folder": str(folder / "cache")},
        "database": {"url": f"sqlite:///{folder}/jobs.db"},
        "uploads": {"folder": str(folder / "uploads")},
        "security": {"auth": "off", "rates": {"per_minute": 0}},
    }
    application = {"name": "recipe-ocr", "route_prefix": "/", "import_path": "ray_app.serving.app:build"}
    tree = {
        "proxy_location": "HeadOnly",  # those of two nodes would want the same port of this one machine
        "http_options": {"host": "127.0.0.1", "port": port},
        "applications": [{**application, "args": arguments}],
    }
    path = folder / "serve.yaml"
    path.write_text(yaml.safe_dump(tree))
    return path


@contextmanager
def serving(cluster, path, port):
    """Runs the service on the cluster until the block ends."""
    said = path.with_suffix(".log")
    with said.open("ab") as log:
        program = subprocess.Popen(
            [sys.executable, "-m", "ray.serve.scripts", "run", str(path)],
            env=os.environ | ENVIRONMENT | {"RAY_ADDRESS": cluster},
            stdout=log,
            stderr=log,
        )
    try:
        until = time.monotonic() + 400
        while running(port) < 2:
            assert program.poll() is None, said.read_text()[-3000:]
            assert time.monotonic() < until, said.read_text()[-3000:]
            time.sleep(0.5)
        yield program
    finally:
        program.kill()
        program.wait()


def running(port):
    """Returns how many readers the service says it has; none while it does not answer."""
    try:
        told = ask(f"http://127.0.0.1:{port}/health")["components"]["engine:paddle"]["message"]
    except (OSError, KeyError):
        return 0
    return int(told.split()[0]) if told.endswith(" running") else 0


def post_batch(port, name, count):
    files = [("files", f"{number}.png", picture(f"{name} {number}")) for number in range(count)]
    return ask(f"http://127.0.0.1:{port}/batch", form(files))["id"]


class Client(threading.Thread):
    """Asks for one picture after the other until told to stop; asks again for what got no answer."""

    def __init__(self, port, name):
        super().__init__()
        self._port, self._name = port, name
        self._stop_it = threading.Event()
        self.answered = []  # when, in seconds of the monotonic clock
        self.wrong = []
        self.refused = []  # what came instead of an answer

    def run(self):
        while not self._stop_it.is_set():
            title = f"{self._name} {len(self.answered)}"
            body = form([("file", "card.png", picture(title))], enable_caching="false")
            try:
                found = ask(f"http://127.0.0.1:{self._port}/process", body)
            except urllib.error.HTTPError as error:
                self.refused.append(error.code)
            except OSError as error:
                self.refused.append(type(error).__name__)
            else:
                self.answered.append(time.monotonic())
                if (found["status"], found["title"]) != ("ok", title):
                    self.wrong.append((title, found))
                continue
            time.sleep(0.2)

    def stop(self):
        self._stop_it.set()
        self.join()
