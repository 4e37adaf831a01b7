import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ray_app.errors import FailureCode
from ray_app.storage.database import Database
from ray_app.storage.jobs import JobStore
from ray_app.storage.jobs_queue import JobQueue
from ray_app.storage.jobs_values import (
    BadCursor,
    IdempotencyKey,
    ItemStatus,
    JobQuery,
    JobStatus,
    KeyReused,
    NewItem,
    NewJob,
    Outcome,
    Viewer,
)
from ray_app.storage.options import DatabaseOptions
from ray_app.storage.tables import jobs
from ray_app.types import Failure

pytestmark = pytest.mark.anyio

NOBODY = Viewer(owner=None)
ADMIN = Viewer(owner="root", admin=True)
BLANK = Failure(code=FailureCode.BLANK_PAGE, step="read", message="no text", advice="Look again.")


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)  # no two jobs are created at once
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def files(count: int) -> list[NewItem]:
    return [
        NewItem(name=f"{n}.jpg", media_type="image/jpeg", size=n, sha256=f"{n:064x}", upload_key=f"{n:032x}")
        for n in range(count)
    ]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def database(database_url):
    database = await Database.open(DatabaseOptions(url=database_url))
    yield database
    await database.close()


@pytest.fixture
def store(database, clock):
    return JobStore(database, clock=clock)


@pytest.fixture
def queue(database, clock):
    return JobQueue(database, max_attempts=3, clock=clock)


async def batch(store, count=3, **values):
    values = {"owner": None, "max_concurrent": 100} | values
    return (await store.create(NewJob(**values), files(count))).job


async def test_a_batch_comes_back_as_it_was_made(store, database_url):
    made = await store.create(
        NewJob(
            owner="ann", name="Grandma's \0 box \ud800", priority=3, max_concurrent=2, settings={"engine": "paddle"}
        ),
        files(2),
    )

    job = await store.get(made.job.id, Viewer(owner="ann"))

    assert job.name == "Grandma's \N{REPLACEMENT CHARACTER} box ?"
    assert (job.priority, job.max_concurrent, job.settings) == (3, 2, {"engine": "paddle"})
    assert (job.status, job.total, job.done) == (JobStatus.QUEUED, 2, 0)
    assert job.created_at == made.job.created_at
    assert job.created_at.tzinfo is UTC
    assert [item.name for item in await store.items(job.id, Viewer(owner="ann"))] == ["0.jpg", "1.jpg"]


async def test_a_job_is_its_owners_and_admins_to_see(store):
    job = await batch(store, owner="ann")

    for stranger in (Viewer(owner="bob"), NOBODY):
        assert await store.get(job.id, stranger) is None
        assert await store.items(job.id, stranger) is None
        assert [one async for one in store.results(job.id, stranger)] == []
        assert await store.cancel(job.id, stranger) is False
        assert (await store.list(JobQuery(viewer=stranger))).jobs == ()
    assert await store.get(job.id, ADMIN) == job
    assert (await store.list(JobQuery(viewer=ADMIN))).jobs == (job,)


@pytest.mark.parametrize("job_id", ["", "0" * 32, "\0", "\ud800", "../../etc", "x" * 5000])
async def test_an_id_that_is_none_finds_nothing(store, job_id):
    assert await store.get(job_id, ADMIN) is None
    assert await store.cancel(job_id, ADMIN) is False


