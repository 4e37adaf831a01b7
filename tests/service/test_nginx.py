"""The example of deploy/nginx, run by a real nginx before the real application."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import httpx2
import pytest

from ray_app.files import FileReader
from ray_app.options import PipelineOptions
from tests.faults import picture
from tests.local_reader import LocalReader
from tests.local_service import own_profile, running_service
from tests.service.conftest import missing

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def service(tmp_path):
    reader = FileReader(PipelineOptions(), factory="tests.faults:files")
    profile = own_profile(tmp_path, limits={"file_mb": 20}, security={"auth": "off", "trusted_proxies": 1})
    with running_service(profile, {"paddle": LocalReader(reader)}) as port:
        yield port
    reader.close()


@pytest.fixture
def front(service, tmp_path):
    """The example as it stands, but for its ports and the folders of its own."""
    if shutil.which("nginx") is None:
        missing("nginx")
    port = free_port()
    example = "".join((EXAMPLE / name).read_text() for name in ("upstream.conf", "recipe-ocr.conf"))
    example = example.replace("127.0.0.1:8000", f"127.0.0.1:{service}")
    example = example.replace("listen 8080;", f"listen 127.0.0.1:{port};")
    user = "user root;\n" if os.geteuid() == 0 else ""  # its workers must get into pytest's folders
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    (tmp_path / "nginx.conf").write_text(
        f"{user}pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\ndaemon off;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{example}\n}}\n"
    )
    command = ["nginx", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "early.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    running = subprocess.Popen(command)
    try:
        until = time.monotonic() + 10
        while not listens(port):
            assert time.monotonic() < until
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait()


def test_a_picture_goes_through_and_keeps_its_ids(front):
    answer = httpx2.post(f"{front}/process", files={"file": ("card.png", picture("Plain Cake"))}, timeout=30)
    assert (answer.status_code, answer.json()["title"]) == (200, "Plain Cake")
    assert len(answer.headers["X-Request-ID"]) == 32
    assert answer.headers["RateLimit-Limit"]


def test_what_is_too_large_ends_at_the_door(front):
    answer = httpx2.post(f"{front}/process", content=b"x" * 22 * 1024 * 1024, timeout=30)
    assert answer.status_code == 413
    assert "nginx" in answer.headers["Server"]
