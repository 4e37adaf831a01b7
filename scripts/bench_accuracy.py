"""Accuracy against cost: the default engine and RapidOCR with its stock small models, in turn, in one run; writes one JSON.

Three contenders read the same labelled images with all cores, from bytes on disk to an answer:

- auto: what ``recipe-ocr extract`` does, one process a core with one thread each: rotation, tilt, both recognizers,
  layout, recipes.
- rapidocr: what a library's user would write, ``RapidOCR()`` with its defaults in a plain loop: one process, as many
  threads as onnxruntime thinks right. It reads lines only.
- rapidocr_a_core: the same at its best in bulk, one process a core with one thread each.

All are loaded at once, each in a process of its own, and idle while another reads. Each first reads all images
uncounted; the figures of accuracy are those of that pass. Then rounds: in each every contender reads all images, in an
order that turns round from one to the next. Rates are images a second of wall clock; seconds of processor time, all
threads and processes together, stand beside them, as neighbours on the machine disturb these less.

Accuracy is by the figures of ``recipe-ocr evaluate``, which are the referee's. What RapidOCR reads becomes ingredients
by the naive rule: a line that starts with an amount is one; the word after it is the unit if it is one. RapidOCR opens
no PDF: give a folder of pictures.

Usage: scripts/bench_accuracy.py LABELS_DIR [--rounds 3] [--json out/bench/accuracy.json]
"""

import argparse
import json
import multiprocessing
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import psutil

from ray_app.evaluation.labels import Content, Item, Labelled, load
from ray_app.evaluation.metrics import ALL, figures, means
from ray_app.evaluation.scoring import content
from ray_app.extract import extract
from ray_app.files import FileInput, FileReader
from ray_app.options import PipelineOptions, ReadOptions, engine_options
from ray_app.recipe.units import unit_name
from ray_app.types import ImageResult

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
ROOT = Path(__file__).resolve().parent.parent
CORES = psutil.cpu_count() or 1
REQUESTS = 10
"""Uncached requests a second that cores are counted for."""

QUIET = {"Global.log_level": "error"}
ONE_THREAD = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
FIGURES = ("quantity_acc", "wrong_quantity", "ingredient_f1", "line_f1", "cer", "word_f1", "invented")
_FRACTION = "¼½¾⅓⅔⅛⅜⅝⅞"
_STARTS = re.compile(
    rf"[•*·\-\s]*(?P<quantity>\d+\s+\d+/\d+|\d+/\d+|\d*\s*[{_FRACTION}]|\d+\s*-\s*\d+|\d+\.\d+|\d+)(?P<rest>\s*[^\d\s].*)"
)


@dataclass(frozen=True)
class Contender:
    """How the images are read, and how what was read becomes what a label holds."""

    read: Callable[[], Sequence[Any]]
    understand: Callable[[Any], Content]


@dataclass(frozen=True)
class Pass:
    """One pass over all images: wall clock and processor time, in seconds."""

    seconds: float
    cpu_seconds: float


class Lent:
    """A loaded reader for the time of one ``extract``, which closes those that it builds."""

    def __init__(self, idle: SimpleQueue[FileReader]) -> None:
        self._idle, self._reader = idle, idle.get()

    def read(self, files: Sequence[FileInput]) -> list[tuple[ImageResult, ...]]:
        """See ``extract.Reader``."""
        return self._reader.read(files)

    def close(self) -> None:
        """See ``extract.Reader``."""
        self._idle.put(self._reader)


@contextmanager
def auto(paths: Sequence[Path]) -> Iterator[Contender]:
    """``recipe-ocr extract`` with its processes loaded before."""
    options = PipelineOptions(read=ReadOptions(engine=engine_options("auto")))
    idle: SimpleQueue[FileReader] = SimpleQueue()
    with ExitStack() as stack:
        for _ in range(CORES):
            reader = FileReader(options)
            stack.callback(reader.close)
            idle.put(reader)

        def read() -> list[tuple[ImageResult, ...]]:
            return list(extract(paths, options, processes=CORES, build=lambda _: Lent(idle)))

        yield Contender(read, content)


