"""Claims items, finishes some, and waits to be killed with the others in hand: python dying_worker.py URL NAME LIMIT."""

import asyncio
import sys

from ray_app.storage.database import Database
from ray_app.storage.jobs_queue import JobQueue
from ray_app.storage.jobs_values import Outcome
from ray_app.storage.options import DatabaseOptions


async def main(url: str, name: str, limit: int) -> None:
    queue = JobQueue(await Database.open(DatabaseOptions(url=url)))
    claimed = await queue.claim(name, limit, 2)
    for one in claimed[::2]:
        await queue.finish(one.held, Outcome(result=name.encode()))
    held = [one.held for one in claimed[1::2]]
    print(*(one.ref.position for one in held), flush=True)
    while True:
        await queue.heartbeat(held, 2)
        await asyncio.sleep(0.05)


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
