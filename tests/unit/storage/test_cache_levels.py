import asyncio
import os
import pickle
import sqlite3
import time
from contextlib import closing

import diskcache
import pytest

from ray_app.storage.disk import DiskLevel
from ray_app.storage.levels import Entry, LevelDown
from ray_app.storage.memory import MemoryLevel

MIB = 1024 * 1024


def memory(folder, size=MIB):
    return MemoryLevel(size, folder / "cleared")


def disk(folder, size=16 * MIB, timeout_s=5.0):
    return DiskLevel(folder / "entries", size, timeout_s)


def entry(data=b"data", seconds=60.0):
    return Entry(data, time.time() + seconds)


def use(level, scenario):
    async def run():
        try:
            return await scenario(level)
        finally:
            await level.close()

    return asyncio.run(run())


@pytest.fixture(params=[memory, disk])
def level(request, tmp_path):
    return request.param(tmp_path)


def test_an_entry_comes_back_with_the_time_it_has_left(level):
    async def scenario(level):
        kept = entry()
        await level.put("key", kept)
        found = await level.get("key")
        assert (found.data, found.expires_at) == (kept.data, pytest.approx(kept.expires_at, abs=0.01))
        assert await level.get("other") is None

    use(level, scenario)


def test_an_entry_that_is_too_old_is_gone(level):
    async def scenario(level):
        await level.put("key", entry(seconds=0.05))
        await level.put("late", entry(seconds=-1.0))
        await asyncio.sleep(0.1)
        assert [await level.get(key) for key in ("key", "late")] == [None, None]

    use(level, scenario)


def test_clearing_says_how_many_there_were(level):
    async def scenario(level):
        await level.put("a", entry())
        await level.put("b", entry())
        assert await level.clear() == 2
        assert await level.get("a") is None

    use(level, scenario)


def test_memory_holds_no_more_than_it_may_and_forgets_what_was_not_used(tmp_path):
    async def scenario(level):
        for number in range(9):
            await level.put(f"key {number}", entry(b"x" * 100_000))
        await level.get("key 0")
        for number in range(9, 12):
            await level.put(f"key {number}", entry(b"x" * 100_000))
        assert await level.get("key 0") is not None
        assert await level.get("key 1") is None
        assert 900_000 < await level.held() <= MIB

    use(memory(tmp_path), scenario)


def test_memory_passes_over_what_is_larger_than_all_of_it(tmp_path):
    async def scenario(level):
        await level.put("small", entry())
        await level.put("large", entry(b"x" * MIB))
        assert await level.get("large") is None
        assert await level.get("small") is not None

    use(memory(tmp_path), scenario)


def test_one_process_clearing_empties_the_memory_of_all(tmp_path):
    async def scenario(level):
        other = memory(tmp_path)
        await other.put("key", entry())
        await level.clear()
        assert await other.get("key") is None
        await other.put("key", entry())
        assert await other.get("key") is not None

    use(memory(tmp_path), scenario)


def test_the_disk_stays_within_its_size(tmp_path):
    size = 2 * MIB

    async def scenario(level):
        for number in range(100):
            await level.put(f"key {number}", entry(os.urandom(100_000)))
        assert MIB < await level.held() <= size + 200_000
        assert await level.get("key 99") is not None

    use(disk(tmp_path, size), scenario)
    files = sum(file.stat().st_size for file in (tmp_path / "entries").rglob("*.val"))
    assert files <= size


def test_the_disk_outlives_the_process(tmp_path):
    use(disk(tmp_path), lambda level: level.put("key", entry(b"x" * 100_000)))
    assert use(disk(tmp_path), lambda level: level.get("key")).data == b"x" * 100_000


def test_nobody_else_may_look_into_the_folder(tmp_path):
    use(disk(tmp_path), lambda level: level.ping())
    assert (tmp_path / "entries").stat().st_mode & 0o077 == 0


def test_a_pickle_in_the_folder_is_not_run(tmp_path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "boom"),)

    with diskcache.Cache(str(tmp_path / "entries")) as foreign:
        foreign.set("key", Bomb())
    with pytest.raises(LevelDown, match="not of this program"):
        use(disk(tmp_path), lambda level: level.get("key"))
    assert not (tmp_path / "boom").exists()
    pickle.loads(pickle.dumps(Bomb()))
    assert (tmp_path / "boom").exists()


def test_a_folder_that_cannot_be_made_is_a_level_that_is_down(tmp_path):
    (tmp_path / "entries").write_text("a file is in the way")
    with pytest.raises(LevelDown, match="entries"):
        use(disk(tmp_path), lambda level: level.get("key"))


def test_a_damaged_database_is_a_level_that_is_down(tmp_path):
    (tmp_path / "entries").mkdir()
    (tmp_path / "entries" / "cache.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(LevelDown, match="not a database"):
        use(disk(tmp_path), lambda level: level.get("key"))


def test_a_file_that_was_removed_behind_its_back_is_a_miss(tmp_path):
    async def scenario(level):
        await level.put("key", entry(b"x" * 100_000))
        (file,) = (tmp_path / "entries").rglob("*.val")
        file.unlink()
        assert await level.get("key") is None

    use(disk(tmp_path), scenario)


def test_a_disk_that_is_held_up_is_not_waited_for(tmp_path):
    async def scenario(level):
        await level.ping()
        with closing(sqlite3.connect(tmp_path / "entries" / "cache.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            started = time.monotonic()
            with pytest.raises(LevelDown):
                await level.put("key", entry())
            assert time.monotonic() - started < 3.0
            assert await level.get("key") is None
            other.execute("ROLLBACK")
        await level.put("key", entry())

    use(disk(tmp_path, timeout_s=0.5), scenario)


def test_a_lease_is_held_by_one_until_it_is_given_back(tmp_path):
    async def scenario(level):
        lease = await level.take("key", 60.0)
        assert await level.take("key", 60.0) is None
        assert await level.take("other", 60.0) is not None
        assert await lease.keep()
        await lease.give_back()
        assert await level.take("key", 60.0) is not None

    use(disk(tmp_path), scenario)


def test_a_lease_that_ran_out_cannot_be_kept_nor_taken_from_its_next_holder(tmp_path):
    async def scenario(level):
        old = await level.take("key", 0.1)
        await asyncio.sleep(0.2)
        new = await level.take("key", 60.0)
        assert not await old.keep()
        await old.give_back()
        assert await new.keep()

    use(disk(tmp_path), scenario)
