"""Holds int8 forms of the taught recognizers against float32: size, time a line, and what is read.

Usage: python scripts/compare_int8.py LABELS_DIR [--output out/int8] [--lines 40] [--rounds 5]
       (from the repository's root; fonts come from npm; a quarter of an hour of one core)

Dynamic: weights in int8, activations scaled call by call. Static: both scaled beforehand, on drawn lines
(``ray_app/training/int8.py``; the first of the two is what is shipped). Times are processor times of one thread over the same drawn lines, one form
after the other by turns; what counts is the median of the rounds' ratios to float32. Figures as in sampling/thirds.py.
"""

import argparse
import shutil
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic
from sampling.thirds import measured, row

from ray_app import config
from ray_app.engines.weights import Size, paddle_weights
from ray_app.evaluation.labels import load
from ray_app.training import fonts, int8
from ray_app.training.job import SEED

ENGINES: Final[Mapping[Size, str]] = {"tiny": "paddle-tiny", "small": "paddle-tiny,read.engine.recognizer=small"}
FORMS: Final = ("float32", "int8 dynamic", "int8 static", "int8 static, products too")


def write(size: Size, output: Path, lines: int8.Lines) -> dict[str, Path]:
    """Writes all forms; returns the folder of each, as ``recognizer_weights`` takes it."""
    weights = paddle_weights("rec", size, "taught")
    folders = {form: output / form.replace(" ", "-").replace(",", "") for form in FORMS}
    for folder in folders.values():
        (folder / size).mkdir(parents=True, exist_ok=True)
        shutil.copy(weights.config, folder / size / "inference.yml")
    plain, dynamic, static, more = (folder / size / "rec.onnx" for folder in folders.values())
    shutil.copy(weights.graph, plain)
    quantize_dynamic(plain, dynamic, weight_type=QuantType.QUInt8)
    int8.write(plain, static, lines)
    int8.write(plain, more, lines, operators=("Conv", "MatMul"))
    return folders


def seconds(graphs: Mapping[str, Path], lines: int8.Lines, rounds: int) -> dict[str, list[float]]:
    """Returns processor seconds a line of each form, round by round; the order turns round."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    sessions = {form: onnxruntime.InferenceSession(graph, options) for form, graph in graphs.items()}
    found: dict[str, list[float]] = {form: [] for form in graphs}
    for number in range(rounds + 1):
        for form in sorted(sessions, reverse=bool(number % 2)):
            before = time.process_time()
            for line in lines:
                sessions[form].run(None, {"x": line})
            found[form].append((time.process_time() - before) / len(lines))
    return {form: values[1:] for form, values in found.items()}  # the first round is a warm-up


def main() -> None:
    """Prints a row for each size and form."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--output", type=Path, default=Path("out/int8"))
    parser.add_argument("--lines", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    fonts.fetch(fonts.every())
    images = load(args.labels)
    lines, timed = int8.drawn(SEED), int8.drawn(SEED + 1, args.lines)
    print("| recognizer | MB | ms a line | of float32 | language, to choose on | language, held back |", end="")
    print(" no language, to choose on | no language, held back |\n|---|---|---|---|---|---|---|---|")
    for size, engine in ENGINES.items():
        folders = write(size, args.output, lines)
        graphs = {form: folder / size / "rec.onnx" for form, folder in folders.items()}
        times = seconds(graphs, timed, args.rounds)
        for form, graph in graphs.items():
            ratio = statistics.median(a / b for a, b in zip(times[form], times["float32"], strict=True))
            cells = [f"{size}, {form}", f"{graph.stat().st_size / 1e6:.1f}"]
            cells += [f"{statistics.median(times[form]) * 1e3:.1f}", f"{ratio:.2f}"]
            for more in ("", ",read.engine.language=false"):
                mode = config.load_mode(f"{engine},read.engine.recognizer_weights={folders[form]}{more}")
                cells.append(row(images, measured(images, mode.options)))
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
