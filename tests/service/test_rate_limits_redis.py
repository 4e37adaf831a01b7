import asyncio
import logging
import time

import pytest
import redis

from ray_app.serving import rate_limits
from ray_app.serving.problems import Problem
from ray_app.serving.rate_limits import RateLimits
from ray_app.serving.security_options import RateOptions
from tests.service.redis_server import redis_server  # noqa: F401 -- a fixture


@pytest.fixture
def server(redis_server):  # noqa: F811
    return redis_server


@pytest.fixture
def options(server):
    return RateOptions(per_minute=3, redis_url=server.url, redis_timeout_s=2.0)


def left(headers):
    return int(headers["RateLimit-Remaining"])


def test_front_doors_count_together(options):
    async def scenario():
        async with RateLimits(options) as one, RateLimits(options) as other:
            found = [left(await limits.hit("ann")) for limits in (one, other, one)]
            with pytest.raises(Problem) as caught:
                await other.hit("ann")
            return found, caught.value.headers

    found, headers = asyncio.run(scenario())

    assert found == [2, 1, 0]
    assert 50 <= int(headers["Retry-After"]) <= 60


def test_clearing_the_cache_leaves_counts(options, server):
    async def scenario():
        async with RateLimits(options) as limits:
            await limits.hit("ann")

    asyncio.run(scenario())

    with redis.Redis.from_url(server.url) as client:
        assert client.keys("recipe-ocr:*") == []
        assert len(client.keys("recipe-ocr-rates:*")) == 1


@pytest.mark.parametrize("trouble", ["stop", "freeze"])
def test_without_redis_each_counts_alone_and_comes_back(options, server, trouble, caplog, monkeypatch):
    monkeypatch.setattr(rate_limits, "BREAKER_OPEN_S", 0.5)
    caplog.set_level(logging.INFO, "ray_app")
    options = options.model_copy(update={"redis_timeout_s": 0.1})

    async def scenario():
        async with RateLimits(options) as limits:
            await limits.hit("ann")
            getattr(server, trouble)()
            started = time.monotonic()
            alone = [left(await limits.hit("ann")) for _ in range(3)]
            took = time.monotonic() - started
            with pytest.raises(Problem):
                await limits.hit("ann")
            server.thaw() if trouble == "freeze" else server.start()
            await asyncio.sleep(0.6)
            return alone, took, left(await limits.hit("bob"))

    alone, took, after = asyncio.run(scenario())

    assert alone == [2, 1, 0]
    assert took < 1.0
    assert after == 2
    said = [record.getMessage() for record in caplog.records if record.name.startswith("ray_app")]
    assert len(said) == 2
    assert "left out" in said[0]
    assert "works again" in said[1]
