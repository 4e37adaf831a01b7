"""The cache in a Redis that several machines share.

Knows redis-py; whatever goes wrong there is ``LevelDown`` here. Touches only keys that begin with ``recipe-ocr:``.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.lock import Lock
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import LockNotOwnedError, RedisError

from ray_app.storage.levels import Entry, LevelDown

log = logging.getLogger(__name__)

_PREFIX = "recipe-ocr:"
_CONNECTIONS = 32
"""At most this many a process; further requests wait for one, within their time."""
_AT_ONCE = 1000
"""Keys looked at in one step of clearing, so that Redis serves others in between."""


class RedisLevel:
    """Entries in Redis, which drops them by its own rule (``maxmemory-policy``) when it is full.

    Args:
        url: of the server.
        connect_timeout_s: longest wait for a connection.
        timeout_s: longest wait for an answer, connecting included.
    """

    name: Literal["redis"] = "redis"

    def __init__(self, url: str, connect_timeout_s: float, timeout_s: float) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            socket_connect_timeout=connect_timeout_s,
            retry=Retry(NoBackoff(), 0),  # the next level is faster than a second try
        )
        self._redis = Redis.from_pool(pool)
        self._timeout_s = timeout_s

    async def get(self, key: str) -> Entry | None:
        """Returns what stands under the key, unless it is too old.

        Raises:
            LevelDown: Redis fails or is too slow.
        """
        async with self._told(), self._redis.pipeline(transaction=False) as both:
            both.get(_PREFIX + key)
            both.pttl(_PREFIX + key)
            data, left_ms = await both.execute()
        return None if data is None or left_ms <= 0 else Entry(data, time.time() + left_ms / 1000)

    async def put(self, key: str, entry: Entry) -> None:
        """Keeps an entry.

        Raises:
            LevelDown: Redis fails, is full or too slow.
        """
        left_ms = int((entry.expires_at - time.time()) * 1000)
        if left_ms > 0:
            async with self._told():
                await self._redis.set(_PREFIX + key, entry.data, px=left_ms)

    async def clear(self) -> int:
        """Removes all entries of ours; returns how many there were.

        Raises:
            LevelDown: Redis fails or is too slow.
        """
        count, cursor = 0, 0
        while True:
            async with self._told():
                cursor, keys = await self._redis.scan(cursor, match=f"{_PREFIX}*", count=_AT_ONCE)
                count += await self._redis.unlink(*keys) if keys else 0
            if not cursor:
                return count

    async def held(self) -> None:
        """Cannot tell: Redis counts only what all its users take together."""

    async def ping(self) -> None:
        """Asks for an answer.

        Raises:
            LevelDown: Redis fails or is too slow.
        """
        async with self._told():
            await self._redis.ping()

    async def take(self, key: str, seconds: float) -> "RedisLease | None":
        """Returns the lease of this name, or None while another has it.

        Raises:
            LevelDown: Redis fails, is full or too slow.
        """
        lock = Lock(self._redis, f"{_PREFIX}lease:{key}", timeout=seconds, blocking=False, thread_local=False)
        async with self._told():
            return RedisLease(self, lock) if await lock.acquire() else None

    async def close(self) -> None:
        """Closes all connections.

        Raises:
            LevelDown: Redis fails or is too slow.
        """
        async with self._told():
            await self._redis.aclose()

    @asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
        except TimeoutError:
            raise LevelDown(f"Redis did not answer within {self._timeout_s:g} s") from None
        except (RedisError, OSError) as error:
            raise LevelDown(f"Redis: {error}") from error


class RedisLease:
    """A lease that stands in Redis."""

    def __init__(self, level: RedisLevel, lock: Lock) -> None:
        self._level, self._lock = level, lock

    async def keep(self) -> bool:
        """Lets it begin anew; False when it has run out before.

        Raises:
            LevelDown: Redis fails or is too slow.
        """
        async with self._level._told():
            try:
                return bool(await self._lock.reacquire())
            except LockNotOwnedError:
                return False

    async def give_back(self) -> None:
        """Ends it, if it has not run out.

        Raises:
            LevelDown: Redis fails or is too slow.
        """
        async with self._level._told():
            try:
                await self._lock.release()
            except LockNotOwnedError:
                log.info("the lease %s had run out before its work was done", self._lock.name)
