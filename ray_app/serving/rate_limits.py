"""How much one client may ask for in a minute, counted by the library ``limits`` in Redis or in this process.

A Redis that fails or is slow costs nobody a request: this process counts alone until it is back.
Knows counting, and where a request comes from; who is counted is said by others.
"""

import asyncio
import ipaddress
import math
import time
from collections.abc import Mapping
from typing import Self

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.security_options import RateOptions
from ray_app.storage.breaker import Breaker
from ray_app.storage.guard import Guard
from ray_app.storage.levels import LevelDown

_CONNECTIONS = 32
"""At most this many to Redis; further requests wait for one, within their time."""

BREAKER_FAILURES = 3
"""So many in a row, and Redis is left alone."""

BREAKER_OPEN_S = 10.0
"""How long, before one request tries again."""


class RateLimits:
    """Counts requests in a moving window of a minute. Use as ``async with``."""

    def __init__(self, options: RateOptions) -> None:
        self._limit = RateLimitItemPerMinute(options.per_minute)
        self._timeout_s = options.redis_timeout_s
        self._alone = MovingWindowRateLimiter(MemoryStorage())
        self._pool = _pool(options.redis_url) if options.redis_url else None
        self._together = _limiter(self._pool) if self._pool else None
        self._guard = Guard("counting requests in Redis", Breaker(BREAKER_FAILURES, BREAKER_OPEN_S))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._pool is not None:
            await self._pool.disconnect()

    async def hit(self, who: str) -> Mapping[str, str]:
        """Counts one request and returns the headers that tell the client where it stands; none where nothing is limited.

        Raises:
            Problem: it has asked too much; the same headers and Retry-After are in it. This request is not counted.
        """
        if not self._limit.amount:
            return {}
        within, left, until = await self._counted(who)
        seconds = max(1, math.ceil(until - time.time()))
        headers = {
            "RateLimit-Limit": str(self._limit.amount),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(seconds),
        }
        if not within:
            message = f"more than {self._limit.amount} requests a minute"
            raise Problem(ServiceCode.RATE_LIMITED, message, retry_after=seconds, headers=headers)
        return headers

    async def _counted(self, who: str) -> tuple[bool, int, float]:
        together = self._together
        if together is not None:
            counted = await self._guard.ask(lambda: self._in_redis(together, who), None)
            if counted is not None:
                return counted
        return await self._count(self._alone, who)

    async def _in_redis(self, limiter: MovingWindowRateLimiter, who: str) -> tuple[bool, int, float]:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._count(limiter, who)
        except TimeoutError:
            raise LevelDown(f"no answer within {self._timeout_s:g} s") from None
        except (RedisError, OSError) as error:
            raise LevelDown(str(error)) from error

    async def _count(self, limiter: MovingWindowRateLimiter, who: str) -> tuple[bool, int, float]:
        """Whether this one is within the limit, how many are left, and when there is one more (Unix time)."""
        within = await limiter.hit(self._limit, who)
        window = await limiter.get_window_stats(self._limit, who)
        return within, window.remaining, window.reset_time


class RateHeaders:
    """ASGI middleware: adds to an answer what ``RateLimits.hit`` returned, which its route kept as ``state.rate_headers``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in scope.get("state", {}).get("rate_headers", {}).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def client_address(connection: HTTPConnection, trusted_proxies: int) -> str:
    """Returns the address that a request comes from; of IPv6 the network, as one client has all of its addresses.

    Args:
        connection: the request.
        trusted_proxies: how many proxies of ours stand in front, each adding an address to X-Forwarded-For; what stands
            further left was said by the client and is not believed.
    """
    address = connection.client.host if connection.client else "unknown"
    forwarded = [one.strip() for line in connection.headers.getlist("x-forwarded-for") for one in line.split(",")]
    if trusted_proxies and len(forwarded) >= trusted_proxies:
        address = forwarded[-trusted_proxies]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.IPv6Network((int(parsed), 64), strict=False))
    return str(parsed)


def _pool(url: str) -> BlockingConnectionPool:
    # No second try: counting alone is faster.
    return BlockingConnectionPool.from_url(url, max_connections=_CONNECTIONS, retry=Retry(NoBackoff(), 0))


def _limiter(pool: BlockingConnectionPool) -> MovingWindowRateLimiter:
    # The library would refuse URLs without a port, and fetch coredis, which is one client more than we need.
    # Clearing the cache removes recipe-ocr:*, so counts stand elsewhere.
    return MovingWindowRateLimiter(
        RedisStorage("async+redis://", implementation="redispy", key_prefix="recipe-ocr-rates", connection_pool=pool)  # type: ignore[arg-type]  # typed for plain options only
    )
