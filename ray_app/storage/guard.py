"""Questions to a level of the cache that may be down: they are answered, or they cost nothing, and they never raise.

Knows breakers and how a level says that it is down; knows nothing of keys or entries.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ray_app.storage.breaker import Breaker
from ray_app.storage.levels import LevelDown

log = logging.getLogger(__name__)

T = TypeVar("T")
U = TypeVar("U")


class Guard:
    """Stands before one kind of question to one level.

    Reading and writing have a guard each: a full disk can still be read, and its answers must not hide that it is full.

    Args:
        what: the kind of question, for the log ("reading the cache in redis").
        breaker: of its own.

    Attributes:
        failures: how many questions have failed so far.
        trouble: why nothing is asked at present, or None.
    """

    def __init__(self, what: str, breaker: Breaker) -> None:
        self._what, self._breaker = what, breaker
        self.failures = 0
        self.trouble: str | None = None

    async def ask(self, question: Callable[[], Awaitable[T]], otherwise: U) -> T | U:
        """Returns the answer, or ``otherwise`` where the level fails or is left alone."""
        if not self._breaker.admits():
            return otherwise
        try:
            answer = await question()
        except LevelDown as error:
            self.failures += 1
            if self._breaker.failed():
                self.trouble = str(error)
                log.warning("%s fails and is left out for now: %s", self._what, error)
            return otherwise
        except BaseException:
            self._breaker.gave_up()
            raise
        if self._breaker.succeeded():
            self.trouble = None
            log.warning("%s works again", self._what)
        return answer
