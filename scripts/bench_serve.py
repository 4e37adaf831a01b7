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
import operator
import os
import platform
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import yaml
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "http://127.0.0.1:8000"
TIMES = 30

LOOP = """
import sys, time
from pathlib import Path
from ray_app.imaging.identity import image_id
from ray_app.options import PipelineOptions
from ray_app.pipeline import RecipePipeline
from ray_app.types import ImageInput

data = Path(sys.argv[1]).read_bytes()
pipeline = RecipePipeline.from_options(PipelineOptions())
image = ImageInput(image_id=image_id(data), data=data, source="card.jpg")
pipeline.run([image])
for _ in sys.stdin:
    started = time.perf_counter()
    pipeline.run([image])
    print(time.perf_counter() - started, flush=True)
"""


def picture(number: int = 0) -> bytes:
    """Returns a JPEG of about 300 KB; each number another."""
    with Image.open(ROOT / "samples" / "phone_photo.jpg") as source:
        size = (source.width + number, source.height + number)
        noise = Image.effect_noise(size, 12).convert("RGB")
        made = Image.blend(source.convert("RGB").resize(size), noise, 0.08)
    out = io.BytesIO()
    made.save(out, "JPEG", quality=94)
    return out.getvalue()


@contextmanager
def service(*, haproxy: bool) -> Iterator[None]:
    """Runs the service for the time of the block."""
    tree = yaml.safe_load((ROOT / "serve_configs" / "development.yaml").read_text())
    folder = Path(tempfile.mkdtemp(prefix="recipe-ocr-bench-"))
    args = tree["applications"][0]["args"]
    args["cache"]["folder"], args["uploads"]["folder"] = f"{folder}/cache", f"{folder}/uploads"
    args["database"]["url"] = f"sqlite:///{folder}/jobs.db"
    args["security"]["rates"] = {"per_minute": 0}
    (folder / "serve.yaml").write_text(yaml.safe_dump(tree))
    flags = {"RAY_SERVE_ENABLE_HA_PROXY": "1", "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1"} if haproxy else {}
    program = Path(sys.executable).parent / "recipe-ocr"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "serve", folder / "serve.yaml"],
            stdout=log,
            stderr=log,
            env=os.environ | flags,
            start_new_session=True,
        )
    try:
        yield
    finally:
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        psutil.wait_procs(children, timeout=30)
        for one in children:
            if one.is_running():
                one.kill()
        shutil.rmtree(folder, ignore_errors=True)


async def ask(
    session: aiohttp.ClientSession, data: bytes, *, cached: bool, engine: str | None = None
) -> tuple[int, float, bool]:
    """Returns status, seconds, and whether a refusal said when to come back."""
    form = aiohttp.FormData()
    form.add_field("file", data, filename="card.jpg", content_type="image/jpeg")
    form.add_field("enable_caching", "true" if cached else "false")
    if engine:
        form.add_field("engine", engine)
    started = time.perf_counter()
    async with session.post(f"{ADDRESS}/process", data=form) as answer:
        await answer.read()
        return answer.status, time.perf_counter() - started, "Retry-After" in answer.headers


