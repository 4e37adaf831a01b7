"""Does memory stay where it is? Reads many pictures in bulk, loads the service for long, and looks at every process.

First half: the bulk job over pictures made from the samples. Second half: the service of serve_configs/development.yaml under
clients who wait for their answers, some read anew and one from the cache. Both with the default engine. What each
process of them and of their Ray holds is sampled once a second. Exit code 1 when a process holds more than 5 % more at the end
than after its warm-up, ended before the end, or an image was not answered.

Writes OUTPUT/bulk.svg and OUTPUT/service.svg (memory over time, a curve a process) and OUTPUT/soak.json.

Usage: scripts/soak.py [--images 2000] [--minutes 30] [--clients 2] [--output out/soak]; 0 images or minutes leave a half out
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ray_app import config  # noqa: E402 -- found in the checkout as well
from ray_app.bulk.run import run_bulk  # noqa: E402
from ray_app.performance import asking  # noqa: E402
from ray_app.performance.curves import drawn  # noqa: E402
from ray_app.performance.load import Orders, fields, load, pictures  # noqa: E402
from ray_app.performance.memory import Growth, Watch, judge  # noqa: E402
from ray_app.performance.service import service  # noqa: E402
from ray_app.performance.usage import called  # noqa: E402
from scripts.bench_bulk import make_images  # noqa: E402

SAMPLES = ROOT / "samples"
LAST_S = 15.0
"""Engines that are there at the end are closed within this time."""


def soak_bulk(count: int, folder: Path) -> tuple[Watch, int, int]:
    """Returns the watch over a bulk job of so many pictures, and how many were asked for and read."""
    images = folder / "images"
    shutil.rmtree(folder / "dataset", ignore_errors=True)
    make_images(count, images)
    settings = config.load()
    with Watch(os.getpid(), called) as watch:
        summary = run_bulk([str(images)], str(folder / "dataset"), settings.pipeline, settings.bulk)
    shutil.rmtree(images)
    return watch, count, summary.ok + summary.partial + summary.duplicates  # pictures of equal bytes are read once


async def soak_service(minutes: float, clients: int) -> tuple[Watch, int, int]:
    """Returns the watch over the loaded service, and how many requests were sent and answered."""
    files = [str(path.resolve()) for path in pictures(SAMPLES)]
    with service() as running:
        async with asking.session() as session:
            await asking.ready(session, running)
        with Watch(running.pid, called) as watch:
            answers = await asyncio.gather(
                load(running.address, clients, 60 * minutes, Orders(files=files, fields=fields(cached=False))),
                load(running.address, 1, 60 * minutes, Orders(files=files, fields=fields(cached=True))),
            )
    statuses = [one.status for some in answers for one in some]
    return watch, len(statuses), statuses.count(200)


def half(name: str, watch: Watch, asked: int, answered: int, folder: Path) -> dict[str, Any]:
    """Judges one half, draws it, and returns what goes into the report."""
    engines = [one for one in watch.traces if one.name == "engine"]
    over = max(one.ended for one in engines)
    began = min(one.began for one in engines if one.ended > over - LAST_S)  # not the one that only told its fingerprint
    grown = judge(watch.traces, began, over)
    title = f"Memory of {name}: {answered} of {asked} answered"
    (folder / f"{name}.svg").write_text(drawn(title, watch.traces, grown), encoding="utf-8")
    print(title, *(f"  {told(one)}" for one in grown), sep="\n", flush=True)
    passed = answered == asked and all(one.steady for one in grown)
    return {
        "asked": asked,
        "answered": answered,
        "passed": passed,
        "processes": [one.model_dump() for one in grown],
    }


def told(one: Growth) -> str:
    """Returns a process's line for the terminal."""
    growth = "too young" if one.growth is None else f"{one.growth:+.1%}"
    words = "" if one.steady else "  ended early" if one.ended_early else "  grows"
    return f"{one.name:24s} {one.seconds:7.0f} s {one.early_mb:8.1f} to {one.late_mb:8.1f} MiB {growth:>9s}{words}"


def main() -> None:
    """Soaks, writes and judges."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument(
        "--clients", type=int, default=2, help="clients whose pictures are read anew; one more asks the cache"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "out" / "soak")
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {
        "machine": {"cpu": platform.machine(), "cores": psutil.cpu_count(), "python": platform.python_version()},
        "version": version("recipe-ocr"),
        "halves": {},
    }
    for name, size, soak in (
        ("bulk", args.images, lambda: soak_bulk(args.images, args.output)),
        ("service", args.minutes, lambda: asyncio.run(soak_service(args.minutes, args.clients))),
    ):
        if size:
            report["halves"][name] = half(name, *soak(), args.output)
            (args.output / "soak.json").write_text(json.dumps(report, indent=2) + "\n")
    sys.exit(0 if all(one["passed"] for one in report["halves"].values()) else 1)


if __name__ == "__main__":
    main()
