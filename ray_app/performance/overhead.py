"""What the service adds to reading: requests and the pipeline alone, by turns on the same picture; and answers from the cache."""

import asyncio
import operator
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import aiohttp
from pydantic import BaseModel, ConfigDict

from ray_app.performance.asking import ask


class Overhead(BaseModel):
    """Medians in seconds; ``ratio`` and ``beyond_s`` are the medians of neighbouring pairs, which drift cannot change."""

    model_config = ConfigDict(frozen=True)

    picture_kb: int
    service_s: float
    pipeline_s: float
    ratio: float
    beyond_s: float


async def overhead(
    session: aiohttp.ClientSession, address: str, data: bytes, pairs: int, engine: str | None = None
) -> Overhead:
    """Measures one request and one run of the pipeline in a process of its own, and so on in turn."""
    asked, ran = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        card = Path(folder) / "card.jpg"
        card.write_bytes(data)
        command = [sys.executable, "-W", "ignore", "-m", "ray_app.performance.reading", "--turns"]
        command += [*(["--engine", engine] if engine else []), str(card)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as loop:
            assert loop.stdin
            assert loop.stdout
            await ask(session, address, data, cached=False, engine=engine)
            for _ in range(pairs):
                loop.stdin.write("\n")
                loop.stdin.flush()
                ran.append(float(await asyncio.to_thread(loop.stdout.readline)))
                asked.append((await ask(session, address, data, cached=False, engine=engine)).seconds)
            loop.stdin.close()
    return Overhead(
        picture_kb=len(data) // 1024,
        service_s=statistics.median(asked),
        pipeline_s=statistics.median(ran),
        ratio=statistics.median(map(operator.truediv, asked, ran)),
        beyond_s=statistics.median(map(operator.sub, asked, ran)),
    )


async def cached_s(
    session: aiohttp.ClientSession, address: str, data: bytes, times: int, engine: str | None = None
) -> float:
    """Returns the median seconds of an answer from the cache."""
    await ask(session, address, data, cached=True, engine=engine)
    return statistics.median(
        [(await ask(session, address, data, cached=True, engine=engine)).seconds for _ in range(times)]
    )