@contextmanager
def rapidocr(paths: Sequence[Path]) -> Iterator[Contender]:
    """One process, RapidOCR's own number of threads."""
    from rapidocr import RapidOCR

    engine = RapidOCR(params=QUIET)
    yield Contender(lambda: [lines_of(engine, path) for path in paths], naive)


_alone: Any = None
"""The engine of a process of ``rapidocr_a_core``."""


def load_alone() -> None:
    """Loads RapidOCR for one thread."""
    global _alone
    import cv2
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    _alone = RapidOCR(params=QUIET | ONE_THREAD)


def read_alone(path: Path) -> list[str]:
    """Reads one image in a process of ``rapidocr_a_core``."""
    return lines_of(_alone, path)


@contextmanager
def rapidocr_a_core(paths: Sequence[Path]) -> Iterator[Contender]:
    """One process a core, one thread each."""
    with multiprocessing.get_context("spawn").Pool(CORES, load_alone) as pool:
        yield Contender(lambda: pool.map(read_alone, paths, chunksize=1), naive)


CONTENDERS = {"auto": auto, "rapidocr": rapidocr, "rapidocr_a_core": rapidocr_a_core}


def lines_of(engine: Any, path: Path) -> list[str]:  # noqa: ANN401 -- RapidOCR, loaded where it is needed
    """Returns the lines that RapidOCR reads, in its order."""
    return list(engine(path.read_bytes()).txts or ())


def naive(lines: Sequence[str]) -> Content:
    """Returns lines as a label holds them: what starts with an amount is an ingredient. Titles are not looked for."""
    matches = [(line, match) for line in lines if (match := _STARTS.fullmatch(line.strip()))]
    items = [_item(line, match["quantity"], match["rest"].strip()) for line, match in matches]
    return Content(text="\n".join(lines), ingredients=tuple(items))


def _item(line: str, quantity: str, rest: str) -> Item:
    word, _, after = rest.partition(" ")
    unit = word if after and unit_name(word) else None
    return Item(line=line, quantity=quantity, unit=unit, name=after.strip() if unit else rest)


