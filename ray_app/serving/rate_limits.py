"""How much one client may ask for in a minute, counted by the library ``limits`` in Redis or in this process.

A Redis that fails or is slow costs nobody a request: this process counts alone until it is back.
Knows counting; who is counted is said by others.
"""

import asyncio
import ipaddress
import logging
import math
import time
from collections.abc import Mapping
from typing import Self

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from starlette.requests import HTTPConnection

from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.security_options import RateOptions
from ray_app.storage.breaker import Breaker

log = logging.getLogger(__name__)

_BREAKER_FAILURES = 3
_BREAKER_OPEN_S = 10.0


class RateLimits:
    """Counts requests; ``open`` makes one."""

    def __init__(self, options: RateOptions) -> None:
        self._limit = RateLimitItemPerMinute(options.per_minute) if options.per_minute else None
        self._timeout_s = options.redis_timeout_s
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._redis = _redis(options.redis_url) if options.redis_url else None
        self._together = SlidingWindowCounterRateLimiter(self._redis) if self._redis else None
        self._breaker = Breaker(_BREAKER_FAILURES, _BREAKER_OPEN_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def hit(self, who: str) -> Mapping[str, str]:
        """Counts one request and returns the headers that tell the client where it stands.

        Raises:
            Problem: it has asked too much; the same headers and Retry-After are in it.
        """
        if self._limit is None:
            return {}
        within, remaining, reset = await self._count(self._limit, who)
        seconds = max(1, math.ceil(reset - time.time()))
        headers = {
            "RateLimit-Limit": str(self._limit.amount),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": str(seconds),
        }
        if not within:
            message = f"more than {self._limit.amount} requests a minute"
            raise Problem(ServiceCode.RATE_LIMITED, message, retry_after=seconds, headers=headers)
        return headers

    async def close(self) -> None:
        """Closes the connections to Redis."""
        if self._redis is not None:
            await self._redis.storage.aclose()

    async def _count(self, limit: RateLimitItemPerMinute, who: str) -> tuple[bool, int, float]:
        if self._together is not None and self._breaker.admits():
            try:
                async with asyncio.timeout(self._timeout_s):
                    counted = await _count(self._together, limit, who)
            except (StorageError, TimeoutError, OSError) as error:
                if self._breaker.failed():
                    log.warning("Redis does not count requests (%r); this front door counts alone", error)
            except asyncio.CancelledError:
                self._breaker.gave_up()
                raise
            else:
                if self._breaker.succeeded():
                    log.info("Redis counts requests again")
                return counted
        return await _count(self._alone, limit, who)


def client_address(connection: HTTPConnection, trusted_proxies: int) -> str:
    """Returns the address that a request comes from; of IPv6 the network, as one client has all of its addresses.

    Args:
        connection: the request.
        trusted_proxies: how many proxies of ours stand in front, each adding an address to X-Forwarded-For; what stands
            further left was said by the client and is not believed.
    """
    address = connection.client.host if connection.client else "unknown"
    forwarded = connection.headers.get("x-forwarded-for", "").split(",")
    if trusted_proxies and len(forwarded) >= trusted_proxies:
        address = forwarded[-trusted_proxies].strip()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)


async def _count(
    limiter: SlidingWindowCounterRateLimiter, limit: RateLimitItemPerMinute, who: str
) -> tuple[bool, int, float]:
    """Within the limit?, how many are left, and when there are more (Unix time)."""
    within = await limiter.hit(limit, who)
    stats = await limiter.get_window_stats(limit, who)
    return within, stats.remaining, stats.reset_time


def _redis(url: str) -> RedisStorage:
    # coredis, which is the library's default, is one client more than we need.
    return RedisStorage(f"async+{url}", wrap_exceptions=True, implementation="redispy", key_prefix="recipe-ocr:rate")
