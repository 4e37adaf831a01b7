import asyncio
import logging
import time

import pytest
import redis

from ray_app.storage.cache import ResultCache
from ray_app.storage.cache_options import CacheOptions
from ray_app.storage.levels import Entry, LevelDown
from ray_app.storage.redis_level import RedisLevel
from tests.service.redis_server import redis_server  # noqa: F401 -- a fixture
from tests.unit.storage import crowd
from tests.unit.storage.examples import KEY, NAMELESS, RICH


@pytest.fixture
def server(redis_server):  # noqa: F811
    return redis_server


@pytest.fixture
def options(server, tmp_path):
    """Times are long, as this machine may be busy; that they are kept is tested with short ones."""
    return CacheOptions(
        folder=tmp_path / "cache",
        redis_url=server.url,
        redis_connect_timeout_s=2.0,
        redis_timeout_s=2.0,
        disk_timeout_s=5.0,
        breaker_open_s=0.5,
        lease_s=1.5,
    )


def use(options, scenario):
    async def run():
        cache = await ResultCache.open(options)
        try:
            return await scenario(cache)
        finally:
            await cache.close()

    return asyncio.run(run())


def use_level(url, scenario, timeout_s=2.0):
    async def run():
        level = RedisLevel(url, timeout_s, timeout_s)
        try:
            return await scenario(level)
        finally:
            await level.close()

    return asyncio.run(run())


def entry(data=b"data", seconds=60.0):
    return Entry(data, time.time() + seconds)


def test_an_entry_comes_back_with_the_time_it_has_left(server):
    async def scenario(level):
        kept = entry(bytes(range(256)))
        await level.put("key", kept)
        found = await level.get("key")
        assert (found.data, found.expires_at) == (kept.data, pytest.approx(kept.expires_at, abs=0.5))
        assert await level.get("other") is None
        await level.put("late", entry(seconds=-1.0))
        assert await level.get("late") is None

    use_level(server.url, scenario)


def test_clearing_leaves_the_keys_of_others_alone(server):
    async def scenario(level):
        for number in range(2500):
            await level.put(f"key {number}", entry())
        return await level.clear()

    with redis.Redis.from_url(server.url) as other:
        other.set("theirs", "value")
        assert use_level(server.url, scenario) == 2500
        assert other.keys() == [b"theirs"]


def test_a_lease_is_held_by_one_until_it_runs_out_or_is_given_back(server):
    async def scenario(level):
        old = await level.take("key", 0.3)
        assert await level.take("key", 60.0) is None
        assert await old.keep()
        await asyncio.sleep(0.5)
        new = await level.take("key", 60.0)
        assert not await old.keep()
        await old.give_back()
        assert await new.keep()
        await new.give_back()
        assert await level.take("key", 60.0) is not None

    use_level(server.url, scenario)


def test_a_dead_server_is_a_level_that_is_down(server):
    async def scenario(level):
        server.stop()
        for question in (level.get("key"), level.put("key", entry()), level.clear(), level.ping(), level.take("k", 1)):
            with pytest.raises(LevelDown, match="Redis"):
                await question

    use_level(server.url, scenario)


def test_a_full_server_is_a_level_that_cannot_be_written(server):
    async def scenario(level):
        with pytest.raises(LevelDown, match="maxmemory"):
            await level.put("key", entry())
        assert await level.get("key") is None

    with redis.Redis.from_url(server.url) as other:
        other.config_set("maxmemory", "1")
    use_level(server.url, scenario)


def test_a_server_that_hangs_is_not_waited_for(server):
    async def scenario(level):
        await level.put("key", entry())
        server.freeze()
        started = time.monotonic()
        with pytest.raises(LevelDown, match=r"within 0.3 s"):
            await level.get("key")
        assert time.monotonic() - started < 1.5
        server.thaw()
        await asyncio.sleep(0.2)
        assert (await level.get("key")).data == b"data", "the late answer must not be taken for this one's"

    use_level(server.url, scenario, timeout_s=0.3)


