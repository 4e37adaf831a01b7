"""Work that several processes want at once is done by one of them; the others wait until its result is there.

Knows leases and how long to wait; knows nothing of what the work is, or of where its result goes.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from enum import Enum
from functools import partial
from typing import TypeVar

from ray_app.storage.guard import Guard
from ray_app.storage.levels import Lease, SharedLevel

log = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_WAIT_S, _LAST_WAIT_S, _GROWTH = 0.02, 0.25, 1.5


class Leases:
    """Leases on the first of several levels that answers.

    Args:
        places: levels that other processes see, each with the guard of its writing; the widest known comes first.
        seconds: how long the others wait for a process that has died.
    """

    def __init__(self, places: Sequence[tuple[SharedLevel, Guard]], seconds: float) -> None:
        self._places, self._seconds = places, seconds

    async def run(self, key: str, find: Callable[[], Awaitable[T | None]], make: Callable[[], Awaitable[T]]) -> T:
        """Returns what ``find`` finds, or else what ``make`` makes, while nobody else makes it.

        Where no level answers, nobody is asked and ``make`` runs. Others may find nothing after ``make``, because it
        failed or its result is not kept; then one of them is the next to make it.
        """
        waits = _waits()
        while True:
            turn = await self._take(key)
            if turn is not None:
                async with turn:
                    # It may have been made between the caller's look and now.
                    found = await find()
                    return await make() if found is None else found
            await asyncio.sleep(next(waits))
            found = await find()
            if found is not None:
                return found

    async def _take(self, key: str) -> AbstractAsyncContextManager[None] | None:
        for level, guard in self._places:
            lease = await guard.ask(partial(level.take, key, self._seconds), _Nobody.ANSWERS)
            if lease is not _Nobody.ANSWERS:
                return None if lease is None else self._held(lease, guard)
        return nullcontext()

    @asynccontextmanager
    async def _held(self, lease: Lease, guard: Guard) -> AsyncIterator[None]:
        keeper = asyncio.create_task(self._keep(lease, guard))
        try:
            yield
        finally:
            keeper.cancel()
            await guard.ask(lease.give_back, None)

    async def _keep(self, lease: Lease, guard: Guard) -> None:
        while True:
            await asyncio.sleep(self._seconds / 3)
            if not await guard.ask(lease.keep, True):
                log.warning("a lease ran out under its holder; the same work may be done twice")
                return


class _Nobody(Enum):
    ANSWERS = "answers"


def _waits() -> Iterator[float]:
    wait = _FIRST_WAIT_S
    while True:
        yield wait
        wait = min(_LAST_WAIT_S, wait * _GROWTH)
