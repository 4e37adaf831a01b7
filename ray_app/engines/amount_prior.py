"""Which amounts go with which units: ½ teaspoon is common, ⅙ teaspoon is not. Learned from ingredient lines; knows strings only.

It decides between amounts that were both seen (``joint_reading.py``), and never brings one in.
"""

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import Final

WITHOUT: Final = ""
"""The amount of a unit that stands without a number."""

_DIGITS: Final = "0-9½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_LINE: Final = re.compile(
    rf"[^\w{_DIGITS}]*(?P<amount>(?:[{_DIGITS}][{_DIGITS}\s./–—-]*)?)(?P<word>[^\W\d_{_DIGITS}]+|\#)?"
)
_VALUE: Final = re.compile(r"(?:(\d+)[\s-]+)?(\d+)/(\d+)|(\d+(?:\.\d+)?)")


class AmountPrior:
    """Log chances of amounts with their units, the most common one of each unit at 0."""

    def __init__(self, spellings: Mapping[str, str], chances: Mapping[str, Mapping[str, float]], rare: float) -> None:
        """Takes what ``scripts/fit_language.py`` wrote.

        Args:
            spellings: units as written, in small letters; and their names.
            chances: by unit and amount (``parts`` says how one is written), natural logarithms.
            rare: of an amount that was never seen with a unit.
        """
        self._spellings, self._chances, self._rare = spellings, chances, rare

    def score(self, line: str) -> float:
        """Returns the logarithm of the chance of the amount in front of a line, 0 where no unit follows."""
        amount, word = parts(line)
        chances = self._chances.get(self._spellings.get("T" if word == "T" else word.lower(), ""))
        return 0.0 if chances is None else chances.get(amount, self._rare)


def parts(line: str) -> tuple[str, str]:
    """Returns the first number of a line, as a plain fraction, and the word behind its amount; "" for what is not there.

    >>> parts("1½ cups milk"), parts("2-3 T. sugar"), parts("Tbsp oil"), parts("1 1/2 c")
    (('3/2', 'cups'), ('2', 'T'), ('', 'Tbsp'), ('3/2', 'c'))
    """
    found = _LINE.match(line)
    if found is None:
        return WITHOUT, ""
    return _value(found["amount"]), found["word"] or ""


def _value(written: str) -> str:
    spelled = "".join(
        f" {unicodedata.normalize('NFKC', char)}".replace("\u2044", "/") if char in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞" else char
        for char in written
    )
    found = _VALUE.search(spelled)
    if found is None:
        return WITHOUT
    whole, above, below, plain = found.groups()
    if plain:
        return str(Fraction(plain))
    return str(Fraction(whole or 0) + Fraction(int(above), int(below))) if int(below) else WITHOUT


@lru_cache(maxsize=1)
def recipes() -> AmountPrior:
    """Returns the prior that comes with the package."""
    found = json.loads(files("ray_app.engines").joinpath("models/language/amounts.json").read_text(encoding="utf-8"))
    return AmountPrior(found["spellings"], found["chances"], math.log(found["rare"]))
