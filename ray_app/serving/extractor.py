"""Files through cache and readers: the one way that ``/process`` and batches go.

Knows keys, readers and how they fail; knows nothing of HTTP, jobs or Serve.
"""

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from ray_app.files import FileInput
from ray_app.imaging.identity import image_id
from ray_app.serving.problems import Problem, ServiceCode, no_such_engine
from ray_app.serving.responses import Extraction
from ray_app.storage.cache import ResultCache
from ray_app.storage.cache_values import CacheKey
from ray_app.telemetry import catalog
from ray_app.types import ImageResult

log = logging.getLogger(__name__)


class ReaderBusy(Exception):
    """Too many requests wait for this reader; ``retry_after`` says in how many seconds to come back."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"its queue is full; come back in {retry_after:g} s")
        self.retry_after = retry_after


class ReaderDown(Exception):
    """No replica of this reader can answer."""


class Reads(Protocol):
    """A reader as the front door sees it."""

    async def fingerprint(self) -> str:
        """Digest of settings, engine, weights and code.

        Raises:
            ReaderBusy: the queue is full.
            ReaderDown: nobody answers.
        """
        ...

    async def check(self) -> str:
        """Says how it is, whatever its load.

        Raises:
            ReaderDown: nobody would answer.
        """
        ...

    async def read(self, file: FileInput) -> tuple[ImageResult, ...]:
        """Returns one result a page.

        Raises:
            ReaderBusy: the queue is full.
            ReaderDown: nobody answers.
        """
        ...


class Extractor:
    """Reads files, from the cache where it can; one of these in each process that takes files.

    Args:
        readers: by the name that a request may ask for.
        default: which reads unless a request asks for another.
        fallback: which reads when the default is busy or down, or None.
        cache: of results.
    """

    def __init__(self, readers: Mapping[str, Reads], default: str, fallback: str | None, cache: ResultCache) -> None:
        self._readers, self._default, self._fallback, self._cache = readers, default, fallback, cache
        self._fingerprints: dict[str, str] = {}
        self._asking = {name: asyncio.Lock() for name in readers}

    async def extract(
        self, file: FileInput, *, reader: str | None = None, use_cache: bool = True, timeout_s: float
    ) -> Extraction:
        """Reads one file.

        Args:
            file: its bytes, and the name that failures shall use.
            reader: which engine to ask; None leaves the choice, and the fallback, to us.
            use_cache: whether a stored result will do, and this one is stored.
            timeout_s: longest time, waiting included; what still waits then is never read.

        Raises:
            Problem: too busy, all readers down, no such reader, or out of time.
        """
        started = time.monotonic()
        try:
            async with asyncio.timeout(timeout_s):
                extraction = await self._first(file, reader, use_cache)
        except TimeoutError:
            raise Problem(ServiceCode.TIMEOUT, f"no result within {timeout_s:g} s") from None
        return replace(extraction, seconds=time.monotonic() - started)

    async def _first(self, file: FileInput, reader: str | None, use_cache: bool) -> Extraction:
        trouble: ReaderBusy | ReaderDown | None = None
        for name in self._ways(reader):
            try:
                extraction = await self._through(name, file, use_cache)
            except (ReaderBusy, ReaderDown) as error:
                log.warning("the reader %s: %s", name, error)
                trouble = error
                continue
            if trouble:
                catalog.ESCALATIONS.add(kind="reader")
            why = f"{self._default} could not answer ({trouble}); {name} has read" if trouble else None
            return replace(extraction, degraded=why)
        if isinstance(trouble, ReaderBusy):
            raise Problem(ServiceCode.TOO_BUSY, str(trouble), retry_after=trouble.retry_after)
        raise Problem(ServiceCode.READER_DOWN, str(trouble), retry_after=10.0)

    def _ways(self, reader: str | None) -> Iterator[str]:
        if reader is not None:
            if reader not in self._readers:
                raise no_such_engine(reader, self._readers)
            yield reader
            return
        yield self._default
        if self._fallback is not None:
            yield self._fallback

    async def _through(self, name: str, file: FileInput, use_cache: bool) -> Extraction:
        reader = self._readers[name]
        if not use_cache:
            return Extraction(results=await reader.read(file), cached=None, degraded=None, seconds=0.0)
        key = CacheKey(image_id=image_id(file.data), fingerprint=await self._fingerprint(name))
        hit = await self._cache.get(key)
        if hit is not None:
            return Extraction(results=_named(hit.results, file.source), cached=hit.level, degraded=None, seconds=0.0)
        results = await self._cache.once(key, lambda: self._read(reader, file, key))
        return Extraction(results=_named(results, file.source), cached=None, degraded=None, seconds=0.0)

    async def _read(self, reader: Reads, file: FileInput, key: CacheKey) -> tuple[ImageResult, ...]:
        results = await reader.read(file)
        await self._cache.put(key, results)
        return results

    async def _fingerprint(self, name: str) -> str:
        async with self._asking[name]:  # a crowd before the first answer asks once, and fills no queue
            if name not in self._fingerprints:
                self._fingerprints[name] = await self._readers[name].fingerprint()
            return self._fingerprints[name]


def _named(results: tuple[ImageResult, ...], source: str) -> tuple[ImageResult, ...]:
    """The same bytes may come under another name than they were stored with."""
    return tuple(replace(one, source=source) for one in results)
