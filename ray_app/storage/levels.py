"""What a level of the cache can do, and how it says that it cannot.

Knows keys and bytes; knows nothing of results, and nothing of the other levels.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from ray_app.errors import RecipeOcrError

LevelName = Literal["memory", "redis", "disk"]


class LevelDown(RecipeOcrError):
    """A level did not do what it was asked for; the message has its own words."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands under a key. ``expires_at`` is clock time, in seconds since 1970, and the same in every level."""

    data: bytes
    expires_at: float


class Level(Protocol):
    """One place where entries are kept. Every method may raise ``LevelDown``."""

    @property
    def name(self) -> LevelName:
        """What it is called."""
        ...

    async def get(self, key: str) -> Entry | None:
        """Returns what stands under the key, unless it is too old."""
        ...

    async def put(self, key: str, entry: Entry) -> None:
        """Keeps an entry; others may have to go for it."""
        ...

    async def clear(self) -> int:
        """Removes all entries; returns how many there were."""
        ...

    async def held(self) -> int | None:
        """Returns how many bytes it takes, or None where it cannot tell."""
        ...

    async def ping(self) -> None:
        """Does nothing but answer."""
        ...

    async def close(self) -> None:
        """Ends it."""
        ...


class Lease(Protocol):
    """The right to do something alone, until it runs out. Every method may raise ``LevelDown``."""

    async def keep(self) -> bool:
        """Lets it begin anew; False when it has run out before."""
        ...

    async def give_back(self) -> None:
        """Ends it, if it has not run out."""
        ...


class SharedLevel(Level, Protocol):
    """A level that other processes see, too, so that they can agree there on who does what."""

    async def take(self, key: str, seconds: float) -> Lease | None:
        """Returns the lease of this name, or None while another has it."""
        ...
