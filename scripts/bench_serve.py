"""Speed of the service against the pipeline itself, in one run on this machine; writes one JSON.

Starts the service of serve_configs/development.yaml with a folder of its own and no rate limit, and measures:

- overhead: ``POST /process`` one after the other, cache off, against ``RecipePipeline.run`` in a process of its own on the
  same picture, by turns, one request and one run; medians in milliseconds, of each and of the differences of neighbours.
- hits: the same picture from the cache, one after the other, and eight at once.
- capacity: four at once, cache off, for a while, by each engine; then load at 80 % of it, open loop, and five times it.

Usage: scripts/bench_serve.py [--haproxy] [--load-seconds 300] [--json out/bench/serve.json]
"""

import argparse
import asyncio
import io
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from PIL import Image

from ray_app.performance import asking
from ray_app.performance.figures import summarize
from ray_app.performance.load import Orders, fields, load
from ray_app.performance.open_loop import burst, overload
from ray_app.performance.overhead import cached_s, overhead
from ray_app.performance.service import Running, service
from ray_app.performance.usage import service_processes

ROOT = Path(__file__).resolve().parent.parent
PAIRS = 30
PICTURE = (ROOT / "samples" / "phone_photo.jpg").read_bytes()


def variation(data: bytes, number: int) -> bytes:
    """Returns the picture as a JPEG of its own with some noise, a little larger; each number gives another."""
    with Image.open(io.BytesIO(data)) as source:
        size = (source.width + number, source.height + number)
        noise = Image.effect_noise(size, 12).convert("RGB")
        made = Image.blend(source.convert("RGB").resize(size), noise, 0.08)
    out = io.BytesIO()
    made.save(out, "JPEG", quality=94)
    return out.getvalue()


def memory(root: int | None) -> dict[str, float]:
    """Returns the memory of each replica and engine process below a process, in MiB."""
    return {
        f"{name}#{one.pid}": round(one.memory_info().rss / 2**20, 1)
        for name, one in service_processes(root)
        if "Proxy" not in name
    }


def say(report: dict[str, Any]) -> None:
    """Shows the newest part of the report to whoever waits for it."""
    name = list(report)[-1]
    print(f"{name}: {report[name]}", file=sys.stderr, flush=True)


async def closed(address: str, clients: int, seconds: float, files: list[str], form: dict[str, str]) -> float:
    """Returns answers a second with clients that each wait for their answer."""
    answers = await load(address, clients, seconds, Orders(files=files, fields=form))
    return summarize(answers, seconds).per_second


async def measure(running: Running, args: argparse.Namespace) -> dict[str, Any]:
    """Returns the whole report."""
    data, pictures = variation(PICTURE, 0), [variation(PICTURE, number) for number in range(1, 9)]
    address = running.address
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / f"{number}.jpg") for number in range(len(pictures))]
        for name, picture in zip(files, pictures, strict=True):
            Path(name).write_bytes(picture)
        async with asking.session() as session:
            started = time.perf_counter()
            await asking.ready(session, running)
            report: dict[str, Any] = {"ready_seconds": round(time.perf_counter() - started, 1)}
            beside = await overhead(session, address, data, PAIRS)
            report["overhead"] = beside.model_dump()
            say(report)
            report["hits"] = {
                "p50_s": await cached_s(session, address, data, 100),
                "requests_per_second_at_8": await closed(address, 8, 10.0, files[:1], fields(cached=True)),
            }
            say(report)
            engines = {
                name: await closed(address, 4, args.capacity_seconds, files, fields(cached=False, engine=name))
                for name in ("tesseract", "paddle")
            }
            report["capacity_per_second"] = {name: round(one, 2) for name, one in engines.items()}
            say(report)
            report |= await strain(session, running, engines["paddle"], args.load_seconds, pictures)
    return report


async def strain(
    session: aiohttp.ClientSession, running: Running, most: float, seconds: float, pictures: list[bytes]
) -> dict[str, Any]:
    """Loads to 80 % of what the service can, then to five times that."""
    report: dict[str, Any] = {}
    address, root = running.address, running.pid
    before = memory(root)
    report["load_80"] = (await burst(session, address, 0.8 * most, seconds, pictures)).model_dump()
    report["memory_mb"] = {"before": before, "after": memory(root)}
    say(report)
    report["overload_5x"] = (await overload(session, address, 5 * most, 20.0, pictures)).model_dump()
    report["same_processes_after_overload"] = sorted(memory(root)) == sorted(report["memory_mb"]["after"])
    return report


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--haproxy", action="store_true", help="Serve's HAProxy instead of its Python proxy")
    parser.add_argument("--capacity-seconds", type=float, default=30.0)
    parser.add_argument("--load-seconds", type=float, default=300.0)
    parser.add_argument("--json", type=Path, default=ROOT / "out" / "bench" / "serve.json")
    args = parser.parse_args()
    busy = os.getloadavg()[0]
    with service(haproxy=args.haproxy) as running:
        report = asyncio.run(measure(running, args))
    machine = {
        "cpu": platform.machine(),
        "cores": psutil.cpu_count(),
        "python": platform.python_version(),
        "load_before": busy,
    }
    report = {"machine": machine, "proxy": "haproxy" if args.haproxy else "python", **report}
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