async def test_items_are_worked_off_and_counted(store, queue, clock):
    job = await batch(store)

    claimed = await queue.claim("w", 10, 30)
    running = await store.get(job.id, NOBODY)
    assert [one.upload_key for one in claimed] == [one.upload_key for one in files(3)]
    assert (running.status, running.done, running.started_at is None) == (JobStatus.RUNNING, 0, False)

    assert await queue.finish(claimed[1].held, Outcome(failure=BLANK, result=b"{}", engine="fake", seconds=0.5))
    assert await queue.finish(claimed[0].held, Outcome(result=b'{"a": 1}', cached="disk"))
    assert (await store.get(job.id, NOBODY)).is_over is False
    assert await queue.finish(claimed[2].held, Outcome(result=b'{"c": 3}'))

    over = await store.get(job.id, NOBODY)
    assert (over.status, over.ok, over.failed, over.cancelled) == (JobStatus.COMPLETED, 2, 1, 0)
    assert over.finished_at > over.started_at
    results = [one async for one in store.results(job.id, NOBODY)]
    assert [one.result for one in results] == [b'{"a": 1}', b"{}", b'{"c": 3}']
    assert [one.item.status for one in results] == [ItemStatus.OK, ItemStatus.FAILED, ItemStatus.OK]
    assert results[1].item.failure == BLANK
    assert results[0].item.failure is None
    assert results[0].item.cached == "disk"
    assert await queue.claim("w", 10, 30) == ()


async def test_a_batch_of_which_nothing_is_ok_has_failed(store, queue):
    job = await batch(store, 1)
    (claimed,) = await queue.claim("w", 1, 30)
    await queue.finish(claimed.held, Outcome(failure=BLANK))

    assert (await store.get(job.id, NOBODY)).status is JobStatus.FAILED


async def test_higher_priority_goes_first_then_the_older(store, queue):
    old = await batch(store, 2)
    young = await batch(store, 1)
    urgent = await batch(store, 1, priority=5)

    claimed = await queue.claim("w", 3, 30)

    assert [one.held.ref.job_id for one in claimed] == [urgent.id, old.id, old.id]
    assert [one.held.ref.job_id for one in await queue.claim("w", 3, 30)] == [young.id]


async def test_no_more_of_a_job_than_it_allows_is_worked_on(store, queue):
    job = await batch(store, 5, max_concurrent=2)
    other = await batch(store, 1)

    claimed = await queue.claim("a", 10, 30)
    assert [one.held.ref.job_id for one in claimed] == [job.id, job.id, other.id]
    assert await queue.claim("b", 10, 30) == ()

    await queue.finish(claimed[0].held, Outcome())
    assert [one.held.ref.position for one in await queue.claim("b", 10, 30)] == [2]


async def test_workers_at_once_claim_each_item_once(store, database_url):
    await batch(store, 40)
    databases = [await Database.open(DatabaseOptions(url=database_url)) for _ in range(4)]

    async def work(name, database):
        queue, mine = JobQueue(database), []
        while claimed := await queue.claim(name, 3, 60):
            mine += [one.held.ref for one in claimed]
        return mine

    shares = await asyncio.gather(*(work(f"w{n}", database) for n, database in enumerate(databases)))
    for database in databases:
        await database.close()

    assert Counter(ref for share in shares for ref in share) == Counter({(ref): 1 for share in shares for ref in share})
    assert sum(map(len, shares)) == 40


async def test_max_concurrent_holds_between_workers_at_once(store, database_url):
    await batch(store, 40, max_concurrent=5)
    databases = [await Database.open(DatabaseOptions(url=database_url)) for _ in range(4)]
    claims = await asyncio.gather(*(JobQueue(one).claim(f"w{n}", 4, 60) for n, one in enumerate(databases)))
    for database in databases:
        await database.close()

    assert sum(map(len, claims)) == 5


async def test_a_silent_workers_item_goes_to_another_and_its_late_answer_changes_nothing(store, queue, clock):
    job = await batch(store, 1)
    (first,) = await queue.claim("slow", 1, 30)
    clock.forward(31)
    (second,) = await queue.claim("quick", 1, 30)

    assert second.held.attempt == 2
    assert await queue.heartbeat([first.held], 30) == {first.held.ref}
    assert await queue.finish(first.held, Outcome(result=b"late")) is False
    assert await queue.finish(second.held, Outcome(result=b"right")) is True
    assert await queue.finish(second.held, Outcome(result=b"twice")) is False

    assert (await store.get(job.id, NOBODY)).ok == 1
    assert [one.result async for one in store.results(job.id, NOBODY)] == [b"right"]


