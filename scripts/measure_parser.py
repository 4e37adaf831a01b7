"""How far does the parser of ingredient lines agree with public labelled ones? Text alone; no image is read.

Lines whose label has one amount are parsed; quantities and units are compared as ``recipe-ocr evaluate`` does. Those that
differ are printed: some are faults of ours, some of the labels.

Usage: scripts/measure_parser.py LINES_DIR [--lines 8000] [--seed 12]; LINES_DIR holds CSV files with the columns input,
quantity ("1#1$2" is 1 1/2) and unit
"""

import argparse
import csv
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ray_app.evaluation.plain import numbers, unit  # noqa: E402 -- found in the checkout as well
from ray_app.recipe.ingredients import IngredientParser  # noqa: E402
from ray_app.recipe.quantities import format_quantity  # noqa: E402

_FRACTION = re.compile(r"#(\d+)\$(\d+)")


def labelled(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yields lines with one amount: as written, its quantity, its unit."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if " " not in row["quantity"].strip() and " " not in row["unit"].strip():
                    yield row["input"], _FRACTION.sub(r" \1/\2", row["quantity"]).strip(), row["unit"].strip()


def main() -> None:
    """Parses, prints what differs, and counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=12)
    args = parser.parse_args()
    lines = sorted(labelled(args.folder))
    chosen = random.Random(args.seed).sample(lines, min(args.lines, len(lines)))
    ours, quantities, units = IngredientParser(), 0, 0
    for line, quantity, written in chosen:
        amount = ours.parse(line).amount
        found = format_quantity(amount)
        if numbers(found) != numbers(quantity):
            quantities += 1
            print(f"quantity  {found!s:>8} for {quantity!s:>8}  {line}")
        elif unit(amount.unit) != unit(written):
            units += 1
            print(f"unit      {amount.unit!s:>8} for {written!s:>8}  {line}")
    print(f"{len(chosen)} lines: {quantities} other quantities, {units} other units")


if __name__ == "__main__":
    main()
