"""The cache of results: memory, Redis and disk, asked in this order; what is found is kept in the levels above, too.

Knows results, levels and who makes what is missing; knows nothing of HTTP, jobs or engines.
"""

import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

from ray_app.storage.breaker import Breaker
from ray_app.storage.cache_options import CacheOptions
from ray_app.storage.cache_values import CacheKey, Hit, LevelHealth, LevelStats, worth_keeping
from ray_app.storage.codec import UnreadableResults, decode, encode
from ray_app.storage.disk import DiskLevel
from ray_app.storage.guard import Guard
from ray_app.storage.leases import Leases
from ray_app.storage.levels import Entry, Level, LevelDown, LevelName, SharedLevel
from ray_app.storage.memory import MemoryLevel
from ray_app.storage.redis_level import RedisLevel
from ray_app.storage.single_flight import Flights
from ray_app.telemetry import catalog
from ray_app.types import ImageResult

log = logging.getLogger(__name__)

MIB = 1024 * 1024

Results = tuple[ImageResult, ...]


@dataclass(slots=True)
class _Floor:
    """A level with its guards and its counts."""

    level: Level
    reading: Guard
    writing: Guard
    hits: int = 0
    misses: int = 0


class ResultCache:
    """Results of whole files by what was read and how; one of these in each process, used by its event loop.

    A level that fails is left out and told of in the log once; no method raises for it.

    Args:
        memory: the level of this process, or None.
        shared: the levels that other processes see, the widest known first.
        options: how long results are kept, and when a level is left alone.
    """

    def __init__(self, memory: MemoryLevel | None, shared: Sequence[SharedLevel], options: CacheOptions) -> None:
        self._ttl_s = options.ttl_seconds

        def floor(level: Level) -> _Floor:
            reading, writing = (
                Guard(f"{doing} the cache in {level.name}", Breaker(options.breaker_failures, options.breaker_open_s))
                for doing in ("reading", "writing")
            )
            return _Floor(level, reading, writing)

        below = [floor(level) for level in shared]
        self._floors = ([floor(memory)] if memory else []) + below
        self._flights: Flights[Results] = Flights()
        self._leases = Leases([(level, one.writing) for level, one in zip(shared, below, strict=True)], options.lease_s)

    @classmethod
    async def open(cls, options: CacheOptions) -> Self:
        """Opens the levels that the settings ask for; one that is down is told of, and may come up later."""
        folder = options.folder.expanduser()
        memory = MemoryLevel(options.memory_mb * MIB, folder / "cleared") if options.memory_mb else None
        shared: list[SharedLevel] = []
        if options.redis_url is not None:
            shared.append(RedisLevel(options.redis_url, options.redis_connect_timeout_s, options.redis_timeout_s))
        if options.disk_mb:
            shared.append(DiskLevel(folder / "entries", options.disk_mb * MIB, options.disk_timeout_s))
        cache = cls(memory, shared, options)
        for one in await cache.health():
            if not one.ok:
                log.warning("the cache in %s is down: %s", one.name, one.message)
        return cache

    async def get(self, key: CacheKey) -> Hit | None:
        """Returns what is kept under the key, and from now on in the levels above as well, as long as it is kept."""
        for number, floor in enumerate(self._floors):
            hit = await self._look(number, key.text)
            if hit is not None:
                floor.hits += 1
                catalog.CACHE_HITS.add(level=floor.level.name)
                return hit
            floor.misses += 1
            catalog.CACHE_MISSES.add(level=floor.level.name)
        return None

    async def put(self, key: CacheKey, results: Results) -> None:
        """Keeps results in every level, unless reading the file again might give others."""
        if not worth_keeping(results):
            return
        data = encode(tuple(replace(one, source="") for one in results))
        await self._keep(self._floors, key.text, Entry(data, time.time() + self._ttl_s))

    async def once(self, key: CacheKey, make: Callable[[], Coroutine[Any, Any, Results]]) -> Results:
        """Returns results that are missing: of all who ask for them at once, in all processes, one makes them.

        Args:
            key: of the results.
            make: makes them and puts them here; it raises what it likes, and all who wait in this process raise it.
        """

        async def find() -> Results | None:
            for number in range(len(self._floors)):
                hit = await self._look(number, key.text)
                if hit is not None:
                    return hit.results
            return None

        return await self._flights.run(key.text, lambda: self._leases.run(key.text, find, make))

    def tell(self) -> None:
        """Tells operators which levels work at present; asks nobody."""
        for floor in self._floors:
            works = floor.reading.trouble is None and floor.writing.trouble is None
            catalog.CACHE_UP.set(float(works), level=floor.level.name)

    async def clear(self) -> dict[LevelName, int | None]:
        """Removes everything; returns how many entries each level had, None where it is down and still has them.

        Other processes of this machine drop what they hold in memory. Other machines keep what is in their memory and
        on their disks until it is too old.
        """
        return {one.level.name: await one.writing.ask(one.level.clear, None) for one in self._floors}

    async def stats(self) -> list[LevelStats]:
        """Returns what each level has done in this process, and what it takes."""
        return [
            LevelStats(
                name=one.level.name,
                hits=one.hits,
                misses=one.misses,
                failures=one.reading.failures + one.writing.failures,
                bytes=await one.reading.ask(one.level.held, None),
            )
            for one in self._floors
        ]

    async def health(self) -> list[LevelHealth]:
        """Asks each level whether it is well, even one that is left alone at present."""
        return [await _health(floor) for floor in self._floors]

    async def close(self) -> None:
        """Ends it; what is on disk and in Redis stays."""
        for floor in self._floors:
            try:
                await floor.level.close()
            except LevelDown as error:
                log.warning("the cache in %s could not be closed: %s", floor.level.name, error)

    async def _look(self, number: int, key: str) -> Hit | None:
        floor = self._floors[number]
        entry = await floor.reading.ask(partial(floor.level.get, key), None)
        if entry is None:
            return None
        try:
            results = decode(entry.data)
        except UnreadableResults as error:
            floor.reading.failures += 1
            log.warning("the cache in %s holds damage under %s: %s", floor.level.name, key, error)
            return None
        await self._keep(self._floors[:number], key, entry)
        return Hit(level=floor.level.name, results=results)

    async def _keep(self, floors: Sequence[_Floor], key: str, entry: Entry) -> None:
        for floor in floors:
            await floor.writing.ask(partial(floor.level.put, key, entry), None)


async def _health(floor: _Floor) -> LevelHealth:
    started = time.monotonic()
    try:
        await floor.level.ping()
        trouble = floor.reading.trouble or floor.writing.trouble
    except LevelDown as error:
        trouble = str(error)
    seconds = time.monotonic() - started
    return LevelHealth(name=floor.level.name, ok=trouble is None, latency_s=seconds, message=trouble or "works")
