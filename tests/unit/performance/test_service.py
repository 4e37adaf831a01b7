import asyncio
import contextlib
import socket
import subprocess
import sys

import pytest

from ray_app.errors import MeasurementError
from ray_app.performance import asking
from ray_app.performance.service import Running
from ray_app.performance.usage import answering, service_processes

SERVER = """
import socket, subprocess, sys
engine = subprocess.Popen([sys.executable, "-c", "input()", "ray_app.isolation_child"], stdin=subprocess.PIPE)
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], engine.pid, flush=True)
    input()
engine.communicate(b"\\n")
"""


@contextlib.contextmanager
def server():
    with subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        port, engine = process.stdout.readline().split()
        yield process.pid, int(port), int(engine)
        process.stdin.write(b"\n")


def test_a_service_is_known_by_its_port_and_only_its_own_processes_are_its():
    with server() as (first, port, engine), server() as (second, _, other):
        assert answering(f"http://127.0.0.1:{port}") == answering(f"http://localhost:{port}/") == first != second
        assert [(name, one.pid) for name, one in service_processes(first)] == [("engine", engine)]
        assert [one.pid for _, one in service_processes(second)] == [other]


@pytest.mark.parametrize("address", ["http://192.0.2.1:{}", "http://no-such-machine.invalid:{}"])
def test_a_service_of_another_machine_has_no_process_here(address):
    with server() as (_, port, _):
        assert answering(address.format(port)) is None


def test_nobody_who_listens_is_nobody():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert answering(f"http://127.0.0.1:{port}") is None


def test_a_service_that_has_ended_is_not_waited_for(tmp_path):
    log = tmp_path / "log"
    log.write_text("no such port")
    ended = subprocess.Popen(["true"])
    ended_but_not_collected = Running(address="http://127.0.0.1:9", pid=ended.pid, log=log)

    async def wait():
        async with asking.session() as session:
            await asking.ready(session, ended_but_not_collected)

    with pytest.raises(MeasurementError, match="ended before it was ready; its last words:\nno such port"):
        asyncio.run(asyncio.wait_for(wait(), 30))
    ended.wait()