async def test_heartbeats_keep_an_item(store, queue, clock):
    await batch(store, 2)
    claimed = await queue.claim("w", 2, 30)
    held = [one.held for one in claimed]
    for _ in range(3):
        clock.forward(20)
        assert await queue.heartbeat(held, 30) == frozenset()

    assert await queue.claim("other", 1, 30) == ()
    assert await queue.finish(held[0], Outcome())


async def test_an_item_that_takes_its_worker_along_each_time_has_failed(store, queue, clock):
    job = await batch(store, 2)
    for attempt in (1, 2, 3):
        claimed = await queue.claim(f"w{attempt}", 1, 30)
        assert [(one.held.ref.position, one.held.attempt) for one in claimed] == [(0, attempt)]
        clock.forward(31)

    assert [one.held.ref.position for one in await queue.claim("w4", 2, 30)] == [1]
    first = (await store.items(job.id, NOBODY))[0]
    assert first.failure.code is FailureCode.ENGINE_CRASHED
    assert (await store.get(job.id, NOBODY)).failed == 1


async def test_a_job_whose_last_item_is_given_up_is_over(store, queue, clock):
    job = await batch(store, 1)
    for _ in range(3):
        await queue.claim("w", 1, 30)
        clock.forward(31)
    assert await queue.claim("w", 1, 30) == ()

    assert (await store.get(job.id, NOBODY)).status is JobStatus.FAILED


async def test_a_released_item_waits_again_and_has_lost_nothing(store, queue, clock):
    await batch(store, 1)
    for _ in range(5):
        (claimed,) = await queue.claim("w", 1, 30)
        assert await queue.open_items() == {ItemStatus.QUEUED: 0, ItemStatus.RUNNING: 1}
        await queue.release([claimed.held])
        assert await queue.open_items() == {ItemStatus.QUEUED: 1, ItemStatus.RUNNING: 0}

    assert await queue.finish(claimed.held, Outcome()) is False
    (claimed,) = await queue.claim("w", 1, 30)
    assert await queue.finish(claimed.held, Outcome()) is True


async def test_holding_nothing_asks_nothing(queue):
    assert await queue.heartbeat([], 30) == frozenset()
    await queue.release([])


async def test_an_item_whose_job_was_deleted_is_lost(store, queue, database):
    await batch(store, 1)
    (claimed,) = await queue.claim("w", 1, 30)
    async with database.write() as connection:
        await connection.execute(jobs.delete())

    assert await queue.heartbeat([claimed.held], 30) == {claimed.held.ref}
    assert await queue.finish(claimed.held, Outcome()) is False
    await queue.release([claimed.held])


async def test_cancel_ends_what_waits_and_what_runs(store, queue):
    job = await batch(store, 3)
    done, running = await queue.claim("w", 2, 30)
    await queue.finish(done.held, Outcome())

    assert await store.cancel(job.id, NOBODY) is True
    assert await store.cancel(job.id, NOBODY) is False

    cancelled = await store.get(job.id, NOBODY)
    assert (cancelled.status, cancelled.ok, cancelled.cancelled) == (JobStatus.CANCELLED, 1, 2)
    assert await queue.heartbeat([running.held], 30) == {running.held.ref}
    assert await queue.finish(running.held, Outcome()) is False
    assert await queue.claim("w", 10, 30) == ()
    assert await store.wanted_uploads() == frozenset()
    assert await store.get(job.id, NOBODY) == cancelled


