"""Writes ray_app/engines/models/language/: how recipes are spelled, and which amounts go with which units.

Both are learned from the training data of the ingredient-parser project (MIT, Tom Strange; the notice lies beside what
is written), which is not part of this repository, and from the templates that lines for teaching are drawn from.
The same folder gives the same bytes.

Usage: scripts/fit_language.py FOLDER_OF_CSVS
"""

import argparse
import csv
import lzma
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from ray_app.engines.language import END, NUMBER, START, UNKNOWN, plain
from ray_app.training import lines, prose
from ray_app.training.alphabet import written

TARGET = Path("ray_app/engines/models/language")
ORDER = 6
"""Signs of the longest n-gram: five of context, about a word."""

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
    notice = (folder / "LICENSE").read_text(encoding="utf-8")
    (TARGET / "NOTICE").write_text(
        "What lies here is learned from the training data of ingredient-parser, under this licence:\n\n" + notice,
        encoding="utf-8",
    )
    print(f"{keys} n-grams, {(TARGET / 'signs.txt.xz').stat().st_size // 1024} KiB in {TARGET}")


if __name__ == "__main__":
    main()
