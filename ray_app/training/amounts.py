"""Amounts as people write them, drawn evenly enough that rare fractions are learned too."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ray_app.training.alphabet import FRACTIONS

_COMMON: Final = "½⅓⅔¼¾⅛"
_EIGHTHS: Final = "⅜⅝⅞"
_METRIC: Final = (5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 80, 85, 100, 110, 115, 120, 125, 140, 150, 170, 175, 180, 185, 200,
                  225, 240, 250, 275, 280, 300, 325, 340, 350, 375, 400, 425, 450, 454, 475, 500, 550, 600, 650, 700, 750,
                  800, 900, 1000)  # fmt: skip
_SPELLED: Final = re.compile(r"(?<![\d/])(\d)/(\d)(?![\d/])")
_CHARACTERS: Final = {f"{numerator}/{denominator}": char for char, (numerator, denominator) in FRACTIONS.items()}
WORDS: Final = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "eight",
    "ten",
    "twelve",
    "half",
    "a few",
    "several",
    "a",
    "an",
    "some",
)


@dataclass(frozen=True, slots=True)
class Forms:
    """Which ways to write a fraction are drawn (for ablations): at least one of glyphs and built up, or n/d."""

    glyph: bool = True
    built_up: bool = True
    spelled: bool = True


def rewritten(text: str, forms: Forms, has: Callable[[str], bool]) -> str:
    """Returns the text with the fractions whose form is left out in another one.

    Args:
        text: what will be drawn.
        forms: which forms may be drawn.
        has: tells whether the font has a character; one that it lacks would be built up.

    >>> rewritten("1½ c, 1/2 t", Forms(built_up=False), lambda char: False)
    '1 1/2 c, 1/2 t'
    >>> rewritten("1½ c, 1 1/2 t", Forms(spelled=False), lambda char: True)
    '1½ c, 1 ½ t'
    """
    if not forms.spelled:
        text = _SPELLED.sub(lambda found: _CHARACTERS.get(found.group(), found.group()), text)
    if forms.built_up:
        return text
    for char, (numerator, denominator) in FRACTIONS.items():
        if not (forms.glyph and has(char)):
            text = re.sub(rf"(?<=\d){char}", f" {numerator}/{denominator}", text)
            text = text.replace(char, f"{numerator}/{denominator}")
    return text


def fraction(rng: random.Random) -> str:
    """Returns a fraction's character: cups and spoons' most, eighths often, fifths and sixths now and then."""
    kind = rng.random()
    if kind < 0.72:
        return rng.choice(_COMMON)
    if kind < 0.88:
        return rng.choice(_EIGHTHS)
    return rng.choice("⅕⅖⅗⅘⅙⅚")


def whole(rng: random.Random) -> str:
    """Returns a whole number, small ones most."""
    kind = rng.random()
    if kind < 0.72:
        return str(rng.randint(1, 9))
    if kind < 0.86:
        return str(rng.randint(10, 48))
    return str(rng.choice(_METRIC))


def spelled(char: str, rng: random.Random) -> str:
    """Returns a fraction as the character, or as numerator, stroke and denominator on one line."""
    if rng.random() < 0.62:
        return char
    numerator, denominator = FRACTIONS[char]
    return f"{numerator}/{denominator}"


def number(rng: random.Random) -> str:
    """Returns one number: whole, a fraction, both, or a decimal."""
    kind = rng.random()
    if kind < 0.40:
        return whole(rng)
    if kind < 0.70:
        return spelled(fraction(rng), rng)
    if kind < 0.96:
        return mixed(rng)
    return rng.choice(
        (f"{rng.randint(0, 9)}.{rng.choice((5, 25, 75, rng.randint(1, 9)))}", f".{rng.choice((5, 25, 75))}")
    )


def mixed(rng: random.Random) -> str:
    """Returns a whole number with a fraction: 1½, 1 ½, 1 1/2, 1-1/2."""
    first, char = str(rng.randint(1, 9) if rng.random() < 0.9 else rng.randint(10, 24)), fraction(rng)
    second = spelled(char, rng)
    if second == char:
        return first + rng.choice(("", "", " ")) + second
    return first + rng.choice((" ", " ", " ", "-", " & ", " and ")) + second


def amount(rng: random.Random) -> str:
    """Returns what stands in front of an ingredient: a number most often, a range, a product, a word."""
    kind = rng.random()
    if kind < 0.86:
        return number(rng)
    if kind < 0.94:
        return number(rng) + rng.choice(("-", "–", " - ", " – ", " to ", " or ")) + number(rng)
    if kind < 0.97:
        return f"{rng.randint(1, 6)} {rng.choice('x×')} {rng.choice(_METRIC)}"
    return rng.choice(WORDS)


def size(rng: random.Random) -> str:
    """Returns a package's size in brackets: (14½-oz.), (8 oz), (400g)."""
    unit = rng.choice(("oz", "oz.", "ounce", "ounces", "-ounce", "-oz.", "g", "lb", "ml", "-inch"))
    return f"({number(rng)}{'' if unit[0] in '-g' else rng.choice(('', ' ', ' '))}{unit})"
