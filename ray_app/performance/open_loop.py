"""Load that does not wait: requests at a rate, whether answers come or not, and what the service does with too many."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence

import aiohttp
from pydantic import BaseModel, ConfigDict

from ray_app.performance.asking import ask
from ray_app.performance.figures import Answer, percentile

_SEED = 1


class Burst(BaseModel):
    """What came of so many requests a second; seconds.

    Attributes:
        rate: requests a second.
        sent: requests in all.
        statuses: how many of each HTTP status; 0 is a failed connection.
        refusals_say_when: every 429 and 503 named a time to come back.
        p50_s: of the answers that were accepted; p95_s and p99_s likewise, None where none was.
        last_answer_s: from the last request to the last answer.
        recovered_s: from the last request until one was answered as fast as on an idle service; None where not asked.
    """

    model_config = ConfigDict(frozen=True)

    rate: float
    sent: int
    statuses: dict[str, int]
    refusals_say_when: bool
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None
    last_answer_s: float
    recovered_s: float | None = None

    @property
    def graceful(self) -> bool:
        """True when whatever was not answered was told to come back later, and when."""
        return self.refusals_say_when and set(self.statuses) <= {"200", "429", "503"}


async def burst(
    session: aiohttp.ClientSession, address: str, rate: float, seconds: float, pictures: Sequence[bytes],
    headers: dict[str, str] | None = None,
) -> Burst:  # fmt: skip
    """Sends pictures in random order at a rate; returns when the last is answered."""
    dice, tasks, started = random.Random(_SEED), list[asyncio.Task[Answer]](), time.perf_counter()
    while (now := time.perf_counter() - started) < seconds:
        one = ask(session, address, dice.choice(pictures), cached=False, headers=headers)
        tasks.append(asyncio.create_task(one))
        await asyncio.sleep(max(0.0, len(tasks) / rate - now))
    ended = time.perf_counter()
    answers = await asyncio.gather(*tasks)
    good = sorted(one.seconds for one in answers if one.status == 200)
    return Burst(
        rate=rate,
        sent=len(answers),
        statuses=dict(Counter(str(one.status) for one in answers)),
        refusals_say_when=all(one.says_when for one in answers if one.status in (429, 503)),
        p50_s=percentile(good, 0.5),
        p95_s=percentile(good, 0.95),
        p99_s=percentile(good, 0.99),
        last_answer_s=time.perf_counter() - ended,
    )


async def overload(
    session: aiohttp.ClientSession, address: str, rate: float, seconds: float, pictures: Sequence[bytes],
    headers: dict[str, str] | None = None,
) -> Burst:  # fmt: skip
    """Sends more than the service can do, then asks until it answers within twice the time it took when idle."""
    idle = await ask(session, address, pictures[0], cached=False, headers=headers)
    found = await burst(session, address, rate, seconds, pictures, headers)
    ended, asked, took = time.perf_counter(), 0.0, float("inf")
    while took > 2 * idle.seconds:
        asked = time.perf_counter()
        answer = await ask(session, address, pictures[0], cached=False, headers=headers)
        took = answer.seconds if answer.status == 200 else float("inf")
    return found.model_copy(update={"recovered_s": found.last_answer_s + asked - ended})
