"""The real application on a port of its own, with readers of the test's; only Serve is missing."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from ray_app.serving.batches import Batches
from ray_app.serving.extractor import Reads
from ray_app.serving.profile import ServingProfile
from ray_app.serving.resources import open_resources
from ray_app.serving.web import create_app


def own_profile(folder: Path, **parts: Any) -> ServingProfile:
    """A profile that keeps everything below ``folder`` and asks for no key."""
    tree = {
        "environment": "development",
        "cache": {"folder": str(folder / "cache")},
        "database": {"url": f"sqlite:///{folder}/jobs.db"},
        "uploads": {"folder": str(folder / "uploads")},
        "security": {"auth": "off"},
    }
    return ServingProfile.load(tree | parts)


@contextmanager
def running_service(profile: ServingProfile, readers: Mapping[str, Reads], *, worker: bool = False) -> Iterator[int]:
    """Gives the port; with ``worker``, batches are worked on too."""
    app = create_app(profile, readers)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", ws="none"))
    ended = threading.Event()

    async def work() -> None:
        async with open_resources(profile, readers) as parts:
            stop = asyncio.Event()
            batches = Batches(parts.queue, parts.uploads, parts.extractor, profile.jobs, timeout_s=60.0)
            task = asyncio.create_task(batches.run(stop, grace_s=5.0))
            while not ended.is_set():
                await asyncio.sleep(0.1)
            stop.set()
            await task

    threads = [threading.Thread(target=server.run)]
    threads[0].start()
    try:
        while not server.started:
            threads[0].join(0.01)
            assert threads[0].is_alive()
        if worker:
            threads.append(threading.Thread(target=lambda: asyncio.run(work())))
            threads[1].start()
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        ended.set()
        for thread in threads:
            thread.join()
