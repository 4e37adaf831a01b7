import asyncio
import logging
import time
from dataclasses import replace

import pytest

from ray_app.storage.cache import ResultCache
from ray_app.storage.cache_options import CacheOptions
from ray_app.storage.cache_values import CacheKey
from ray_app.storage.levels import LevelDown
from tests.unit.storage import crowd
from tests.unit.storage.examples import FINAL, KEY, NAMELESS, PASSING, RICH


@pytest.fixture
def options(tmp_path):
    return CacheOptions(folder=tmp_path / "cache", memory_mb=4, disk_mb=16, disk_timeout_s=5.0, lease_s=1.5)


def use(options, scenario):
    async def run():
        cache = await ResultCache.open(options)
        try:
            return await scenario(cache)
        finally:
            await cache.close()

    return asyncio.run(run())


class BrokenDisk:
    """A disk that fails, in what it is told to."""

    name = "disk"

    def __init__(self, *broken):
        self.broken, self.asked = broken, 0

    def __getattr__(self, name):
        async def method(*_):
            self.asked += 1
            if name in self.broken:
                raise LevelDown("no space left on device")

        return method


def test_what_was_put_is_found_without_the_name_of_its_file(options):
    async def scenario(cache):
        assert await cache.get(KEY) is None
        await cache.put(KEY, (RICH, RICH))
        hit = await cache.get(KEY)
        assert (hit.level, hit.results) == ("memory", (NAMELESS, NAMELESS))

    use(options, scenario)


@pytest.mark.parametrize("other", [replace(KEY, image_id="other"), replace(KEY, fingerprint="other")])
def test_another_image_or_another_reader_is_another_key(options, other):
    async def scenario(cache):
        await cache.put(KEY, (RICH,))
        assert await cache.get(other) is None

    use(options, scenario)


def test_a_hit_below_is_kept_above_only_as_long_as_below(options):
    async def scenario(cache):
        await cache.put(KEY, (RICH,))

    async def later(cache):
        levels = [(await cache.get(KEY)).level for _ in range(2)]
        await asyncio.sleep(max(0.0, kept_until - time.time()))
        return levels, await cache.get(KEY)

    brief = options.model_copy(update={"ttl_seconds": 1.5})
    use(brief, scenario)
    kept_until = time.time() + 1.6
    assert use(options, later) == (["disk", "memory"], None)


@pytest.mark.parametrize("result", FINAL)
def test_failures_that_would_come_again_are_kept(options, result):
    async def scenario(cache):
        await cache.put(KEY, (RICH, result))
        return await cache.get(KEY)

    assert use(options, scenario).results[1].failure == result.failure


@pytest.mark.parametrize("result", PASSING)
def test_failures_that_may_pass_are_not_kept(options, result):
    async def scenario(cache):
        await cache.put(KEY, (RICH, result))
        return await cache.get(KEY)

    assert use(options, scenario) is None


def test_clearing_empties_every_level_and_counts(options):
    async def scenario(cache):
        await cache.put(KEY, (RICH,))
        await cache.put(CacheKey(image_id="other", fingerprint="other"), (RICH,))
        counts = await cache.clear()
        assert counts["memory"] == 2
        assert counts["disk"] >= 2
        assert await cache.get(KEY) is None

    use(options, scenario)


def test_it_counts_what_each_level_did(options):
    async def scenario(cache):
        await cache.get(KEY)
        await cache.put(KEY, (RICH,))
        await cache.get(KEY)
        memory, disk = await cache.stats()
        assert (memory.name, memory.hits, memory.misses, memory.failures) == ("memory", 1, 1, 0)
        assert (disk.name, disk.hits, disk.misses, disk.failures) == ("disk", 0, 1, 0)
        assert memory.bytes > 0
        assert disk.bytes > 0

    use(options, scenario)


def test_levels_can_be_left_out(options):
    async def scenario(cache):
        await cache.put(KEY, (RICH,))
        assert await cache.get(KEY) is None
        assert await cache.once(KEY, made((RICH,))) == (RICH,)
        assert (await cache.stats(), await cache.health(), await cache.clear()) == ([], [], {})

    use(options.model_copy(update={"memory_mb": 0, "disk_mb": 0}), scenario)


