"""A circuit breaker: what has failed several times in a row is left alone for a while, at no cost to anybody.

Knows time; knows nothing of what it protects.
"""

import time
from collections.abc import Callable


class Breaker:
    """Closed while all is well, open after failures; then one caller at a time tries again.

    Args:
        failures: how many in a row open it.
        open_s: how long it stays open before somebody may try.
        clock: seconds, going forward only.
    """

    def __init__(self, failures: int, open_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures, self._open_s, self._clock = failures, open_s, clock
        self._count = 0
        self._until: float | None = None
        self._trying = False

    @property
    def is_open(self) -> bool:
        """True from the failures that opened it until somebody has succeeded again."""
        return self._until is not None

    def admits(self) -> bool:
        """Tells whether to go ahead; who does says afterwards how it went, by one of the three methods below."""
        if self._until is None:
            return True
        if self._trying or self._clock() < self._until:
            return False
        self._trying = True
        return True

    def succeeded(self) -> bool:
        """Closes it; returns whether it was open."""
        was_open, self._until = self.is_open, None
        self._count, self._trying = 0, False
        return was_open

    def failed(self) -> bool:
        """Counts a failure; returns whether this one has opened it."""
        was_open = self.is_open
        self._count, self._trying = self._count + 1, False
        if self._count >= self._failures:
            self._until = self._clock() + self._open_s
        return self.is_open and not was_open

    def gave_up(self) -> None:
        """Whoever went ahead was called off before it could be said how it went."""
        self._trying = False
