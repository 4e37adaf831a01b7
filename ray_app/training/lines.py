"""What a line of a recipe says: ingredients most, and all else that stands on such a page.

Ingredients come from a sample of real lines (data/NOTICE), with amounts, units and marks in front drawn anew; the rest
from templates. Everything follows from the generator that is given.
"""

import lzma
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from ray_app.training import amounts, prose
from ray_app.training.alphabet import written

_LEADING: Final = re.compile(r"^[\d½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞/.,–\s-]+(?:(?:to|or)\s[\d½⅓⅔¼¾⅛/]+)?\s*")
_UNIT: Final = re.compile(
    r"\b(teaspoons?|tablespoons?|cups?|ounces?|pounds?|packages?|quarts?|pints?|tsp|tbsp|oz|lb)\b\.?"
)
_UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "teaspoon": ("teaspoon", "tsp", "tsp.", "t", "t.", "teasp.", "Tsp", "tsps", "ts"),
    "tablespoon": (
        "tablespoon",
        "tbsp",
        "Tbsp",
        "tbsp.",
        "Tbsp.",
        "T",
        "T.",
        "Tbs",
        "tbs.",
        "Tbl",
        "TBSP",
        "tblsp",
        "Tbls.",
    ),
    "cup": ("cup", "c", "c.", "C", "C.", "Cup"),
    "ounce": ("ounce", "oz", "oz.", "Oz", "ozs"),
    "pound": ("pound", "lb", "lb.", "lbs", "lbs.", "#"),
    "package": ("package", "pkg", "pkg.", "pkgs", "box", "can", "jar", "envelope", "stick", "pk"),
    "quart": ("quart", "qt", "qt.", "qts"),
    "pint": ("pint", "pt", "pt."),
}
_FULL: Final = {"tsp": "teaspoon", "tbsp": "tablespoon", "oz": "ounce", "lb": "pound"}
_NEW: Final = 0.8
_MARKS: Final = "•••••··■□□□☑✓○○-–*★+>"


@dataclass(frozen=True, slots=True)
class Mix:
    """How often each kind of line is drawn, as weights; a kind with 0 is left out (for ablations)."""

    ingredient: float = 50.0
    hanging_amount: float = 4.0
    prose: float = 18.0
    heading: float = 7.0
    facts: float = 5.0
    table: float = 4.0
    leaders: float = 3.0
    braces: float = 2.0
    words: float = 7.0
    marks: float = 0.16  # share of ingredient lines with a bullet or check box
    new_amounts: float = _NEW  # share of ingredient lines whose amount is drawn anew, rare fractions as often as others


def line(rng: random.Random, mix: Mix) -> str:
    """Returns a line's text, in characters of the alphabet (twins may still stand in it)."""
    kinds: dict[str, Callable[[random.Random], str]] = {
        "ingredient": lambda r: _marked(r, mix), "hanging_amount": _hanging, "prose": prose.running,
        "heading": prose.heading, "facts": prose.facts, "table": _table, "leaders": _leaders, "braces": _braces,
        "words": _words,
    }  # fmt: skip
    names = list(kinds)
    name = rng.choices(names, [getattr(mix, name) for name in names])[0]
    return kinds[name](rng)


def ingredient(rng: random.Random, new_amounts: float = _NEW) -> str:
    """Returns an ingredient line: a real one, its amount and units most often drawn anew."""
    text = rng.choice(_sample())
    if rng.random() < new_amounts:
        rest = without_amount(text)
        text = (
            f"{amounts.amount(rng)} {rest}" if not rest[:2].startswith(("g ", "ml")) else f"{amounts.whole(rng)}{rest}"
        )
    if rng.random() < 0.5:
        text = shortened_units(text, rng)
    if rng.random() < 0.06:
        text = text.replace(" ", f" {amounts.size(rng)} ", 1)
    return _cased(_shortened(text, rng), rng)


def shortened_units(text: str, rng: random.Random) -> str:
    """Returns the line with its units written in one of the ways that cooks have."""
    return _UNIT.sub(lambda found: _unit(found.group(1), rng), text)


