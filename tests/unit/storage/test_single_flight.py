import asyncio
from contextvars import ContextVar

import pytest

from ray_app.storage.single_flight import Flights

REQUEST = ContextVar("request", default="none")


class Work:
    """Counts how often it runs, and how often it is cancelled in its middle."""

    def __init__(self, error=None):
        self.runs, self.cancelled, self.error = 0, 0, error
        self.may_end = asyncio.Event()

    async def __call__(self):
        self.runs += 1
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        return f"result {self.runs}"


async def waiters(flights, work, count, key="key"):
    tasks = [asyncio.create_task(flights.run(key, work)) for _ in range(count)]
    await asyncio.sleep(0.01)
    return tasks


def test_a_hundred_at_once_do_the_work_once():
    async def scenario():
        flights, work = Flights(), Work()
        tasks = await waiters(flights, work, 100)
        work.may_end.set()
        assert await asyncio.gather(*tasks) == ["result 1"] * 100
        assert await flights.run("key", work) == "result 2"

    asyncio.run(scenario())


def test_other_keys_do_their_own():
    async def scenario():
        flights, work = Flights(), Work()
        work.may_end.set()
        assert await asyncio.gather(*(flights.run(key, work) for key in "ab")) == ["result 1", "result 2"]

    asyncio.run(scenario())


def test_all_get_the_error_and_the_next_tries_again():
    async def scenario():
        flights, work = Flights(), Work(ValueError("burnt"))
        tasks = await waiters(flights, work, 3)
        work.may_end.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [str(one) for one in outcomes] == ["burnt"] * 3
        with pytest.raises(ValueError, match="burnt"):
            await flights.run("key", work)
        assert work.runs == 2

    asyncio.run(scenario())


def test_who_leaves_does_not_take_the_others_with_him():
    async def scenario():
        flights, work = Flights(), Work()
        first, second = await waiters(flights, work, 2)
        first.cancel()
        await asyncio.wait([first])
        work.may_end.set()
        assert (await second, work.cancelled) == ("result 1", 0)

    asyncio.run(scenario())


def test_the_last_to_leave_ends_the_work_and_who_comes_then_starts_anew():
    async def scenario():
        flights, work = Flights(), Work()
        tasks = await waiters(flights, work, 2)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        (late,) = await waiters(flights, work, 1)
        assert (work.runs, work.cancelled) == (2, 1)
        work.may_end.set()
        assert await late == "result 2"

    asyncio.run(scenario())


def test_the_work_belongs_to_no_request():
    async def scenario():
        async def look():
            return REQUEST.get()

        REQUEST.set("the first one's")
        assert await Flights().run("key", look) == "none"

    asyncio.run(scenario())
