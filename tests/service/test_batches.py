"""The worker of batches with a real database: what it does when readers are away, jobs are cancelled, or it is told to stop."""

import asyncio

import pytest

from ray_app.files import FileReader
from ray_app.options import PipelineOptions
from ray_app.serving.batches import Batches
from ray_app.serving.extractor import ReaderBusy
from ray_app.serving.profile import JobOptions, ServingProfile
from ray_app.serving.resources import open_resources
from ray_app.storage.jobs_values import ItemStatus, JobStatus, NewItem, NewJob, Viewer
from tests.faults import picture
from tests.local_reader import LocalReader

pytestmark = pytest.mark.anyio

ADMIN = Viewer(owner=None, admin=True)


class Slow(LocalReader):
    """Waits before it reads, and knows who was left waiting."""

    def __init__(self, reader):
        super().__init__(reader)
        self.wait, self.stopped = asyncio.Event(), 0

    async def read(self, file):
        try:
            await self.wait.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        return await super().read(file)


@pytest.fixture(scope="module")
def process():
    reader = FileReader(PipelineOptions(), factory="tests.faults:files")
    yield reader
    reader.close()


@pytest.fixture
def profile(tmp_path, database_url):
    return ServingProfile.load(
        {
            "environment": "development",
            "cache": {"folder": str(tmp_path / "cache")},
            "database": {"url": database_url},
            "uploads": {"folder": str(tmp_path / "uploads")},
        }
    )


@pytest.fixture
async def reader(process):
    return Slow(process)


@pytest.fixture
async def parts(profile, reader):
    async with open_resources(profile, {"paddle": reader}) as found:
        yield found


async def job_of(parts, count):
    items = [
        NewItem(
            name=f"{n}.png",
            media_type=None,
            size=1,
            sha256="",
            upload_key=await parts.uploads.write(picture(f"Pie {n}")),
        )
        for n in range(count)
    ]
    return (await parts.jobs.create(NewJob(owner=None, max_concurrent=10), items)).job.id


def worker(parts):
    options = JobOptions(lease_s=3.0, concurrent_items=2)
    stop = asyncio.Event()
    batches = Batches(parts.queue, parts.uploads, parts.extractor, options, timeout_s=20.0)
    return stop, asyncio.create_task(batches.run(stop, grace_s=0.5))


async def until(condition):
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_items_wait_while_readers_are_busy_and_lose_no_attempt(parts, reader):
    reader.wait.set()
    reader.trouble = ReaderBusy(1.0)
    job = await job_of(parts, 2)
    stop, task = worker(parts)
    await asyncio.sleep(1.0)
    assert (await parts.jobs.get(job, ADMIN)).done == 0
    reader.trouble = None

    async def over():
        return (await parts.jobs.get(job, ADMIN)).is_over

    await until(over)
    stop.set()
    await task
    assert (await parts.jobs.get(job, ADMIN)).status is JobStatus.COMPLETED
    assert [item.status for item in await parts.jobs.items(job, ADMIN)] == [ItemStatus.OK] * 2


async def test_a_cancelled_job_is_stopped_while_it_is_read(parts, reader):
    job = await job_of(parts, 2)
    stop, task = worker(parts)

    async def running():
        return all(item.status is ItemStatus.RUNNING for item in await parts.jobs.items(job, ADMIN))

    async def stopped():
        return reader.stopped == 2

    await until(running)
    assert await parts.jobs.cancel(job, ADMIN)
    await until(stopped)
    stop.set()
    await task
    assert reader.reads == 0
    assert (await parts.jobs.get(job, ADMIN)).cancelled == 2


async def test_a_worker_that_is_told_to_stop_gives_back_what_it_cannot_finish(parts, reader):
    job = await job_of(parts, 3)
    stop, task = worker(parts)

    async def begun():
        return (await parts.jobs.get(job, ADMIN)).status is JobStatus.RUNNING

    await until(begun)
    stop.set()
    await task
    assert [item.status for item in await parts.jobs.items(job, ADMIN)] == [ItemStatus.QUEUED] * 3
