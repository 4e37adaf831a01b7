"""How the service is: each part asked at once, and the worst of those that are needed.

Knows parts and thresholds; knows nothing of HTTP.
"""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import psutil

from ray_app.serving.extractor import ReaderDown, Reads
from ray_app.serving.resources import Resources
from ray_app.storage.database import DatabaseUnavailable

Status = Literal["ok", "degraded", "down", "off"]

PATIENCE_S = 3.0
"""A part that has not answered by then is down."""

LEAST_DISK = 0.05
"""Share of the disk that must be free; below, batches could not be stored."""

FULL = 0.95
"""Share of memory or CPU from which on the machine counts as overloaded: still working, so degraded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part of the service; ``latency_ms`` is None where nothing was asked."""

    status: Status
    message: str
    latency_ms: float | None = None


async def check(
    resources: Resources, readers: Mapping[str, Reads], default: str, uploads: Path
) -> dict[str, Component]:
    """Returns how each part is, by name.

    Args:
        resources: what this process has opened.
        readers: all engines; only ``default`` is needed, the others degrade.
        default: name of the reader that answers unless a request asks for another.
        uploads: folder whose disk must have room.
    """
    async with asyncio.TaskGroup() as group:
        database = group.create_task(_timed(resources.database.ping, DatabaseUnavailable))
        caches = group.create_task(_caches(resources))
        engines = {name: group.create_task(_timed(one.check, ReaderDown)) for name, one in readers.items()}
    found = {"database": database.result(), **caches.result(), "disk": await asyncio.to_thread(disk, uploads)}
    found["memory"] = _share("memory", psutil.virtual_memory().percent / 100)
    found["cpu"] = _share("cpu", psutil.cpu_percent() / 100)
    for name, task in engines.items():
        engine = task.result()
        needed = engine.status != "down" or name == default
        found[f"engine:{name}"] = engine if needed else replace(engine, status="degraded")
    return found


def worst(components: Mapping[str, Component]) -> Literal["ok", "degraded", "down"]:
    """Returns the service's own status: down where a needed part is, degraded where anything is less than well."""
    statuses = {one.status for one in components.values()}
    return "down" if "down" in statuses else "degraded" if "degraded" in statuses else "ok"


def disk(folder: Path) -> Component:
    """Returns whether there is room where uploads are kept."""
    folder = folder.expanduser()
    while not folder.exists():
        folder = folder.parent
    use = shutil.disk_usage(folder)
    free = use.free / use.total
    message = f"{use.free / 2**30:,.1f} GiB ({free:.0%}) free"
    return Component(status="ok" if free >= LEAST_DISK else "down", message=message)


def _share(what: str, share: float) -> Component:
    return Component(status="ok" if share < FULL else "degraded", message=f"{share:.0%} of {what} in use")


async def _caches(resources: Resources) -> dict[str, Component]:
    levels = {str(level.name): level for level in await resources.cache.health()}
    found = {}
    for name in ("memory", "redis", "disk"):
        level = levels.get(name)
        key = "redis" if name == "redis" else f"cache:{name}"
        if level is None:
            found[key] = Component(status="off", message="not set up")
        else:
            found[key] = Component(
                status="ok" if level.ok else "degraded",
                message=level.message,
                latency_ms=round(level.latency_s * 1000, 2),
            )
    return found


async def _timed(ask: Callable[[], Awaitable[Any]], down: type[Exception]) -> Component:
    started = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer = await ask()
    except TimeoutError:
        return Component(status="down", message=f"no answer within {PATIENCE_S:g} s")
    except down as error:
        return Component(status="down", message=str(error))
    return Component(
        status="ok",
        message=answer if isinstance(answer, str) else "answers",
        latency_ms=round((time.monotonic() - started) * 1000, 2),
    )
