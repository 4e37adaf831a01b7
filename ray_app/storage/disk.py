"""The cache on this machine's disk, shared by all its processes, bounded by bytes.

Knows diskcache; everything that it does happens in one thread, so that a slow disk holds up nobody else.
"""

import asyncio
import sqlite3
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, TypeVar

import diskcache

from ray_app.storage.levels import Entry, LevelDown

T = TypeVar("T")


class _PlainDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache has no types
    """Reads no pickles: whoever can write into the folder shall not be able to run code here."""

    def fetch(self, mode: int, filename: str | None, value: object, read: bool) -> object:
        """Returns the bytes of an entry."""
        if mode not in (diskcache.core.MODE_RAW, diskcache.core.MODE_BINARY):
            raise LevelDown(f"{self._directory} holds an entry that is not of this program; remove the folder")
        return super().fetch(mode, filename, value, read)


class DiskLevel:
    """Entries in a folder; the oldest make room. The folder is made, and opened, when it is first used.

    Args:
        folder: of this level alone.
        max_bytes: how much it may take, give or take a few entries.
        timeout_s: longest wait for an answer.
    """

    name: Literal["disk"] = "disk"

    def __init__(self, folder: Path, max_bytes: int, timeout_s: float) -> None:
        self._folder, self._max_bytes, self._timeout_s = folder, max_bytes, timeout_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cache-disk")
        self._cache: diskcache.Cache | None = None

    async def get(self, key: str) -> Entry | None:
        """Returns what stands under the key, unless it is too old.

        Raises:
            LevelDown: the disk fails or is too slow.
        """
        data, expires_at = await self._do(lambda cache: cache.get(key, expire_time=True))
        return None if data is None else Entry(data, expires_at)

    async def put(self, key: str, entry: Entry) -> None:
        """Keeps an entry.

        Raises:
            LevelDown: the disk fails, is full or too slow.
        """
        await self._do(lambda cache: cache.set(key, entry.data, expire=entry.expires_at - time.time()))

    async def clear(self) -> int:
        """Removes all entries; returns how many there were. Takes as long as it takes.

        Raises:
            LevelDown: the disk fails.
        """
        return int(await self._do(lambda cache: cache.clear(), bounded=False))

    async def held(self) -> int:
        """Returns how many bytes it takes, those of its tables included.

        Raises:
            LevelDown: the disk fails or is too slow.
        """
        return int(await self._do(lambda cache: cache.volume()))

    async def ping(self) -> None:
        """Writes, so that a full disk is noticed.

        Raises:
            LevelDown: the disk fails, is full or too slow.
        """
        await self._do(lambda cache: cache.set("ping", b"", expire=1.0))

    async def take(self, key: str, seconds: float) -> "DiskLease | None":
        """Returns the lease of this name, or None while another has it.

        Raises:
            LevelDown: the disk fails, is full or too slow.
        """
        name, token = f"lease:{key}", uuid.uuid4().bytes
        taken = await self._do(lambda cache: cache.add(name, token, expire=seconds))
        return DiskLease(self._do, name, token, seconds) if taken else None

    async def close(self) -> None:
        """Closes the folder.

        Raises:
            LevelDown: the disk fails or is too slow.
        """
        try:
            if self._cache is not None:
                await self._do(lambda cache: cache.close())
        finally:
            self._thread.shutdown(wait=False)

    async def _do(self, work: Callable[[Any], T], *, bounded: bool = True) -> T:
        try:
            async with asyncio.timeout(self._timeout_s if bounded else None):
                return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(self._open()))
        except TimeoutError:
            raise LevelDown(f"{self._folder} did not answer within {self._timeout_s:g} s") from None
        except (OSError, sqlite3.Error, diskcache.Timeout) as error:
            raise LevelDown(f"{self._folder}: {error or 'another process holds it'}") from error

    def _open(self) -> Any:  # noqa: ANN401 -- diskcache has no types
        if self._cache is None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._cache = diskcache.Cache(
                str(self._folder), timeout=self._timeout_s, disk=_PlainDisk, size_limit=self._max_bytes
            )
        return self._cache


class DiskLease:
    """A lease that stands in the folder."""

    def __init__(self, do: Callable[[Callable[[Any], bool]], Any], name: str, token: bytes, seconds: float) -> None:
        self._do, self._name, self._token, self._seconds = do, name, token, seconds

    async def keep(self) -> bool:
        """Lets it begin anew; False when it has run out before.

        Raises:
            LevelDown: the disk fails, is full or too slow.
        """
        return bool(await self._do(lambda cache: self._if_mine(cache, lambda: cache.touch(self._name, self._seconds))))

    async def give_back(self) -> None:
        """Ends it, if it has not run out.

        Raises:
            LevelDown: the disk fails, is full or too slow.
        """
        await self._do(lambda cache: self._if_mine(cache, lambda: cache.delete(self._name)))

    def _if_mine(self, cache: Any, change: Callable[[], bool]) -> bool:  # noqa: ANN401 -- diskcache has no types
        with cache.transact():
            return cache.get(self._name) == self._token and change()