async def ready(session: aiohttp.ClientSession) -> None:
    """Waits for the first answer."""
    async with asyncio.timeout(180):
        while True:
            try:
                async with session.get(f"{ADDRESS}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(1.0)


async def overhead(session: aiohttp.ClientSession, data: bytes, folder: Path) -> dict[str, Any]:
    """Measures requests and the pipeline in turn."""
    (folder / "card.jpg").write_bytes(data)
    command = [sys.executable, "-W", "ignore", "-c", LOOP, str(folder / "card.jpg")]
    loop = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert loop.stdin
    assert loop.stdout
    asked, ran = [], []
    await ask(session, data, cached=False)
    for _ in range(TIMES):
        loop.stdin.write("\n")
        loop.stdin.flush()
        ran.append(float(await asyncio.to_thread(loop.stdout.readline)))
        asked.append((await ask(session, data, cached=False))[1])
    loop.stdin.close()
    loop.wait()
    service_ms, pipeline_ms = 1000 * statistics.median(asked), 1000 * statistics.median(ran)
    return {
        "picture_kb": len(data) // 1024,
        "service_p50_ms": round(service_ms, 1),
        "pipeline_p50_ms": round(pipeline_ms, 1),
        "overhead_ms": round(service_ms - pipeline_ms, 1),
        "overhead_of_neighbours_ms": round(1000 * statistics.median(map(operator.sub, asked, ran)), 1),
    }


async def hits(session: aiohttp.ClientSession, data: bytes) -> dict[str, Any]:
    """Measures answers from the cache."""
    await ask(session, data, cached=True)
    alone = [(await ask(session, data, cached=True))[1] for _ in range(100)]
    started = time.perf_counter()

    async def client() -> None:
        for _ in range(60):
            status, _, _ = await ask(session, data, cached=True)
            assert status == 200, status

    await asyncio.gather(*(client() for _ in range(8)))
    return {
        "p50_ms": round(1000 * statistics.median(alone), 1),
        "requests_per_second_at_8": round(480 / (time.perf_counter() - started), 1),
    }


async def capacity(session: aiohttp.ClientSession, seconds: float, pictures: list[bytes], engine: str) -> float:
    """Returns answers a second with four clients that each wait for their answer, by one engine."""
    begun, done = time.perf_counter(), 0

    async def client(number: int) -> None:
        nonlocal done
        while time.perf_counter() - begun < seconds:
            data = pictures[(number + done) % len(pictures)]
            status, _, _ = await ask(session, data, cached=False, engine=engine)
            done += status == 200  # apart from the await: what another client added meanwhile would be lost

    await asyncio.gather(*(client(number) for number in range(4)))
    return done / (time.perf_counter() - begun)


def say(report: dict[str, Any]) -> None:
    """Shows the newest part of the report to whoever waits for it."""
    name = list(report)[-1]
    print(f"{name}: {report[name]}", file=sys.stderr, flush=True)


async def load(session: aiohttp.ClientSession, rate: float, seconds: float, pictures: list[bytes]) -> dict[str, Any]:
    """Sends requests at a rate, whether answers come or not."""
    dice, tasks, started = random.Random(1), [], time.perf_counter()
    while (now := time.perf_counter() - started) < seconds:
        tasks.append(asyncio.create_task(ask(session, dice.choice(pictures), cached=False)))
        await asyncio.sleep(max(0.0, len(tasks) / rate - now))
    ended = time.perf_counter()
    answers = await asyncio.gather(*tasks)
    good = sorted(took for status, took, _ in answers if status == 200)
    at = {
        name: round(good[int(share * (len(good) - 1))], 2)
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }
    return {
        "rate": round(rate, 2),
        "sent": len(answers),
        "statuses": dict(Counter(str(status) for status, _, _ in answers)),
        "refusals_say_when": all(says for status, _, says in answers if status in (429, 503)),
        "accepted_seconds": at,
        "last_answer_after_seconds": round(time.perf_counter() - ended, 1),
    }


def memory() -> dict[str, float]:
    """Returns the memory of each replica and engine process in MiB."""
    found = {}
    for one in psutil.process_iter(["cmdline", "memory_info"]):
        words = " ".join(one.info["cmdline"] or [])
        if "ServeReplica:" in words or "isolation_child" in words:
            name = words.split()[0] if "ServeReplica" in words else "engine"
            found[f"{name}#{one.pid}"] = round(one.info["memory_info"].rss / 2**20, 1)
    return found


async def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Returns the whole report."""
    data, pictures = picture(), [picture(number) for number in range(1, 9)]
    timeout = aiohttp.ClientTimeout(total=300)
    connector = aiohttp.TCPConnector(limit=0)
    with tempfile.TemporaryDirectory() as folder:
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
            started = time.perf_counter()
            await ready(session)
            report: dict[str, Any] = {"ready_seconds": round(time.perf_counter() - started, 1)}
            report["overhead"] = await overhead(session, data, Path(folder))
            say(report)
            report["hits"] = await hits(session, data)
            say(report)
            engines = {
                name: await capacity(session, args.capacity_seconds, pictures, name) for name in ("tesseract", "paddle")
            }
            report["capacity_per_second"] = {name: round(one, 2) for name, one in engines.items()}
            say(report)
            most, before = engines["paddle"], memory()
            report["load_80"] = await load(session, 0.8 * most, args.load_seconds, pictures)
            report["memory_mb"] = {"before": before, "after": memory()}
            say(report)
            report["overload_5x"] = await load(session, 5 * most, 20.0, pictures)
            drained = report["overload_5x"]["last_answer_after_seconds"]
            ended, took = time.perf_counter(), float("inf")
            while took > 2 * report["overhead"]["service_p50_ms"] / 1000:
                asked = time.perf_counter()
                status, took, _ = await ask(session, data, cached=False)
                took = took if status == 200 else float("inf")
            report["recovered_after_seconds"] = round(drained + asked - ended, 1)
            report["same_processes_after_overload"] = sorted(memory()) == sorted(report["memory_mb"]["after"])
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
    with service(haproxy=args.haproxy):
        report = asyncio.run(measure(args))
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
