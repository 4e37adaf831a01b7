"""What goes into the cache of results and what comes out of it. Plain values; knows nothing of levels at work."""

from dataclasses import dataclass

from ray_app.errors import FailureCode
from ray_app.storage.codec import ENCODING
from ray_app.storage.levels import LevelName
from ray_app.types import ImageResult

_LIMITS = frozenset({FailureCode.IMAGE_TOO_LARGE})
"""Failures that depend on limits, which may differ between those who share a cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheKey:
    """Names the results of one file.

    Attributes:
        image_id: of the file's bytes (``imaging.identity.image_id``).
        fingerprint: of settings, engine, weights and code, so that an upgrade never meets results of before.
    """

    image_id: str
    fingerprint: str

    @property
    def text(self) -> str:
        """The key as it stands in every level."""
        return f"{ENCODING}:{self.fingerprint}:{self.image_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Results that were found; their ``source`` is empty, as the same bytes may come under many names."""

    level: LevelName
    results: tuple[ImageResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelStats:
    """What a level has done in this process.

    Attributes:
        hits: lookups that it answered.
        misses: lookups that came to it and went on, because it had nothing or was down.
        failures: questions of any kind that failed; those that it was spared while it was down are not counted.
        bytes: what it takes now, or None where that is not known.
    """

    name: LevelName
    hits: int
    misses: int
    failures: int
    bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelHealth:
    """How a level is now. ``message`` says what is wrong, in words; ``latency_s`` is of one small question."""

    name: LevelName
    ok: bool
    latency_s: float
    message: str


def worth_keeping(results: tuple[ImageResult, ...]) -> bool:
    """Tells whether another reading, or one under other limits, would give the same."""
    failures = [one.failure for one in results if one.failure is not None]
    return not any(failure.retryable or failure.code in _LIMITS for failure in failures)