def without_amount(text: str) -> str:
    """Returns the line without the number in front."""
    return _LEADING.sub("", text)


def _marked(rng: random.Random, mix: Mix) -> str:
    text = ingredient(rng, mix.new_amounts)
    if rng.random() >= mix.marks:
        return text
    if rng.random() < 0.2:
        return f"{rng.randint(1, 12)}{rng.choice('.):')} {text}"
    return f"{rng.choice(_MARKS)}{rng.choice((' ', ' ', ' ', ''))}{text}"


def _unit(name: str, rng: random.Random) -> str:
    single = _FULL.get(name, name.rstrip("s") if name not in _FULL else name)
    chosen = rng.choice(_UNITS[single])
    return chosen + "s" if chosen == single and name.endswith("s") else chosen


def _shortened(text: str, rng: random.Random) -> str:
    """Cuts at a word, as columns do: most lines stay short, some stay as they are."""
    longest = rng.choice((22, 28, 34, 40, 48, 64))
    if len(text) <= longest:
        return text
    cut = text.rfind(" ", 0, longest)
    return text[:cut].rstrip(" (") if cut > 8 else text


def _cased(text: str, rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.06:
        return text.upper()
    if kind < 0.12:
        return text.title()
    return text + "." if 0.12 <= kind < 0.24 else text


def _hanging(rng: random.Random) -> str:
    """An amount in a column of its own, sometimes with its unit."""
    text = amounts.amount(rng)
    if rng.random() < 0.55:
        text += " " + rng.choice(_UNITS[rng.choice(tuple(_UNITS))])
    return text


def _table(rng: random.Random) -> str:
    cells = [
        ingredient(rng)[:24].strip(),
        rng.choice((amounts.amount(rng), f"{amounts.whole(rng)} g", f"{rng.randint(1, 99)}%")),
    ]
    if rng.random() < 0.4:
        cells.append(rng.choice((f"{amounts.whole(rng)} ml", amounts.number(rng), f"{rng.randint(40, 900)} kcal")))
    return rng.choice(("   ", "  ", " | ", "  ")).join(rng.sample(cells, len(cells)))


def _leaders(rng: random.Random) -> str:
    """Dotted leaders between a name and its amount or page; as many dots as drawn, which is what the page shows."""
    dots = rng.choice((".", " .", ".")) * rng.randint(3, 9)
    ends = [
        without_amount(ingredient(rng))[:22].strip(),
        f"{amounts.amount(rng)} {rng.choice(('cup', 'tsp', 'g', 'oz', ''))}",
    ]
    if rng.random() < 0.5:
        ends.reverse()
    return f"{ends[0]} {dots.strip()} {ends[1]}"


def _braces(rng: random.Random) -> str:
    text = ingredient(rng)[:36].strip()
    return rng.choice((f"{text} }}", f"{{ {text}", f"[ ] {text}", f"[x] {text}", f"({text})", f"[{text}]", f"{text} |"))


def _words(rng: random.Random) -> str:
    """Words out of order, numbers and signs: keeps letters free of what usually follows."""
    words = [rng.choice(rng.choice(_sample()).split()) for _ in range(rng.randint(1, 5))]
    if rng.random() < 0.4:
        letters = "abcdefghijklmnopqrstuvwxyz" * 3 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + "éèêñçâîôûäöüáíóú’'-&"
        words.append("".join(rng.choice(letters) for _ in range(rng.randint(2, 9))))
    if rng.random() < 0.2:
        words.append("".join(rng.choice("0123456789£$€%&@#+=*!?/:;™®©°×½¼¾⅓⅔⅛⅜⅝⅞") for _ in range(rng.randint(1, 6))))
    rng.shuffle(words)
    return " ".join(words)


@lru_cache(maxsize=1)
def _sample() -> tuple[str, ...]:
    data = files("ray_app.training").joinpath("data/ingredient_lines.txt.xz").read_bytes()
    return tuple(written(text) for text in lzma.decompress(data).decode().split("\n"))
