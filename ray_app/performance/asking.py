"""Single requests to the service: one picture, one answer; and waiting until the service is there."""

import asyncio
import time

import aiohttp

from ray_app.errors import MeasurementError
from ray_app.performance.figures import Answer
from ray_app.performance.load import fields
from ray_app.performance.service import Running

READY_S = 300.0
"""How long a service that starts may take to answer; weights are loaded meanwhile."""


def session() -> aiohttp.ClientSession:
    """Returns a session without a bound on connections, patient with slow answers."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300), connector=aiohttp.TCPConnector(limit=0))


async def ask(
    session: aiohttp.ClientSession,
    address: str,
    data: bytes,
    *,
    cached: bool,
    engine: str | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Posts one picture and waits for the answer; a failed connection is an answer with status 0."""
    form = aiohttp.FormData()
    form.add_field("file", data, filename="card.jpg", content_type="image/jpeg")
    for name, value in fields(cached=cached, engine=engine).items():
        form.add_field(name, value)
    at, started = time.time(), time.perf_counter()
    try:
        async with session.post(f"{address}/process", data=form, headers=headers) as answer:
            await answer.read()
            status, says_when = answer.status, "Retry-After" in answer.headers
    except (aiohttp.ClientError, TimeoutError):
        status, says_when = 0, False
    return Answer(at=at, seconds=time.perf_counter() - started, status=status, says_when=says_when)


async def ready(session: aiohttp.ClientSession, running: Running) -> None:
    """Waits until the service reads.

    Raises:
        MeasurementError: it does not within ``READY_S``, or has ended.
    """
    try:
        async with asyncio.timeout(READY_S):
            while True:
                try:
                    async with session.get(f"{running.address}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                if (words := running.last_words()) is not None:
                    raise MeasurementError(f"the service ended before it was ready; its last words:\n{words}")
                await asyncio.sleep(1.0)
    except TimeoutError:
        raise MeasurementError(f"{running.address} was not ready within {READY_S:g} s") from None
