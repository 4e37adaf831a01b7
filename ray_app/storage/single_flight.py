"""Equal work that is asked for several times at once is done once, in this process.

Knows tasks; knows nothing of what the work is.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Flight(Generic[T]):
    task: asyncio.Task[T]
    waiters: int = 0


class Flights(Generic[T]):
    """Work under way, by key."""

    def __init__(self) -> None:
        self._flights: dict[str, _Flight[T]] = {}
        self._ending: set[asyncio.Task[T]] = set()

    async def run(self, key: str, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Returns what ``make`` returns, or raises what it raises; it runs once for all who ask while it runs.

        Who is cancelled leaves the others alone; when the last one leaves, the work is cancelled. It runs in a context
        of its own, without the context variables of the first who asked: it does not end with that one's request.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = _Flight(asyncio.create_task(make(), context=Context()))
            self._flights[key] = flight
            flight.task.add_done_callback(lambda _: self._forget(key, flight))
        flight.waiters += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.task.done():
                self._forget(key, flight)
                self._ending.add(flight.task)  # asyncio itself holds tasks only weakly
                flight.task.add_done_callback(self._ending.discard)
                flight.task.cancel()

    def _forget(self, key: str, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
