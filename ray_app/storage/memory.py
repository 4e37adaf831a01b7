"""The cache in this process's memory, bounded by bytes.

Knows of other processes only that one of them may have cleared the cache, which a file tells.
"""

import time
from pathlib import Path
from typing import Literal

from cachetools import TLRUCache

from ray_app.storage.levels import Entry

_OVERHEAD = 420
"""Bytes that an entry takes beside its data, measured over 5,000: its key, the objects around it, its places in tables."""


class MemoryLevel:
    """Entries in memory; the least recently used make room.

    Args:
        max_bytes: how much it may take.
        mark: file whose time changes whenever a process of this machine clears the cache.
    """

    name: Literal["memory"] = "memory"

    def __init__(self, max_bytes: int, mark: Path) -> None:
        self._entries: TLRUCache[str, Entry] = TLRUCache(
            max_bytes,
            ttu=lambda _key, entry, _now: entry.expires_at,
            timer=time.time,
            getsizeof=lambda entry: len(entry.data) + _OVERHEAD,
        )
        self._mark = mark
        self._seen = self._marked()

    async def get(self, key: str) -> Entry | None:
        """Returns what stands under the key, unless it is too old."""
        self._heed()
        return self._entries.get(key)

    async def put(self, key: str, entry: Entry) -> None:
        """Keeps an entry, unless it alone is larger than all of this level."""
        self._heed()
        if len(entry.data) + _OVERHEAD <= self._entries.maxsize:
            self._entries[key] = entry

    async def clear(self) -> int:
        """Removes all entries, and lets the other processes of this machine know; returns how many there were here."""
        count = len(self._entries)
        self._entries.clear()
        self._mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._mark.write_text(f"cleared at {time.time()}\n")
        return count

    async def held(self) -> int:
        """Returns how many bytes it takes."""
        self._entries.expire()
        return int(self._entries.currsize)

    async def ping(self) -> None:
        """Does nothing: memory is there."""

    async def close(self) -> None:
        """Lets all go."""
        self._entries.clear()

    def _heed(self) -> None:
        marked = self._marked()
        if marked != self._seen:
            self._seen = marked
            self._entries.clear()

    def _marked(self) -> int | None:
        try:
            return self._mark.stat().st_mtime_ns
        except OSError:  # nobody has cleared it yet, or the disk is gone, on which the other levels report
            return None