def cpu_seconds() -> float:
    """Returns the processor time of this process and all that it has started."""
    here = psutil.Process()
    times = [one.cpu_times() for one in (here, *here.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def timed(read: Callable[[], Sequence[Any]]) -> Pass:
    """Times one pass."""
    before, started = cpu_seconds(), time.perf_counter()
    read()
    return Pass(time.perf_counter() - started, cpu_seconds() - before)


def contend(name: str, labelled: Sequence[Labelled]) -> None:
    """Is one contender: writes the figures of its first pass, then a pass for each line that it is sent."""
    with CONTENDERS[name]([one.path for one in labelled]) as contender:
        guesses = [contender.understand(answer) for answer in contender.read()]
        pairs = zip(labelled, guesses, strict=True)
        found = means([(one.label.category, figures(one.label, guess)) for one, guess in pairs])
        kept = {
            group: {key: round(values[key], 4) for key in FIGURES if key in values} for group, values in found.items()
        }
        print(json.dumps(kept), flush=True)
        for _ in sys.stdin:
            print(json.dumps(asdict(timed(contender.read))), flush=True)


@dataclass(frozen=True)
class Running:
    """A contender in its process: the figures of its first pass, and a call that asks it for one pass more."""

    accuracy: Mapping[str, Any]
    ask: Callable[[], Pass]


@contextmanager
def started(name: str, labels: Path) -> Iterator[Running]:
    """Runs a contender for the time of the block."""
    command = [sys.executable, "-W", "ignore", __file__, str(labels), "--contender", name]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    sent, heard = process.stdin, process.stdout

    def answer() -> dict[str, Any]:
        line = heard.readline()
        if not line:
            raise SystemExit(f"{name} failed; its error stands above")
        told: dict[str, Any] = json.loads(line)
        return told

    def ask() -> Pass:
        sent.write("\n")
        sent.flush()
        return Pass(**answer())

    try:
        yield Running(answer(), ask)
    finally:
        sent.close()
        process.wait()


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Returns the median with all values."""
    return {"median": round(statistics.median(values), 3), "rounds": [round(value, 3) for value in values]}


def judged(images: int, accuracy: Mapping[str, Any], passes: Sequence[Pass]) -> dict[str, Any]:
    """Returns what is told of one contender."""
    return {
        "images_per_second": spread([images / one.seconds for one in passes]),
        "cpu_seconds_per_image": spread([one.cpu_seconds / images for one in passes]),
        "accuracy": accuracy,
    }


def cores_needed(images: int, passes: Sequence[Pass]) -> dict[str, Any]:
    """Returns how many cores like these read ``REQUESTS`` images a second, by wall clock and by processor time.

    Reading alone: HTTP, Serve and the wish that queues stay short come on top (docs/serving.md).
    """
    return {
        "requests_per_second": REQUESTS,
        "by_wall_clock": spread([REQUESTS * CORES * one.seconds / images for one in passes]),
        "by_processor_time": spread([REQUESTS * one.cpu_seconds / images for one in passes]),
    }


def ratios(ours: Sequence[Pass], theirs: Sequence[Pass]) -> dict[str, Any]:
    """Returns how many times as fast ours is, round by round: by the clock, and by processor time for an image."""
    return {
        "by_wall_clock": spread([two.seconds / one.seconds for one, two in zip(ours, theirs, strict=True)]),
        "by_processor_time": spread([two.cpu_seconds / one.cpu_seconds for one, two in zip(ours, theirs, strict=True)]),
    }


def measure(labels: Path, images: int, rounds: int) -> dict[str, Any]:
    """Runs all contenders and returns the report."""
    busy = os.getloadavg()[0]
    with ExitStack() as stack:
        running = {name: stack.enter_context(started(name, labels)) for name in CONTENDERS}
        passes: dict[str, list[Pass]] = {name: [] for name in CONTENDERS}
        for number in range(rounds):
            for name in list(CONTENDERS)[:: 1 if number % 2 == 0 else -1]:
                passes[name].append(running[name].ask())
                print(f"round {number + 1}, {name}: {images / passes[name][-1].seconds:.2f} images/s", file=sys.stderr)
    theirs = [name for name in CONTENDERS if name != "auto"]
    return {
        "machine": {
            "cpu": platform.processor() or platform.machine(),
            "cores": CORES,
            "python": platform.python_version(),
            "load_before": round(busy, 1),
        },
        "images": images,
        "contenders": {name: judged(images, running[name].accuracy, passes[name]) for name in CONTENDERS},
        "auto_times_as_fast_as": {name: ratios(passes["auto"], passes[name]) for name in theirs},
        "cores_needed": cores_needed(images, passes["auto"]),
    }


def show(report: Mapping[str, Any]) -> None:
    """Prints what matters as a table."""
    print(f"{'':17}images/s  CPU s an image  quantities right  wrong  ingredient F1")
    for name, found in report["contenders"].items():
        of = found["accuracy"][ALL]
        print(
            f"{name:17}{found['images_per_second']['median']:8.2f}  {found['cpu_seconds_per_image']['median']:14.2f}"
            f"  {of['quantity_acc']:16.2f}  {of['wrong_quantity']:5.2f}  {of['ingredient_f1']:13.2f}"
        )
    for name, found in report["auto_times_as_fast_as"].items():
        clock, processor = found["by_wall_clock"], found["by_processor_time"]
        print(
            f"auto is {clock['median']:.2f} times as fast as {name} ({min(clock['rounds']):.2f} to "
            f"{max(clock['rounds']):.2f}), {processor['median']:.2f} times by processor time"
        )
    need = report["cores_needed"]
    print(
        f"{REQUESTS} uncached requests a second need {need['by_wall_clock']['median']:.1f} such cores by the clock, "
        f"{need['by_processor_time']['median']:.1f} by processor time, for reading alone"
    )


def main() -> None:
    """Measures, shows and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path, metavar="LABELS_DIR")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, default=ROOT / "out" / "bench" / "accuracy.json")
    parser.add_argument("--contender", choices=list(CONTENDERS), help=argparse.SUPPRESS)
    args = parser.parse_args()
    labelled = load(args.labels)
    if args.contender:
        contend(args.contender, labelled)
        return
    report = measure(args.labels, len(labelled), args.rounds)
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(report, indent=2) + "\n")
    show(report)


if __name__ == "__main__":
    main()
