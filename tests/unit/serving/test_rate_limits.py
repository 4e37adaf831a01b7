import asyncio

import pytest
from starlette.requests import HTTPConnection

from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.rate_limits import RateLimits, client_address
from ray_app.serving.security_options import RateOptions


def use(scenario, **options):
    async def run():
        async with RateLimits(RateOptions(**options)) as limits:
            return await scenario(limits)

    return asyncio.run(run())


async def count(limits, who, times):
    answers = []
    for _ in range(times):
        try:
            answers.append(await limits.hit(who))
        except Problem as problem:
            answers.append(problem)
    return answers


def test_each_answer_tells_how_many_requests_are_left():
    answers = use(lambda limits: count(limits, "ann", 3), per_minute=3)

    assert [one["RateLimit-Remaining"] for one in answers] == ["2", "1", "0"]
    assert {one["RateLimit-Limit"] for one in answers} == {"3"}
    assert all(59 <= int(one["RateLimit-Reset"]) <= 60 for one in answers)


def test_one_request_too_many_is_refused_with_the_time_to_wait():
    *_, problem = use(lambda limits: count(limits, "ann", 3), per_minute=2)

    assert problem.code is ServiceCode.RATE_LIMITED
    assert problem.headers["RateLimit-Remaining"] == "0"
    assert problem.headers["Retry-After"] == problem.headers["RateLimit-Reset"]
    assert 59 <= int(problem.headers["Retry-After"]) <= 60


def test_each_client_is_counted_alone():
    async def scenario(limits):
        return await count(limits, "ann", 2), await count(limits, "2001:db8::/64", 1)

    (_, refused), (other,) = use(scenario, per_minute=1)

    assert isinstance(refused, Problem)
    assert other["RateLimit-Remaining"] == "0"


def test_zero_limits_nothing():
    assert use(lambda limits: count(limits, "ann", 3), per_minute=0) == [{}, {}, {}]


def test_the_url_of_redis_needs_no_port():
    async def scenario(limits):
        return None

    use(scenario, redis_url="redis://localhost/0")


def test_requests_at_once_are_all_counted():
    async def scenario(limits):
        return await asyncio.gather(*(count(limits, "ann", 1) for _ in range(20)))

    answers = [one for (one,) in use(scenario, per_minute=5)]

    assert sum(isinstance(one, Problem) for one in answers) == 15


@pytest.mark.parametrize(
    ("client", "forwarded", "proxies", "address"),
    [
        ("192.0.2.1", [], 0, "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], 0, "192.0.2.1"),  # a client's own word
        ("10.0.0.1", ["198.51.100.7"], 1, "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.7"], 1, "198.51.100.7"),  # the left one is the client's own word
        ("10.0.0.1", ["203.0.113.9", "198.51.100.7, 10.0.0.2"], 2, "198.51.100.7"),
        ("10.0.0.1", [], 1, "10.0.0.1"),  # past the proxy
        ("10.0.0.1", ["198.51.100.7:1234"], 1, "unknown"),
        (None, [], 0, "unknown"),
        ("2001:db8:1:2:3:4:5:6", [], 0, "2001:db8:1:2::/64"),
        ("::1", [], 0, "::/64"),
        ("::ffff:192.0.2.1", [], 0, "192.0.2.1"),
    ],
)
def test_a_client_is_told_by_the_address_that_can_be_believed(client, forwarded, proxies, address):
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    connection = HTTPConnection({"type": "http", "client": client and (client, 1), "headers": headers})

    assert client_address(connection, proxies) == address
