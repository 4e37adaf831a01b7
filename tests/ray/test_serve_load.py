"""The service on real Ray Serve under more load than it was made for, left by its clients, and told to stop."""

import hashlib
import json
import socket
import threading
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults import picture
from tests.ray.asking import ask, form, free_port, replicas

READ_S = 0.8
"""What ``waiting_files`` takes for one file."""


@pytest.fixture(scope="module")
def port(cluster, tmp_path_factory):
    """One slow reader with a short queue, and one that grows with each file."""
    from ray import serve

    from ray_app.serving.app import build

    folder = tmp_path_factory.mktemp("service")
    found = free_port()
    serve.start(http_options={"host": "127.0.0.1", "port": found})
    one = {"num_cpus": 0.2, "min_replicas": 1, "max_replicas": 1}
    grows = {"memory_mb": 512, "max_ongoing": 2, "pipeline": {"worker": {"max_rss_mb": 8192}}}
    application = build(
        {
            "environment": "development",
            "front": {"num_cpus": 0.1},
            "readers": {
                "paddle": {"factory": "tests.faults:waiting_files", "max_ongoing": 1, "max_queued": 5, **one},
                "leaky": {"factory": "tests.faults:leaky_files", **grows, **one},
            },
            "limits": {"concurrent_requests": 8, "request_timeout_s": 15.0},
            "cache": {"folder": str(folder / "cache")},
            "database": {"url": f"sqlite:///{folder}/jobs.db"},
            "uploads": {"folder": str(folder / "uploads")},
            "security": {"auth": "off", "rates": {"per_minute": 0}},
        }
    )
    serve.run(application, name="recipe-ocr")
    yield found
    serve.shutdown()


def process(port, text, **fields):
    """Returns status, Retry-After and body."""
    try:
        answer = ask(f"http://127.0.0.1:{port}/process", form([("file", "card.png", picture(text))], **fields))
        return 200, None, answer
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers["Retry-After"], json.loads(refused.read())


def times_read(reads, text):
    """How often the engine saw this text."""
    digest = hashlib.sha256(picture(text)).hexdigest()
    return sum(line.split()[0][:32] == digest[:32] for line in reads.read_text().splitlines())


def test_a_hundred_equal_requests_at_once_are_read_once(port, reads):
    with ThreadPoolExecutor(100) as clients:
        answers = list(clients.map(lambda _: process(port, "Hundredfold Pie"), range(100)))
    assert {status for status, _, _ in answers} == {200}
    assert {body["title"] for _, _, body in answers} == {"Hundredfold Pie"}
    assert times_read(reads, "Hundredfold Pie") == 1


def test_more_than_the_queue_holds_is_told_to_come_back(port):
    with ThreadPoolExecutor(20) as clients:
        asked = [clients.submit(process, port, f"Crowd {number}", enable_caching="false") for number in range(20)]
        time.sleep(READ_S)
        health = ask(f"http://127.0.0.1:{port}/health")  # neither waits in the queue nor calls a busy reader down
        answers = [one.result() for one in asked]
    assert health["components"]["engine:paddle"] == {"status": "ok", "message": "1 running"} | {
        "latency_ms": health["components"]["engine:paddle"]["latency_ms"]
    }
    served = [body for status, _, body in answers if status == 200]
    refused = [(status, after, body["code"]) for status, after, body in answers if status != 200]
    assert 5 <= len(served) <= 8  # one being read, five in the queue, and what came free meanwhile
    assert {(status, code) for status, _, code in refused} == {(429, "too_busy")}
    assert all(int(after) >= 1 for _, after, _ in refused)


def test_what_its_client_no_longer_waits_for_is_not_read(port, reads):
    body, kind = form([("file", "card.png", picture("Left Alone"))], enable_caching="false")
    head = f"POST /process HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
    for one in clients:
        one.sendall(head.encode() + body)
    time.sleep(READ_S / 2)
    for one in clients:
        one.close()
    assert process(port, "After Them", enable_caching="false")[0] == 200
    assert times_read(reads, "Left Alone") <= 2  # the one in the engine's hands, and at most one sent after it


def test_a_replica_over_its_memory_is_replaced_and_no_request_is_lost(port):
    (first,) = replicas("reader-leaky")
    statuses, until = [], time.monotonic() + 120
    while first.is_running() and time.monotonic() < until:
        held = (
            sum(one.memory_info().rss for one in [first, *first.children(recursive=True)]) if first.is_running() else 0
        )
        small = held < 600 * 1024 * 1024  # grown enough: the test's machine shall not run out of memory
        engine = "leaky" if small else "paddle"
        statuses.append(process(port, f"Growing {len(statuses)}", enable_caching="false", engine=engine)[0])
    assert not first.is_running()
    assert set(statuses) == {200}
    assert process(port, "Grown", enable_caching="false", engine="leaky")[0] == 200


def test_a_service_that_is_told_to_stop_finishes_what_runs(port):
    from ray import serve

    answers = []
    client = threading.Thread(target=lambda: answers.append(process(port, "Last Supper", enable_caching="false")))
    client.start()
    time.sleep(READ_S / 2)
    serve.delete("recipe-ocr")
    client.join()
    assert [(status, body["title"]) for status, _, body in answers] == [(200, "Last Supper")]
