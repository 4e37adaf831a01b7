import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ray_app.storage.database import Database
from ray_app.storage.jobs import JobStore
from ray_app.storage.jobs_queue import JobQueue
from ray_app.storage.jobs_values import JobStatus, NewItem, NewJob, Outcome, Viewer
from ray_app.storage.options import DatabaseOptions

pytestmark = pytest.mark.anyio

NOBODY = Viewer(owner=None)
WORKER = Path(__file__).with_name("dying_worker.py")


def start(url: str, name: str, limit: int) -> tuple[subprocess.Popen[str], set[int]]:
    worker = subprocess.Popen([sys.executable, WORKER, url, name, str(limit)], stdout=subprocess.PIPE, text=True)
    held = worker.stdout.readline()
    assert held, f"the worker ended with {worker.wait()}"
    return worker, {int(word) for word in held.split()}


@pytest.fixture
async def database(database_url):
    database = await Database.open(DatabaseOptions(url=database_url))
    yield database
    await database.close()


async def test_workers_killed_in_the_middle_lose_nothing_and_repeat_nothing(database, database_url):
    store, queue = JobStore(database), JobQueue(database)
    files = [NewItem(name=f"{n}", media_type=None, size=1, sha256="0" * 64, upload_key=f"{n:032x}") for n in range(20)]
    job = (await store.create(NewJob(owner=None, max_concurrent=100), files)).job
    first, second = [start(database_url, name, 6) for name in ("first", "second")]

    assert first[1].isdisjoint(second[1])
    for worker, _ in (first, second):
        worker.kill()
        worker.communicate()
    deadline = time.monotonic() + 30
    while not (await store.get(job.id, NOBODY)).is_over:
        assert time.monotonic() < deadline
        for one in await queue.claim("heir", 5, 30):
            assert await queue.finish(one.held, Outcome(result=b"heir"))
        await asyncio.sleep(0.1)

    over = await store.get(job.id, NOBODY)
    assert (over.status, over.ok, over.failed) == (JobStatus.COMPLETED, 20, 0)
    answers = [(one.item.ref.position, one.result) async for one in store.results(job.id, NOBODY)]
    assert [position for position, _ in answers] == list(range(20))
    inherited = {position for position, result in answers if result == b"heir"}
    assert inherited >= first[1] | second[1]
    assert [result for _, result in answers].count(b"first") == 3
