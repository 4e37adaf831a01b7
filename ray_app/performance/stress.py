"""More load than the service can carry: does it say no in time, and is it itself again afterwards?"""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ray_app.performance import asking
from ray_app.performance.figures import summarize
from ray_app.performance.load import Orders, fields, headers, load
from ray_app.performance.open_loop import Burst, overload
from ray_app.performance.service import Running
from ray_app.performance.usage import service_processes

_CLIENTS = 4
"""Enough to keep every reader of a small service at work while its capacity is measured."""


class Stress(BaseModel):
    """What came of it.

    Attributes:
        capacity_per_second: answers a second with a few clients who each wait.
        bursts: one for each multiple of that.
        same_processes: whether each process of the service that ran before still ran afterwards; None where the service
            runs on another machine.
    """

    model_config = ConfigDict(frozen=True)

    capacity_per_second: float
    bursts: tuple[Burst, ...]
    same_processes: bool | None

    @property
    def passed(self) -> bool:
        """True when every request was answered or told when to come back, and nothing died."""
        return all(one.graceful for one in self.bursts) and self.same_processes is not False


async def stress(
    running: Running, pictures: Sequence[Path], seconds: float, times: Sequence[float], key: str | None = None
) -> Stress:
    """Measures the service's capacity, then sends these multiples of it, each for that long.

    Raises:
        ConfigError: Locust is missing.
        MeasurementError: the service did not come up, or load could not be made.
    """
    async with asking.session() as session:
        await asking.ready(session, running)
        orders = Orders(
            files=[str(path.resolve()) for path in pictures], fields=fields(cached=False), headers=headers(key)
        )
        capacity = summarize(await load(running.address, _CLIENTS, seconds, orders), seconds).per_second
        before = {process for _, process in service_processes(running.pid)}
        data = [path.read_bytes() for path in pictures]
        bursts = [
            await overload(session, running.address, one * capacity, seconds, data, headers(key)) for one in times
        ]
    alive = {process for _, process in service_processes(running.pid)}
    return Stress(
        capacity_per_second=capacity, bursts=tuple(bursts), same_processes=before <= alive if before else None
    )
