"""Writes ray_app/training/data/ingredient_lines.txt.xz: a sample of real ingredient lines for the recognizer's texts.

The lines come from the training data of the ingredient-parser project (MIT, Tom Strange; the notice lies beside the
sample), which is not part of this repository. Teaching needs the sample only.

Usage: scripts/sample_training_lines.py FOLDER_OF_CSVS [--lines N]
"""

import argparse
import csv
import lzma
import random
from pathlib import Path

from ray_app.training.alphabet import readable, written

TARGET = Path("ray_app/training/data/ingredient_lines.txt.xz")
LENGTHS = range(4, 110)


def sample(folder: Path, count: int) -> list[str]:
    """Returns as many lines of each file, each once, in the order of the files and of their lines."""
    files = sorted(folder.glob("*.csv"))
    chosen: list[str] = []
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            lines = dict.fromkeys(written(row["input"]) for row in csv.DictReader(file))
        usable = [line for line in lines if readable(line) and len(line) in LENGTHS]
        kept = set(random.Random(path.name).sample(usable, min(len(usable), count // len(files))))
        chosen += [line for line in usable if line in kept]
    return chosen


def main() -> None:
    """Samples and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, default=9000)
    args = parser.parse_args()
    lines = sample(args.folder, args.lines)
    TARGET.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9))
    notice = (args.folder / "LICENSE").read_text(encoding="utf-8")
    TARGET.with_name("NOTICE").write_text(
        "ingredient_lines.txt.xz is sampled from the training data of ingredient-parser, under this licence:\n\n"
        + notice,
        encoding="utf-8",
    )
    print(f"{len(lines)} lines, {TARGET.stat().st_size // 1024} KiB in {TARGET}")


if __name__ == "__main__":
    main()
