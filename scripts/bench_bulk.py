"""Speed and memory of the bulk job against two plain loops, in one run on this machine; writes one JSON.

What is measured, in this order: loop, rapidocr, job, rapidocr, loop (so that a machine that slows down slows all down).

- loop: one ``RecipePipeline`` with one thread, one image after the other, in a process of its own.
- rapidocr: what a library's user would write: ``RapidOCR()`` with its defaults (onnxruntime, all cores) in a plain loop.
  It reads lines only: no orientation, no layout, no ingredients.
- two loops: two such one-thread loops side by side, the most that the machine can give to two processes.
- job: the bulk job with one reader a core; its start-up is reported apart.

Memory is that of each reader's engine process (sampled once a second) and of its Ray actor; ``growth`` compares the
peak in the last tenth of the run with the peak in the second hundred images.

Usage: scripts/bench_bulk.py [--images 1000] [--loop-images 60] [--json out/bench/bulk.json]
"""

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import psutil
from PIL import Image, ImageEnhance

from ray_app.performance.memory import Trace, Watch
from ray_app.performance.usage import called

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
ROOT = Path(__file__).resolve().parent.parent


def make_images(count: int, folder: Path) -> list[Path]:
    """Returns ``count`` different pictures made from the samples: scaled, brightened and shifted a little, by seed."""
    sources = sorted(p for p in (ROOT / "samples").iterdir() if p.suffix in {".jpg", ".png"})
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    dice = random.Random(7)
    made = []
    for number in range(count):
        with Image.open(sources[number % len(sources)]) as picture:
            scale = dice.uniform(0.9, 1.1)
            size = (round(picture.width * scale), round(picture.height * scale))
            changed = ImageEnhance.Brightness(picture.convert("RGB").resize(size)).enhance(dice.uniform(0.9, 1.05))
        made.append(folder / f"{number:05d}.jpg")
        changed.save(made[-1], quality=90)
    return made


LOOP = """
import sys, time
from pathlib import Path
from ray_app.imaging.identity import image_id
from ray_app.options import PipelineOptions
from ray_app.pipeline import RecipePipeline
from ray_app.types import ImageInput

pipeline = RecipePipeline.from_options(PipelineOptions())
images = []
for path in map(Path, sys.argv[1:]):
    data = path.read_bytes()
    images.append(ImageInput(image_id=image_id(data), data=data, source=str(path)))
pipeline.run(images[:1])
started = time.perf_counter()
for image in images:
    pipeline.run([image])
print("RATE", len(images) / (time.perf_counter() - started))
"""

RAPID = """
import sys, time
from pathlib import Path
from rapidocr import RapidOCR

engine = RapidOCR(params={"Global.log_level": "error"})
images = [path.read_bytes() for path in map(Path, sys.argv[1:])]
engine(images[0])
started = time.perf_counter()
for image in images:
    engine(image)
print("RATE", len(images) / (time.perf_counter() - started))
"""


def rates(code: str, images: list[Path], processes: int = 1) -> list[float]:
    """Returns the images a second of each of ``processes`` equal loops run at once."""
    command = [sys.executable, "-W", "ignore", "-c", code, *map(str, images)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    spoken = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise SystemExit("a loop failed; its error stands above")
    return [float(text.split("RATE", 1)[1]) for text in spoken]


def figures(traces: list[Trace], images: int) -> list[dict[str, float]]:
    """Returns peak and growth of each engine's process that lived for most of the run."""
    longest = max((one.lived for one in traces), default=0.0)
    found = []
    for trace in traces:
        if trace.lived < 0.5 * longest:
            continue
        peak, early, late = (
            max(trace.held(*ends)) / 2**20 for ends in ((0, 1), (100 / images, 200 / images), (0.9, 1.0))
        )
        found.append(
            {
                "peak_mb": round(peak, 1),
                "second_hundred_mb": round(early, 1),
                "last_tenth_mb": round(late, 1),
                "growth": round(late / early - 1, 4),
            }
        )
    return found


def job(images: Path, count: int, out: Path) -> dict[str, object]:
    """Runs the bulk job in this process and returns its rate in steady state and its memory."""
    from ray_app.bulk.options import BulkOptions
    from ray_app.bulk.run import run_bulk
    from ray_app.options import PipelineOptions

    shutil.rmtree(out, ignore_errors=True)
    with Watch(os.getpid(), lambda process: "engine" if called(process) == "engine" else None) as watch:
        summary = run_bulk([str(images)], str(out), PipelineOptions(), BulkOptions())
    if summary.ok + summary.partial + summary.failed != count or summary.images_per_second is None:
        raise SystemExit(f"the job did not read all images: {summary}")
    return {
        "images_per_second": summary.images_per_second,
        "startup_seconds": summary.startup_seconds,
        "seconds": summary.seconds,
        "ok": summary.ok,
        "partial": summary.partial,
        "failed": summary.failed,
        "workers": summary.workers,
        "peak_worker_mb": round(summary.peak_worker_bytes / 2**20, 1),
        "engine_processes": figures(watch.traces, count),
    }


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--loop-images", type=int, default=60)
    parser.add_argument("--json", type=Path, default=ROOT / "out" / "bench" / "bulk.json")
    args = parser.parse_args()
    folder = args.json.parent / "images"
    images = make_images(args.images, folder)
    few = images[: args.loop_images]
    cores = psutil.cpu_count()
    loop = rates(LOOP, few)
    rapid = rates(RAPID, few)
    ran = job(folder, len(images), args.json.parent / "out")
    rapid += rates(RAPID, few)
    loop += rates(LOOP, few)
    both = sum(rates(LOOP, few, processes=cores))
    steady = float(ran["images_per_second"])  # type: ignore[arg-type]
    report = {
        "machine": {
            "cpu": platform.processor() or platform.machine(),
            "cores": cores,
            "python": platform.python_version(),
        },
        "images": {"count": len(images), "source": "samples/, varied by seed"},
        "loop_images_per_second": [round(rate, 3) for rate in loop],
        "loops_side_by_side_images_per_second": round(both, 3),
        "rapidocr_images_per_second": [round(rate, 3) for rate in rapid],
        "job": ran,
        "efficiency": round(steady / (cores * statistics.median(loop)), 3),
        "efficiency_of_what_the_machine_gives": round(steady / both, 3),
        "ratio_to_rapidocr": round(steady / statistics.median(rapid), 3),
    }
    args.json.write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
