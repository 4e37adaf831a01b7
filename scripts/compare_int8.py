"""Holds int8 forms of the taught recognizers against float32: size, time a line, and what is read.

Usage: python scripts/compare_int8.py LABELS_DIR [--output out/int8] [--lines 40] [--rounds 5]
       (from the repository's root; fonts come from npm; a quarter of an hour of one core)

Dynamic: weights in int8, activations scaled call by call. Static: both scaled beforehand (QDQ, convolutions and matrix
products, a scale a channel), on drawn lines. Times are processor times of one thread over the same drawn lines, one form
after the other by turns; what counts is the median of the rounds' ratios to float32. Figures as in sampling/thirds.py.
"""

import argparse
import shutil
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import version_converter
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from sampling.thirds import measured, row

from ray_app import config
from ray_app.engines.weights import Size, paddle_weights
from ray_app.evaluation.labels import load
from ray_app.training import fonts
from ray_app.training.batches import Recipe, group

ENGINES: Final[Mapping[Size, str]] = {"tiny": "paddle-tiny", "small": "paddle-tiny,read.engine.recognizer=small"}
FORMS: Final = ("float32", "int8 dynamic", "int8 static")
CALIBRATION: Final = 64

Lines = Sequence[NDArray[np.float32]]


class _Drawn(CalibrationDataReader):
    def __init__(self, lines: Lines) -> None:
        self._lines = iter([{"x": line} for line in lines])

    def get_next(self) -> dict[str, Any] | None:
        """Returns the next line, one a call as the engine gives them."""
        return next(self._lines, None)


def drawn(seed: int, count: int) -> Lines:
    """Returns lines as the recognizer takes them, one an array."""
    batches = group(Recipe(seed=seed), 0, -(-count // 8))
    return [pixels[None].numpy() for batch in batches for pixels in batch.pixels][:count]


def write(size: Size, output: Path, lines: Lines) -> dict[str, Path]:
    """Writes the three forms; returns the folder of each, as ``recognizer_weights`` takes it."""
    weights = paddle_weights("rec", size, "taught")
    folders = {form: output / form.replace(" ", "-") for form in FORMS}
    for folder in folders.values():
        (folder / size).mkdir(parents=True, exist_ok=True)
        shutil.copy(weights.config, folder / size / "inference.yml")
    plain, dynamic, static = (folder / size / "rec.onnx" for folder in folders.values())
    shutil.copy(weights.graph, plain)
    quantize_dynamic(plain, dynamic, weight_type=QuantType.QUInt8)
    prepared = output / f"{size}.onnx"  # a scale a channel needs opset 13; batch norms are folded into convolutions
    onnx.save(version_converter.convert_version(onnx.load(plain), 13), prepared)
    quant_pre_process(prepared, prepared, skip_symbolic_shape=True)
    quantize_static(
        prepared, static, _Drawn(lines), quant_format=QuantFormat.QDQ, per_channel=True,
        op_types_to_quantize=["Conv", "MatMul"], activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
        reduce_range=True,  # seven bits: without VNNI, sums of products of eight overflow
    )  # fmt: skip
    return folders


def seconds(graphs: Mapping[str, Path], lines: Lines, rounds: int) -> dict[str, list[float]]:
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
    lines, timed = drawn(1000, CALIBRATION), drawn(1001, args.lines)
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