async def test_cancel_and_finish_at_once_count_each_item_once(store, queue):
    made = [await batch(store, 4) for _ in range(5)]
    claimed = await queue.claim("w", 20, 30)

    await asyncio.gather(
        *(queue.finish(one.held, Outcome()) for one in claimed),
        *(queue.heartbeat([one.held for one in claimed], 30) for _ in range(3)),
        *(store.cancel(job.id, NOBODY) for job in made),
    )

    for job in made:
        over = await store.get(job.id, NOBODY)
        statuses = Counter(item.status for item in await store.items(job.id, NOBODY))
        assert (statuses[ItemStatus.OK], statuses[ItemStatus.CANCELLED]) == (over.ok, over.cancelled)
        assert over.done == 4
        assert over.is_over


async def test_equal_requests_at_once_make_one_job(store):
    key = IdempotencyKey(key="abc", digest="d" * 64)
    made = await asyncio.gather(*(store.create(NewJob(owner="ann"), files(2), key) for _ in range(20)))

    assert len({one.job.id for one in made}) == 1
    assert sorted(one.replayed for one in made) == [False] + [True] * 19
    assert len((await store.list(JobQuery(viewer=ADMIN))).jobs) == 1


async def test_a_batch_without_files_is_refused(store):
    with pytest.raises(ValueError, match="without files"):
        await store.create(NewJob(owner=None), [])


async def test_a_key_is_its_owners(store):
    key = IdempotencyKey(key="abc", digest="d" * 64)
    made = [await store.create(NewJob(owner=owner), files(1), key) for owner in ("ann", "bob", None)]

    assert [one.replayed for one in made] == [False, False, False]


async def test_a_key_with_another_request_is_refused(store):
    await store.create(NewJob(owner=None), files(1), IdempotencyKey(key="abc", digest="1"))

    with pytest.raises(KeyReused, match="abc"):
        await store.create(NewJob(owner=None), files(1), IdempotencyKey(key="abc", digest="2"))


async def test_a_single_file_is_a_job_that_is_over(store, queue):
    job = await store.record_process(
        NewJob(owner=None), files(1)[0], Outcome(result=b"{}", engine="fake", cached="memory", seconds=1.5)
    )

    assert await store.get(job.id, NOBODY) == job
    assert (job.status, job.ok, job.total) == (JobStatus.COMPLETED, 1, 1)
    assert job.finished_at - job.started_at == timedelta(seconds=1.5)
    assert [one.result async for one in store.results(job.id, NOBODY)] == [b"{}"]
    assert await queue.claim("w", 1, 30) == ()


async def test_a_single_file_that_failed_is_a_failed_job(store):
    job = await store.record_process(NewJob(owner=None), files(1)[0], Outcome(failure=BLANK))

    assert (await store.get(job.id, NOBODY)).status is JobStatus.FAILED
    assert (await store.items(job.id, NOBODY))[0].failure == BLANK


async def test_a_single_file_under_a_key_is_read_once(store, queue):
    key = IdempotencyKey(key="abc", digest="1")
    file = files(1)[0]
    begin = [store.begin_process(NewJob(owner=None), file, key, worker=f"w{n}", lease_seconds=30) for n in range(5)]
    begun = await asyncio.gather(*begin)

    (held,) = [held for created, held in begun if not created.replayed]
    assert await queue.claim("other", 1, 30) == ()
    assert await queue.finish(held, Outcome(result=b"{}"))
    job = (await store.create(NewJob(owner=None), [file], key)).job
    assert (job.id, job.status) == (held.ref.job_id, JobStatus.COMPLETED)


async def test_a_single_file_whose_process_died_may_be_asked_for_again(store, queue, clock):
    key = IdempotencyKey(key="abc", digest="1")
    file = NewItem(name="a.jpg", media_type=None, size=1, sha256="0" * 64)
    first, _ = await store.begin_process(NewJob(owner=None), file, key, worker="w", lease_seconds=30)
    clock.forward(31)
    assert await queue.claim("w2", 1, 30) == ()

    assert (await store.items(first.job.id, NOBODY))[0].failure.retryable
    again, _ = await store.begin_process(NewJob(owner=None), file, key, worker="w2", lease_seconds=30)
    assert again.replayed is False


