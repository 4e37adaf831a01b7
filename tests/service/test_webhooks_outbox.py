import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ray_app.storage.database import Database
from ray_app.storage.jobs import JobStore
from ray_app.storage.jobs_queue import JobQueue
from ray_app.storage.jobs_values import JobStatus, NewItem, NewJob, Outcome, Viewer
from ray_app.storage.options import DatabaseOptions
from ray_app.storage.webhooks import WebhookStore

pytestmark = pytest.mark.anyio

ANN, BOB = Viewer(owner="ann"), Viewer(owner="bob")
FILE = NewItem(name="a.jpg", media_type=None, size=1, sha256="0" * 64, upload_key="0" * 32)


class Clock:
    now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def database(database_url):
    database = await Database.open(DatabaseOptions(url=database_url))
    yield database
    await database.close()


@pytest.fixture
def hooks(database, clock):
    return WebhookStore(database, clock=clock)


@pytest.fixture
def end_a_batch(database, clock):
    async def end(owner):
        store, queue = JobStore(database, clock=clock), JobQueue(database, clock=clock)
        made = await store.create(NewJob(owner=owner), [FILE])
        (claimed,) = await queue.claim("w", 1, 30)
        await queue.finish(claimed.held, Outcome())
        return await store.get(made.job.id, Viewer(owner=owner))

    return end


async def test_the_end_of_a_batch_is_told_to_its_owners_addresses(hooks, end_a_batch):
    for owner, url in (("ann", "https://a/1"), ("ann", "https://a/2"), ("bob", "https://b"), (None, "https://n")):
        await hooks.register(owner, url, "s3cret")
    job = await end_a_batch("ann")

    due = await hooks.claim_due(10, 60)

    assert sorted(one.url for one in due) == ["https://a/1", "https://a/2"]
    assert [(one.secret, one.attempt, one.job) for one in due] == [("s3cret", 1, job)] * 2
    assert "s3cret" not in repr(due)


async def test_cancelling_is_an_end_too_and_nobody_is_somebody(hooks, database, clock):
    await hooks.register(None, "https://n", "s")
    store = JobStore(database, clock=clock)
    job = (await store.create(NewJob(owner=None), [FILE, FILE])).job
    await store.cancel(job.id, Viewer(owner=None))

    (due,) = await hooks.claim_due(10, 60)
    assert (due.job.status, due.job.cancelled) == (JobStatus.CANCELLED, 2)


async def test_single_files_are_not_told(hooks, database, clock):
    await hooks.register("ann", "https://a", "s")
    await JobStore(database, clock=clock).record_process(NewJob(owner="ann"), FILE, Outcome())

    assert await hooks.claim_due(10, 60) == ()


async def test_what_was_told_is_not_told_again(hooks, end_a_batch, clock):
    await hooks.register("ann", "https://a", "s")
    await end_a_batch("ann")
    (due,) = await hooks.claim_due(10, 60)

    assert await hooks.delivered(due) is True
    clock.now += timedelta(days=1)
    assert await hooks.claim_due(10, 60) == ()


async def test_what_failed_is_due_again_when_it_was_said_to_be(hooks, end_a_batch, clock):
    await hooks.register("ann", "https://a", "s")
    await end_a_batch("ann")
    (due,) = await hooks.claim_due(10, 60)
    assert await hooks.failed(due, "503", clock.now + timedelta(seconds=300)) is True

    clock.now += timedelta(seconds=299)
    assert await hooks.claim_due(10, 60) == ()
    clock.now += timedelta(seconds=1)
    (again,) = await hooks.claim_due(10, 60)
    assert again.attempt == 2
    assert await hooks.failed(again, "503", None) is True
    clock.now += timedelta(days=1)
    assert await hooks.claim_due(10, 60) == ()


async def test_a_lapsed_delivery_goes_to_another_whose_word_counts(hooks, end_a_batch, clock):
    await hooks.register("ann", "https://a", "s")
    await end_a_batch("ann")
    (first,) = await hooks.claim_due(10, 60)
    assert await hooks.claim_due(10, 60) == ()
    clock.now += timedelta(seconds=60)
    (second,) = await hooks.claim_due(10, 60)

    assert await hooks.failed(first, "late", None) is False
    assert await hooks.delivered(second) is True


async def test_addresses_are_their_owners_to_see_and_delete(hooks, end_a_batch):
    webhook = await hooks.register("ann", "https://a", "s")
    await end_a_batch("ann")

    assert await hooks.list(BOB) == ()
    assert await hooks.list(ANN) == (webhook,)
    assert await hooks.list(Viewer(owner=None, admin=True)) == (webhook,)
    assert await hooks.delete(webhook.id, BOB) is False
    assert await hooks.delete(webhook.id, ANN) is True
    assert await hooks.claim_due(10, 60) == ()


async def test_an_address_may_go_while_a_batch_ends(hooks, database, clock):
    store, queue = JobStore(database, clock=clock), JobQueue(database, clock=clock)
    for _ in range(8):
        webhook = await hooks.register("ann", "https://a", "s")
        made = await store.create(NewJob(owner="ann"), [FILE])
        (claimed,) = await queue.claim("w", 1, 30)

        await asyncio.gather(hooks.delete(webhook.id, ANN), queue.finish(claimed.held, Outcome()))

        assert (await store.get(made.job.id, ANN)).ok == 1
        assert await hooks.claim_due(10, 60) == ()
