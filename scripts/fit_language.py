"""Writes ray_app/engines/models/language/: how recipes are spelled, and which amounts go with which units.

Both are learned from the training data of the ingredient-parser project (MIT, Tom Strange; the notice lies beside what
is written), which is not part of this repository, and from the templates that lines for teaching are drawn from.
The same folder gives the same bytes.

Usage: scripts/fit_language.py FOLDER_OF_CSVS
"""

import argparse
import csv
import json
import lzma
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ray_app.engines.amount_prior import parts
from ray_app.engines.language import END, NUMBER, START, UNKNOWN, plain
from ray_app.recipe.units import SPELLINGS, unit_name
from ray_app.training import lines, prose
from ray_app.training.alphabet import written

TARGET = Path("ray_app/engines/models/language")
ORDER = 6
"""Signs of the longest n-gram: five of context, about a word."""

OFTEN = 50
"""A unit that was seen less often has no amounts of its own."""

SHARED = 20.0
"""What all units together count for beside a unit's own lines."""

RARELY = 1e-4
"""Chance of an amount that was not seen, against the unit's most common one."""

RARE = 4
"""From this length on, an n-gram that was seen once is left out; shorter ones are kept."""


def texts(folder: Path) -> Iterator[str]:
    """Yields each ingredient line as it stands, with its units as cooks shorten them, now and then without its amount; then prose."""
    rng = random.Random(0)
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                text = written(row["input"])
                yield text
                yield lines.shortened_units(text, rng)
                if rng.random() < 0.3:
                    yield lines.without_amount(text)
    for _ in range(20_000):
        yield prose.running(rng)
    for _ in range(2_000):
        yield prose.heading(rng)


def counts(found: Iterator[str]) -> list[dict[str, Counter[str]]]:
    """Counts, for each length of context, which sign followed it."""
    levels: list[dict[str, Counter[str]]] = [defaultdict(Counter) for _ in range(ORDER)]
    for text in found:
        signs = START + _plain(text) + END
        for end in range(1, len(signs)):
            for length in range(min(ORDER - 1, end) + 1):
                levels[length][signs[end - length : end]][signs[end]] += 1
    return levels


def chances(levels: list[dict[str, Counter[str]]]) -> tuple[dict[str, float], dict[str, float]]:
    """Returns chances and backoffs, smoothed as Witten and Bell did (1991): a context with many kinds leaves more to others."""
    probability: dict[str, float] = {}
    left: dict[str, float] = {}

    def lower(context: str, sign: str) -> float:
        found = probability.get(context + sign)
        if found is not None:
            return found
        return left.get(context, 1.0) * lower(context[1:], sign) if context else left[""] * UNKNOWN

    for length, contexts in enumerate(levels):
        for context, followed in contexts.items():
            total, kinds = followed.total(), len(followed)
            kept = {sign: n for sign, n in followed.items() if length + 1 < RARE or n > 1}
            if not kept:
                continue
            base = {sign: lower(context[1:], sign) if context else UNKNOWN for sign in kept}
            values = {sign: (n + kinds * base[sign]) / (total + kinds) for sign, n in kept.items()}
            rest = max(1e-6, 1 - sum(base.values()))
            left[context] = min(1.0, max(1e-4, 1 - sum(values.values())) / rest)
            probability.update({context + sign: value for sign, value in values.items()})
    return probability, left


def write(probability: dict[str, float], left: dict[str, float]) -> int:
    """Writes keys, chances and backoffs in hundredths of a natural logarithm; returns how many keys."""
    keys = sorted(probability.keys() | left.keys())
    rows = [
        "\t".join([key, _hundredths(probability.get(key)), *([_hundredths(left[key])] if key in left else [])])
        for key in keys
    ]
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "signs.txt.xz").write_bytes(lzma.compress("\n".join(rows).encode(), preset=9 | lzma.PRESET_EXTREME))
    return len(keys)


def amounts(folder: Path) -> dict[str, Any]:
    """Returns how likely each amount is with each unit, against the most common one (add-one in all units together)."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    everywhere: Counter[str] = Counter()
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                amount, word = parts(row["input"])
                unit = unit_name(word) if word else None
                if unit:
                    seen[unit][amount] += 1
                    everywhere[amount] += 1
    spellings = {spelling: unit for spelling, unit in SPELLINGS.items() if seen[unit].total() >= OFTEN}
    return {
        "rare": RARELY,
        "spellings": {**spellings, "T": "tablespoon", "t": "teaspoon"},
        "chances": {unit: _likely(seen[unit], everywhere) for unit in sorted(set(spellings.values()))},
    }


def _likely(found: Counter[str], everywhere: Counter[str]) -> dict[str, float]:
    """Smooths with what is common among all units, then takes the most common amount as 1."""
    total = everywhere.total()
    chance = {amount: found[amount] + SHARED * n / total for amount, n in everywhere.items()}
    most = max(chance.values())
    return {
        amount: round(math.log(value / most), 2) for amount, value in sorted(chance.items()) if value / most > RARELY
    }


def _hundredths(chance: float | None) -> str:
    return "" if chance is None else str(round(-100 * math.log(chance)))


def _plain(text: str) -> str:
    signs: list[str] = []
    for sign in map(plain, text):
        if not (sign == NUMBER and signs and signs[-1] == NUMBER):
            signs.append(sign)
    return "".join(signs)


def main() -> None:
    """Learns and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    keys = write(*chances(counts(texts(folder))))
    (TARGET / "amounts.json").write_text(
        json.dumps(amounts(folder), ensure_ascii=False, indent=0) + "\n", encoding="utf-8"
    )
    notice = (folder / "LICENSE").read_text(encoding="utf-8")
    (TARGET / "NOTICE").write_text(
        "What lies here is learned from the training data of ingredient-parser, under this licence:\n\n" + notice,
        encoding="utf-8",
    )
    print(f"{keys} n-grams, {(TARGET / 'signs.txt.xz').stat().st_size // 1024} KiB in {TARGET}")


if __name__ == "__main__":
    main()
