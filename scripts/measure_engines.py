"""Measures engines on a folder of labelled images (label: same stem, .json with "text" and "category").

Usage: measure_engines.py LABELS compare ENGINE...     word F1 and CER by category, CPU seconds an image, peak RSS
       measure_engines.py LABELS sides SIDE...         the same for PaddleOCR small at these detection sides
       measure_engines.py LABELS turns ENGINE          tesserocr against pytesseract in turn, or what is named a+b
       measure_engines.py LABELS orient                confusion of the page orienter over quarter turns
       measure_engines.py LABELS memory [IMAGES]       RSS of PaddleOCR small over pages of varying shape

Each engine runs in a process of its own on one thread, so that peak memory is its own. Times are CPU seconds of this
process and its children: on a shared machine wall clock says more about the neighbours.
"""

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image
from rapidfuzz.distance import Levenshtein

from ray_app.engines.orientation import PageOrienter
from ray_app.engines.read import ReadStep
from ray_app.imaging.prepare import prepare
from ray_app.options import PaddleOptions, PrepareOptions, ReadOptions, engine_options
from ray_app.types import Failure, ImageInput, PageText, PreparedImage

SUFFIXES = (".jpg", ".png")


@dataclass(frozen=True)
class Labelled:
    """One image with its label."""

    name: str
    category: str
    text: str
    image: PreparedImage


def labelled(folder: Path) -> Iterator[Labelled]:
    """Yields the images of a folder, prepared."""
    for path in sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES):
        label: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        image = prepare(ImageInput(image_id=path.stem, data=path.read_bytes(), source=str(path)), PrepareOptions())
        yield Labelled(path.stem, label["category"], label["text"], image)


def plain(text: str) -> str:
    """Lower case, one space between words."""
    return " ".join(text.lower().split())


def word_f1(truth: str, read: str) -> float:
    """Bag-of-words F1, order ignored."""
    one, two = (Counter(re.findall(r"[\w/½¼¾]+", plain(text))) for text in (truth, read))
    return 2 * (one & two).total() / max(1, one.total() + two.total())


def cpu_seconds() -> float:
    """Of this process and of children that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def measure(items: Sequence[Labelled], options: ReadOptions) -> dict[str, Any]:
    """Reads all items one by one and returns the figures."""
    step = ReadStep.from_options(options)
    step.process([items[0].image])
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    engines: Counter[str] = Counter()
    wall, cpu = time.perf_counter(), cpu_seconds()
    pages: list[PageText | Failure] = [step.process([item.image])[0] for item in items]
    cpu, wall = cpu_seconds() - cpu, time.perf_counter() - wall
    for item, page in zip(items, pages, strict=True):
        text = page.text if isinstance(page, PageText) else ""
        engines[page.engine.kind if isinstance(page, PageText) else page.code] += 1
        cer = min(1.0, Levenshtein.distance(plain(item.text), plain(text)) / max(1, len(plain(item.text))))
        scores[item.category].append((word_f1(item.text, text), cer))
    scores["all"] = [score for category in list(scores) for score in scores[category]]
    figures = {
        name: tuple(round(sum(x) / len(x), 3) for x in zip(*values, strict=True)) for name, values in scores.items()
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return {
        "word_f1, cer": figures,
        "cpu_s_per_image": round(cpu / len(items), 3),
        "wall_s_per_image": round(wall / len(items), 3),
        "peak_rss_mb": round(peak),
        "engines": dict(engines),
    }


def compare(folder: Path, arguments: Sequence[str]) -> None:
    """Prints one JSON line an engine or PaddleOCR setting."""
    if len(arguments) == 1:
        name, _, side = arguments[0].partition("@")
        engine = PaddleOptions(detection_side=int(side)) if side else engine_options(name)
        rotate = os.environ.get("ROTATE", "1") == "1"
        options = ReadOptions(engine=engine, find_rotation=rotate)
        print(json.dumps({"engine": arguments[0]} | measure(list(labelled(folder)), options)), flush=True)
        return
    for argument in arguments:
        subprocess.run([sys.executable, __file__, str(folder), "compare", argument], check=True)


def turns(folder: Path, names: str, rounds: int = 3) -> None:
    """Two engines in turn, A B B A ..., and the ratio of their times."""
    items = [item.image for item in labelled(folder)]
    steps = [
        ReadStep.from_options(ReadOptions(engine=engine_options(name), find_rotation=False))
        for name in names.split("+")
    ]
    ratios: list[float] = []
    for turn in range(rounds):
        spent = [0.0, 0.0]
        for which in (0, 1) if turn % 2 == 0 else (1, 0):
            before, wall = cpu_seconds(), time.perf_counter()
            for item in items:
                steps[which].process([item])
            spent[which] = cpu_seconds() - before
            print(
                f"round {turn + 1} {names.split('+')[which]}: CPU {spent[which] / len(items):.3f} s an image, wall {(time.perf_counter() - wall) / len(items):.3f} s",
                flush=True,
            )
        ratios.append(spent[1] / spent[0])
    print(f"{names}: ratio of CPU times {min(ratios):.2f} to {max(ratios):.2f}")


def orient(folder: Path) -> None:
    """Confusion table of the orienter, and its CPU time on upright pages."""
    orienter = PageOrienter()
    confusion: Counter[tuple[int, int]] = Counter()
    seconds: list[float] = []
    for item in labelled(folder):
        upright = np.rot90(item.image.pixels, 1) if item.name.endswith("_turned") else item.image.pixels
        for degrees in (0, 90, 180, 270):
            before = time.process_time()
            found = orienter.find(np.ascontiguousarray(np.rot90(upright, -degrees // 90)))
            seconds += [time.process_time() - before] if degrees == 0 else []
            confusion[degrees, (360 - found) % 360] += 1
    print("turned  found as 0 / 90 / 180 / 270")
    for degrees in (0, 90, 180, 270):
        print(f"{degrees:6d}  " + " / ".join(f"{confusion[degrees, found]:3d}" for found in (0, 90, 180, 270)))
    print(f"CPU {sum(seconds) / len(seconds):.3f} s an upright page")


def memory(folder: Path, count: int) -> None:
    """RSS while pages of varying shape are read, longer side 800 to 2048 pixels."""
    step = ReadStep.from_options(ReadOptions())
    items = list(labelled(folder))
    random = np.random.default_rng(0)
    process = psutil.Process()
    for index in range(count):
        item = items[index % len(items)].image
        height, width = item.pixels.shape[:2]
        scale = random.uniform(800, 2048) / max(height, width)
        shape = (int(width * scale), int(height * scale * random.uniform(0.9, 1.1)))
        pixels = np.array(Image.fromarray(item.pixels).resize(shape))
        step.process([PreparedImage(image_id="", pixels=pixels, to_original=item.to_original, quality=item.quality)])
        if (index + 1) % 25 == 0:
            print(f"{index + 1} images: RSS {process.memory_info().rss / 1e6:.0f} MB", flush=True)


def main() -> None:
    """Reads the arguments; see the head of the file."""
    folder, what, *rest = Path(sys.argv[1]), *sys.argv[2:]
    match what:
        case "compare":
            compare(folder, rest)
        case "sides":
            compare(folder, [f"paddle@{side}" for side in rest])
        case "turns":
            turns(folder, rest[0] if rest else "tesseract+pytesseract")
        case "orient":
            orient(folder)
        case "memory":
            memory(folder, int(rest[0]) if rest else 200)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
