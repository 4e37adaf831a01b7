"""Three Ray nodes on one machine, with a bulk job and the service on them, while nodes are lost and join."""

import hashlib
import json
import threading
import time
import urllib.request
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from ray_app.bulk.outcome import ExitCode
from tests.cluster.nodes import Nodes
from tests.cluster.service import Client, configuration, post_batch, running, serving
from tests.faults import picture
from tests.ray.asking import ask, free_port, replicas
from tests.ray.bulk_jobs import command, committed_ids, driver, rows, staged, wait_until

pytestmark = [pytest.mark.ray, pytest.mark.slow, pytest.mark.timeout(1800)]

REPORT = Path(__file__).parents[2] / "out" / "cluster" / "recovery.json"
PICTURES = 60  # few enough to be counted by the driver, without a job of their own
ITEMS = 30
PATIENCE_S = 400
"""Of whoever waits for a cluster on a busy machine."""
WORKERS = ("--set", "bulk.workers=2")
"""A bulk job beside a service is told how many readers it may have: it counts the whole cluster as its own."""


@pytest.fixture
def reads(tmp_path, monkeypatch):
    """What the fake steps of all nodes read: one line an image."""
    monkeypatch.setenv("FAULTS_LOG", str(tmp_path / "reads.log"))
    (tmp_path / "reads.log").touch()
    return tmp_path / "reads.log"


@pytest.fixture
def cards(tmp_path):
    folder = tmp_path / "cards"
    folder.mkdir()
    for number in range(PICTURES):
        (folder / f"{number}.png").write_bytes(picture(f"Card {number}"))
    return folder


def read_ids(reads, since=0):
    return [line.split()[0] for line in reads.read_text().splitlines()[since:]]


def finished(port, job):
    try:
        return ask(f"http://127.0.0.1:{port}/batch/{job}")["finished_at"] is not None
    except OSError:
        return False


def check_batch(port, job):
    """Each item of the batch was answered once, and well."""
    found = ask(f"http://127.0.0.1:{port}/batch/{job}")
    assert (found["status"], found["total"], found["done"], found["failed"]) == ("completed", ITEMS, ITEMS, 0)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/batch/{job}/results", timeout=60) as answer:
        lines = [json.loads(line) for line in answer]
    assert [line["item"] for line in lines] == list(range(ITEMS))
    assert {line["status"] for line in lines} == {"ok"}


def check_dataset(out):
    """Each picture is one row, and was read well."""
    table = rows(out)
    ids = table.column("image_id").to_pylist()
    assert sorted(ids) == sorted(hashlib.sha256(picture(f"Card {n}")).hexdigest()[:32] for n in range(PICTURES))
    assert set(table.column("status").to_pylist()) == {"ok"}


def after(moments, moment):
    """Returns the seconds until the first of the moments that is later."""
    return round(min(one for one in moments if one > moment) - moment, 1)


def test_a_lost_worker_and_a_new_one_cost_nothing(tmp_path, cards, reads):
    out, port = tmp_path / "out", free_port()
    nodes = Nodes(2)
    try:
        with serving(nodes.address, configuration(tmp_path, port), port):
            clients = [Client(port, name) for name in ("Ada", "Ben")]
            for one in clients:
                one.start()
            with driver(nodes.address, *command(cards, out, "waits", *WORKERS)) as bulk:
                wait_until(lambda: len(staged(out)) >= 2, PATIENCE_S)
                ours = [one for kind in ("reader-paddle", "front", "batches") for one in replicas(kind)]
                victim = max(nodes.workers, key=lambda node: sum(node.holds(one) for one in ours))
                assert any(victim.holds(one) for one in ours)
                job = post_batch(port, "Item", ITEMS)
                safe, earlier, mark = committed_ids(out), staged(out), len(read_ids(reads))
                lost_at = time.monotonic()
                nodes.lose(victim)
                wait_until(lambda: nodes.alive() == 2, PATIENCE_S)
                noticed = time.monotonic() - lost_at
                joining = threading.Thread(target=nodes.join)  # on a busy machine it may take longer than the bulk job
                joining.start()
                wait_until(lambda: staged(out) - earlier or (out / "_SUCCESS").exists(), PATIENCE_S)
                bulk_again = time.monotonic() - lost_at
                joining.join()
                wait_until(lambda: nodes.alive() == 3, PATIENCE_S)
                wait_until(lambda: running(port) == 2, PATIENCE_S)
                whole = time.monotonic() - lost_at
                _, words = bulk.communicate(timeout=PATIENCE_S)
                assert bulk.returncode == ExitCode.OK, words
            wait_until(lambda: finished(port, job), PATIENCE_S)
            for one in clients:
                one.stop()
            check_batch(port, job)
    finally:
        nodes.close()
    check_dataset(out)
    assert not safe & set(read_ids(reads, mark))  # what was safe is not read again
    assert [one.wrong for one in clients] == [[], []]
    moments = sorted(moment for one in clients for moment in one.answered)
    assert moments[-1] > lost_at + whole
    report = {
        "loss_noticed_s": round(noticed, 1),
        "first_answer_after_s": after(moments, lost_at),
        "longest_silence_s": round(max(b - a for a, b in pairwise(moments)), 1),
        "bulk_made_rows_safe_after_s": round(bulk_again, 1),
        "all_readers_again_after_s": round(whole, 1),
        "answers": len(moments),
        "asked_again": dict(Counter(str(code) for one in clients for code in one.refused)),
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n")
    print(report)


def test_a_lost_head_is_answered_by_submitting_again(tmp_path, cards, reads):
    out, port = tmp_path / "out", free_port()
    arguments, path = command(cards, out, "waits", *WORKERS), configuration(tmp_path, port)
    nodes = Nodes(1)
    try:
        with serving(nodes.address, path, port) as service, driver(nodes.address, *arguments) as bulk:
            job = post_batch(port, "Item", ITEMS)
            wait_until(lambda: len(staged(out)) >= 2, PATIENCE_S)
            wait_until(lambda: ask(f"http://127.0.0.1:{port}/batch/{job}")["done"] >= 1, PATIENCE_S)
            bulk.kill()  # it runs on the head, as the service's starter does
            service.kill()
            nodes.close()
            bulk.wait()
    finally:
        nodes.close()
    assert not (out / "_SUCCESS").exists()
    safe, mark = committed_ids(out), len(read_ids(reads))
    assert len(safe) >= 8

    nodes = Nodes(1)
    try:
        with serving(nodes.address, path, port), driver(nodes.address, *arguments) as bulk:
            _, words = bulk.communicate(timeout=PATIENCE_S)
            assert bulk.returncode == ExitCode.OK, words
            wait_until(lambda: finished(port, job), PATIENCE_S)
            check_batch(port, job)
    finally:
        nodes.close()
    check_dataset(out)
    assert not safe & set(read_ids(reads, mark))
