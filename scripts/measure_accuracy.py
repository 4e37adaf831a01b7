"""Engines side by side on labelled images, judged by a referee script that is given.

Runs ``recipe-ocr extract`` once an engine and has the referee score each outcome; prints one table a category and
writes the figures to out/accuracy/figures.json.

Usage: scripts/measure_accuracy.py LABELS_DIR --referee SCORE.PY [--engines paddle,tesseract,...]

LABELS_DIR holds images with a label JSON of the same stem each. SCORE.PY is called as
``SCORE.PY LABELS_DIR PREDICTIONS.jsonl --json`` and answers {category: {figure: mean}}.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

FIGURES = (
    "quantity_acc",
    "wrong_quantity",
    "ingredient_f1",
    "line_f1",
    "title_f1",
    "cer",
    "word_f1",
    "invented",
)


def measure(engine: str, images: list[Path], labels: Path, referee: Path, out: Path) -> dict[str, dict[str, float]]:
    """Returns the referee's figures by category, with the seconds an image that the reading took (start included)."""
    predictions = out / f"{engine}.jsonl"
    started = time.perf_counter()
    command = ["recipe-ocr", "extract", *map(str, images), "--engine", engine, "--jsonl", str(predictions)]
    run = subprocess.run([str(Path(sys.executable).parent / command[0]), *command[1:]], check=False)
    if run.returncode not in (0, 1):  # 1: some images failed, which the referee counts as empty
        raise SystemExit(f"{engine}: recipe-ocr extract ended with {run.returncode}")
    seconds = (time.perf_counter() - started) / len(images)
    judged = [sys.executable, str(referee), str(labels), str(predictions), "--json"]
    figures: dict[str, dict[str, float]] = json.loads(subprocess.run(judged, check=True, capture_output=True).stdout)
    figures["all"]["seconds_per_image"] = round(seconds, 3)
    return figures


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--referee", type=Path, required=True)
    parser.add_argument("--engines", default="paddle,paddle-tiny,tesseract,rule,easyocr")
    parser.add_argument("--out", type=Path, default=Path("out/accuracy"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    stems = sorted(path.stem for path in args.labels.glob("*.json"))
    images = [next(p for p in sorted(args.labels.glob(f"{stem}.*")) if p.suffix != ".json") for stem in stems]
    engines = args.engines.split(",")
    found = {engine: measure(engine, images, args.labels, args.referee, args.out) for engine in engines}
    (args.out / "figures.json").write_text(json.dumps(found, indent=1))
    for category in sorted(found[engines[0]], key=lambda name: (name != "all", name)):
        print(f"\n### {category}\n| engine | " + " | ".join(FIGURES) + " |\n" + "|---" * (len(FIGURES) + 1) + "|")
        for engine in engines:
            figures = found[engine][category]
            print(f"| {engine} | " + " | ".join(f"{figures.get(name, float('nan')):.3f}" for name in FIGURES) + " |")


if __name__ == "__main__":
    main()
