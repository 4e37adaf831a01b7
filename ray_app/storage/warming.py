"""Fills the cache with results that were read elsewhere.

Knows which results belong under which key; knows nothing of where they come from.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from ray_app.imaging.identity import file_id
from ray_app.storage.cache import ResultCache, Results
from ray_app.storage.cache_values import CacheKey, worth_keeping

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmed:
    """How many files are in the cache now, and how many were left out: never opened, or failed in a way that may pass."""

    kept: int
    left_out: int


async def warm(cache: ResultCache, files: Iterable[Results]) -> Warmed:
    """Puts the results of each file under the key that the service will look for."""
    kept, left_out = 0, 0
    for results in files:
        unopened = any(one.failure is not None and one.failure.step == "open" for one in results)
        if not results or unopened or not worth_keeping(results):
            left_out += 1
            continue
        key = CacheKey(image_id=file_id(results[0].image_id), fingerprint=results[0].fingerprint)
        await cache.put(key, results)
        kept += 1
    log.info("%d files are in the cache, %d were left out", kept, left_out)
    return Warmed(kept=kept, left_out=left_out)