def test_what_one_machine_put_is_found_by_another(options, tmp_path):
    use(options, lambda cache: cache.put(KEY, (RICH,)))

    async def elsewhere(cache):
        return [await cache.get(KEY) for _ in range(2)]

    hits = use(options.model_copy(update={"folder": tmp_path / "elsewhere"}), elsewhere)
    assert [hit.level for hit in hits] == ["redis", "memory"]
    assert hits[0].results == (NAMELESS,)


def test_requests_go_on_while_redis_is_dead_and_it_is_used_again_afterwards(options, server, caplog):
    no_memory = options.model_copy(update={"memory_mb": 0})

    async def scenario(cache):
        await cache.put(KEY, (RICH,))
        assert (await cache.get(KEY)).level == "redis"
        server.stop()
        levels = [(await cache.get(KEY)).level for _ in range(10)]
        assert levels == ["disk"] * 10
        assert (await cache.stats())[0].failures == 2 * no_memory.breaker_failures, "of reading and of writing"
        assert [(one.name, one.ok) for one in await cache.health()] == [("redis", False), ("disk", True)]
        server.start()
        await asyncio.sleep(no_memory.breaker_open_s + 0.1)
        await cache.put(KEY, (RICH,))
        assert (await cache.get(KEY)).level == "redis"
        assert all(one.ok for one in await cache.health())

    with caplog.at_level(logging.WARNING, "ray_app"):
        use(no_memory, scenario)
    told = [one.getMessage() for one in caplog.records]
    assert [one.split(" cache in redis ")[1].split()[0] for one in told] == ["fails", "fails", "works", "works"]


def test_a_dead_redis_costs_nothing_once_it_is_known_to_be_dead(options, server):
    server.stop()
    alone = options.model_copy(update={"memory_mb": 0, "disk_mb": 0, "breaker_open_s": 60.0})

    async def scenario(cache):
        for _ in range(alone.breaker_failures):
            await cache.get(KEY)
        started = time.perf_counter()
        for _ in range(1000):
            await cache.get(KEY)
        return (time.perf_counter() - started) / 1000

    assert use(alone, scenario) < 0.001


def test_a_hundred_requests_at_once_survive_the_death_of_redis(options, server):
    async def scenario(cache):
        await cache.put(KEY, (RICH,))
        asks = [asyncio.create_task(cache.get(KEY)) for _ in range(100)]
        await asyncio.sleep(0)
        server.stop()
        return {hit.level for hit in await asyncio.gather(*asks)}

    assert use(options.model_copy(update={"memory_mb": 0}), scenario) <= {"redis", "disk"}


def test_machines_make_a_result_once(options, tmp_path):
    log = tmp_path / "log"
    there = options.model_copy(update={"disk_mb": 0})
    here = options.model_copy(update={"folder": tmp_path / "here"})
    processes = [one for each in (there, here) for one in crowd.start(each, log, count=2, seconds=1.0)]
    assert crowd.finish(processes) == ["Plain Cake"] * 4
    assert len(log.read_text().splitlines()) == 1


def test_when_the_machine_that_makes_it_is_killed_another_takes_over(options, tmp_path):
    titles, seconds = crowd.killed_holder(options.model_copy(update={"disk_mb": 0}), tmp_path / "log")
    assert titles == ["Plain Cake"] * 2
    assert seconds < options.lease_s + 3.0
    assert len((tmp_path / "log").read_text().splitlines()) == 2


def test_without_redis_the_processes_of_a_machine_agree_on_disk(options, server, tmp_path):
    server.stop()
    log = tmp_path / "log"
    assert crowd.finish(crowd.start(options, log, count=2, seconds=1.0)) == ["Plain Cake"] * 2
    assert len(log.read_text().splitlines()) == 1


def test_the_password_is_in_no_message():
    options = CacheOptions(redis_url="redis://:secret@127.0.0.1:1/0")
    assert "secret" not in repr(options)
    health = use(options.model_copy(update={"disk_mb": 0, "memory_mb": 0}), lambda cache: cache.health())
    assert "secret" not in str(health)
