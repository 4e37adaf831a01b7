import asyncio
import logging

import pytest

from ray_app.storage.breaker import Breaker
from ray_app.storage.guard import Guard
from ray_app.storage.levels import LevelDown


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(3, 10.0, clock)


def fail(breaker, times):
    return [breaker.failed() for _ in range(times)]


def test_only_failures_in_a_row_open_it(breaker):
    fail(breaker, 2)
    breaker.succeeded()
    assert fail(breaker, 3) == [False, False, True]
    assert breaker.is_open
    assert not breaker.admits()


def test_after_a_while_one_caller_tries_for_all(breaker, clock):
    fail(breaker, 3)
    clock.now = 10.0
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    assert breaker.succeeded()
    assert breaker.admits()


def test_a_failed_trial_keeps_it_open_as_long_again(breaker, clock):
    fail(breaker, 3)
    clock.now = 10.0
    breaker.admits()
    assert not breaker.failed()
    clock.now = 19.9
    assert not breaker.admits()
    clock.now = 20.0
    assert breaker.admits()


def test_a_trial_that_was_called_off_lets_the_next_one_try(breaker, clock):
    fail(breaker, 3)
    clock.now = 10.0
    breaker.admits()
    breaker.gave_up()
    assert breaker.admits()


async def down():
    raise LevelDown("the plug is pulled")


async def works():
    return "answer"


def test_a_guard_asks_no_more_while_its_level_is_down_and_logs_each_change_once(breaker, clock, caplog):
    guard = Guard("reading the cache in redis", breaker)

    async def scenario():
        answers = [await guard.ask(down, None) for _ in range(20)]
        assert (answers, guard.failures, guard.trouble) == ([None] * 20, 3, "the plug is pulled")
        assert await guard.ask(works, None) is None
        clock.now = 10.0
        assert [await guard.ask(works, None) for _ in range(2)] == ["answer", "answer"]
        assert guard.trouble is None

    with caplog.at_level(logging.WARNING):
        asyncio.run(scenario())
    assert [record.getMessage() for record in caplog.records] == [
        "reading the cache in redis fails and is left out for now: the plug is pulled",
        "reading the cache in redis works again",
    ]


def test_a_guard_whose_trial_is_cancelled_tries_again(breaker, clock):
    guard = Guard("reading", breaker)

    async def scenario():
        for _ in range(3):
            await guard.ask(down, None)
        clock.now = 10.0
        trial = asyncio.create_task(guard.ask(lambda: asyncio.sleep(60), None))
        await asyncio.sleep(0)
        trial.cancel()
        await asyncio.wait([trial])
        assert await guard.ask(works, None) == "answer"

    asyncio.run(scenario())


def test_a_bug_is_no_outage(breaker):
    async def bug():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(Guard("reading", breaker).ask(bug, None))
