"""How recipes are spelled: a model of characters, learned from ingredient lines. Knows strings only.

Signs are plain: small letters, one ``0`` for any number, one ``•`` for any mark in front. So it prefers words and
spacing, and never one amount to another (``amount_prior.py`` does that).
"""

import lzma
import math
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

START: Final = "^"
END: Final = "$"
NUMBER: Final = "0"
NUMERIC: Final = frozenset("0123456789½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞")

UNKNOWN: Final = 0.01
"""Chance of a sign of which nothing is known, before any context: about one in the signs there are."""

_TWINS: Final = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"}
_MARKS: Final = frozenset("•·■□○☑✓★☆♥*")


def plain(character: str) -> str:
    """Returns the sign that stands for a character.

    >>> plain("E"), plain("⅓"), plain("□")
    ('e', '0', '•')
    """
    if character in NUMERIC:
        return NUMBER
    if character in _MARKS:
        return "•"
    return _TWINS.get(character, character.lower())


class Language:
    """Chances of the next sign after those before it: an n-gram model that backs off to shorter contexts."""

    def __init__(self, chances: Mapping[str, float], backoffs: Mapping[str, float]) -> None:
        """Takes natural logarithms.

        Args:
            chances: of the last sign of a key after the signs before it.
            backoffs: what is left, after a key's signs, for signs that were not seen there.
        """
        self._chances, self._backoffs = chances, backoffs
        self.reach = max(map(len, chances)) - 1
        self._unknown = math.log(UNKNOWN)
        self.step = lru_cache(maxsize=1 << 17)(self._step)

    def log_chance(self, context: str, sign: str) -> float:
        """Returns the logarithm of a sign's chance after at most ``reach`` signs of context."""
        lost = 0.0
        for start in range(len(context) + 1):
            found = self._chances.get(context[start:] + sign)
            if found is not None:
                return lost + found
            lost += self._backoffs.get(context[start:], 0.0)
        return lost + self._unknown

    def _step(self, context: str, sign: str) -> tuple[float | None, str]:
        """Returns the logarithm of a sign's chance, and the context that holds after it.

        A number is one sign, however many digits it has: from its second digit on there is no chance to tell (None).
        """
        if sign == NUMBER and context.endswith(NUMBER):
            return None, context
        return self.log_chance(context, sign), (context + sign)[-self.reach :]

    def score(self, text: str) -> float:
        """Returns the logarithm of a line's chance, its end included."""
        context, total = START, 0.0
        for sign in (*map(plain, text), END):
            chance, context = self.step(context, sign)
            total += chance or 0.0
        return total


@lru_cache(maxsize=1)
def recipes() -> Language:
    """Returns the model that comes with the package (``scripts/fit_language.py`` makes it)."""
    packed = files("ray_app.engines").joinpath("models/language/signs.txt.xz").read_bytes()
    chances: dict[str, float] = {}
    backoffs: dict[str, float] = {}
    for row in lzma.decompress(packed).decode().splitlines():
        key, chance, *backoff = row.split("\t")
        if chance:
            chances[key] = -int(chance) / 100
        if backoff:
            backoffs[key] = -int(backoff[0]) / 100
    return Language(chances, backoffs)