def test_damaged_bytes_are_a_miss_and_are_told(options, caplog):
    async def spoil(cache):
        await cache.put(KEY, (RICH,))
        disk = cache._floors[1].level
        await disk.put(KEY.text, replace(await disk.get(KEY.text), data=b"rotten"))

    async def scenario(cache):
        assert await cache.get(KEY) is None
        assert (await cache.stats())[1].failures == 1
        await cache.put(KEY, (RICH,))
        assert await cache.get(KEY) is not None

    use(options, spoil)
    use(options, scenario)
    assert "the cache in disk holds damage" in caplog.text


def test_a_full_disk_is_told_once_and_left_alone_while_it_is_still_read(options, caplog):
    async def scenario():
        disk = BrokenDisk("put")
        cache = ResultCache(None, [disk], options)
        for _ in range(10):
            await cache.put(KEY, (RICH,))
            await cache.get(KEY)
        assert disk.asked == options.breaker_failures + 10
        (health,) = await cache.health()
        assert (health.ok, health.message) == (False, "no space left on device")

    with caplog.at_level(logging.WARNING):
        asyncio.run(scenario())
    assert [one.getMessage() for one in caplog.records] == [
        "writing the cache in disk fails and is left out for now: no space left on device"
    ]


def test_a_level_that_is_down_raises_nowhere(options):
    async def scenario():
        everything = ("get", "put", "clear", "held", "ping", "take", "close")
        cache = ResultCache(None, [BrokenDisk(*everything)], options)
        assert await cache.get(KEY) is None
        await cache.put(KEY, (RICH,))
        assert await cache.once(KEY, made((RICH,))) == (RICH,)
        assert await cache.clear() == {"disk": None}
        assert [one.bytes for one in await cache.stats()] == [None]
        assert [one.ok for one in await cache.health()] == [False]
        await cache.close()

    asyncio.run(scenario())


def test_a_level_that_is_down_at_the_start_is_told_of_and_may_come_up_later(options, caplog):
    options.folder.mkdir()
    (options.folder / "entries").write_text("in the way")

    async def scenario(cache):
        assert "the cache in disk is down" in caplog.text
        (options.folder / "entries").unlink()
        await cache.put(KEY, (RICH,))
        assert [one.ok for one in await cache.health()] == [True, True]

    use(options, scenario)


def made(results, log=None, seconds=0.0):
    async def make():
        if log is not None:
            log.append("made")
        await asyncio.sleep(seconds)
        return results

    return make


def test_a_hundred_equal_requests_in_a_process_make_it_once(options):
    log = []

    async def scenario(cache):
        make = made((RICH,), log, 0.1)
        return await asyncio.gather(*(cache.once(KEY, make) for _ in range(100)))

    assert use(options, scenario) == [(RICH,)] * 100
    assert log == ["made"]


def test_what_another_made_in_between_is_not_made_again(options):
    async def scenario(cache):
        await cache.put(KEY, (RICH,))
        return await cache.once(KEY, made(()))

    assert use(options, scenario) == (NAMELESS,)


def test_after_an_error_the_next_one_need_not_wait(options):
    async def fail():
        raise ValueError("burnt")

    async def scenario(cache):
        with pytest.raises(ValueError, match="burnt"):
            await cache.once(KEY, fail)
        started = time.monotonic()
        await cache.once(KEY, made((RICH,)))
        return time.monotonic() - started

    assert use(options, scenario) < options.lease_s / 2


def test_work_that_takes_longer_than_its_lease_is_still_done_once(options):
    log = []

    async def one(cache):
        async def make():
            log.append("made")
            await asyncio.sleep(2 * options.lease_s)
            await cache.put(KEY, (RICH,))
            return (RICH,)

        return await cache.once(KEY, make)

    async def scenario(first):
        second = await ResultCache.open(options)
        results = await asyncio.gather(one(first), one(second))
        await second.close()
        return results

    use(options, scenario)
    assert log == ["made"]


def test_several_processes_make_it_once(options, tmp_path):
    log = tmp_path / "log"
    assert crowd.finish(crowd.start(options, log, count=3, seconds=1.0)) == ["Plain Cake"] * 3
    assert len(log.read_text().splitlines()) == 1


def test_when_the_one_who_makes_it_is_killed_another_takes_over(options, tmp_path):
    titles, seconds = crowd.killed_holder(options, tmp_path / "log")
    assert titles == ["Plain Cake"] * 2
    assert seconds < options.lease_s + 3.0
    assert len((tmp_path / "log").read_text().splitlines()) == 2