async def test_pages_of_jobs_hold_each_once_newest_first(store):
    made = [(await batch(store, 1)).id for _ in range(7)]
    seen, cursor = [], None
    while True:
        page = await store.list(JobQuery(viewer=NOBODY, limit=3, cursor=cursor))
        seen += [job.id for job in page.jobs]
        if page.next is None:
            break
        cursor = page.next
        await batch(store, 1)  # newer ones do not shift the pages

    assert seen == made[::-1]


async def test_jobs_are_found_by_status_name_and_time(store, clock):
    cake = await batch(store, name="Cakes 100%")
    since = clock()
    soup = await batch(store, name="soups")
    await store.cancel(soup.id, NOBODY)

    async def found(**wanted):
        return [job.id for job in (await store.list(JobQuery(viewer=NOBODY, **wanted))).jobs]

    assert await found(status=JobStatus.QUEUED) == [cake.id]
    assert await found(name="cAKE") == [cake.id]
    assert await found(name="%") == [cake.id]
    assert await found(name="\0") == []
    assert await found(created_from=since) == [soup.id]
    assert await found(created_to=since) == [cake.id]
    assert await found(created_from=datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), name="soup") == [
        soup.id
    ]
    assert await found(created_to=datetime.max.replace(tzinfo=UTC), created_from=datetime.min.replace(tzinfo=UTC)) == [
        soup.id,
        cake.id,
    ]


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "ä", "MjAyNi0wMS0wMQ", "MjAyNi0wMS0wMSBh", "\0", "=" * 9])
async def test_a_made_up_cursor_is_refused(store, cursor):
    with pytest.raises(BadCursor):
        await store.list(JobQuery(viewer=NOBODY, cursor=cursor))


async def test_results_are_streamed_without_holding_a_connection(store, queue):
    job = await batch(store, 45)
    for claimed in await queue.claim("w", 45, 30):
        await queue.finish(claimed.held, Outcome(result=str(claimed.held.ref.position).encode()))

    positions = [int(one.result) async for one in store.results(job.id, NOBODY)]

    assert positions == list(range(45))


async def test_old_jobs_are_deleted_with_all_that_is_theirs(store, queue, clock):
    key = IdempotencyKey(key="abc", digest="1")
    old = (await store.create(NewJob(owner=None), files(1), key)).job
    waiting = await batch(store, 1, priority=-1)
    (claimed,) = await queue.claim("w", 1, 30)
    await queue.finish(claimed.held, Outcome())
    clock.forward(3600)
    recent = await store.record_process(NewJob(owner=None), files(1)[0], Outcome())

    assert await store.prune(clock() - timedelta(minutes=30)) == 1

    assert await store.get(old.id, NOBODY) is None
    assert {job.id for job in (await store.list(JobQuery(viewer=NOBODY))).jobs} == {waiting.id, recent.id}
    assert (await store.create(NewJob(owner=None), files(1), key)).replayed is False


async def test_waiting_items_want_their_uploads(store, queue):
    await batch(store, 2)
    (claimed,) = await queue.claim("w", 1, 30)
    assert await store.wanted_uploads() == {f"{0:032x}", f"{1:032x}"}

    await queue.finish(claimed.held, Outcome())
    assert await store.wanted_uploads() == {f"{1:032x}"}


async def test_a_restart_keeps_all(store, queue, database, database_url, clock):
    job = await batch(store, 2)
    (claimed,) = await queue.claim("w", 1, 30)
    await queue.finish(claimed.held, Outcome(result=b"kept"))
    await database.close()

    again = await Database.open(DatabaseOptions(url=database_url))
    reopened = JobStore(again, clock=clock)
    assert (await reopened.get(job.id, NOBODY)).ok == 1
    assert [one.result async for one in reopened.results(job.id, NOBODY)] == [b"kept"]
    assert len(await JobQueue(again, clock=clock).claim("w", 5, 30)) == 1
    await again.close()
