"""Gauges that nobody's work sets by itself, such as memory: looked at every few seconds for the time of a block.

Knows threads and processes; knows nothing of what is looked at.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psutil

from ray_app.telemetry import catalog

EVERY_S = 5.0
"""Half of Ray's interval: each scrape sees a fresh value."""


class Sampler:
    """Looks at gauges on a thread of its own until ``close``.

    Args:
        looks: each sets its gauges; must not raise.
        every_s: seconds between two looks.
    """

    def __init__(self, looks: Sequence[Callable[[], None]], every_s: float = EVERY_S) -> None:
        self._looks, self._every = looks, every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="sampler")
        self._thread.start()

    def _run(self) -> None:
        while True:
            for look in self._looks:
                look()
            if self._stop.wait(self._every):
                return

    def close(self) -> None:
        """Ends it."""
        self._stop.set()
        self._thread.join()


def memory_of(role: str, others: Callable[[], int] = lambda: 0, limit: int | None = None) -> Callable[[], None]:
    """Returns a look at this process's memory.

    Args:
        role: which kind of process this is.
        others: bytes held by processes that belong to it.
        limit: bytes at which it is replaced.
    """
    process = psutil.Process()

    def look() -> None:
        catalog.MEMORY.set(process.memory_info().rss + others(), role=role)
        if limit is not None:
            catalog.MEMORY_LIMIT.set(limit, role=role)

    return look


@contextmanager
def sampled(*looks: Callable[[], None]) -> Iterator[None]:
    """Looks at gauges for the time of the block."""
    sampler = Sampler(looks)
    try:
        yield
    finally:
        sampler.close()
