"""Looks for the likeliest texts of a line: what was seen, weighed with how recipes are spelled.

A beam search over prefixes (Hannun et al. 2014, "First-pass large vocabulary continuous speech recognition using
bi-directional recurrent DNNs"). A character is considered only where the recognizer saw it (``SEEN``): the language
chooses among readings and adds nothing of its own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ray_app.engines.language import END, START, Language, plain
from ray_app.engines.lattice import BLANK, Lattice

SEEN: Final = 0.002
"""A character less likely than this in a column is not considered there."""

CLEAR: Final = 0.98
"""A character more likely than this in a column stands there, however it is spelled: names and other languages."""

_MOST: Final = 6
_NEVER: Final = -math.inf

Text = tuple[int, ...]
"""A line as classes of the recognizer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What counts for how much.

    Attributes:
        language: of the language's log chance against the picture's.
        character: added for each character, as each costs chance in the language.
        amount: of an amount's log chance with its unit.
        beam: so many prefixes are followed.
    """

    language: float = 0.5
    character: float = 0.8
    amount: float = 0.5
    beam: int = 8


@dataclass(slots=True)
class _Prefix:
    """Log chances of the prefix, ended by a blank and by its last character; the language's share; its context."""

    blank: float
    letter: float
    spelled: float
    context: str

    @property
    def seen(self) -> float:
        return _either(self.blank, self.letter)

    @property
    def total(self) -> float:
        return _either(self.blank, self.letter) + self.spelled


def likeliest(lattice: Lattice, language: Language, weights: Weights) -> list[Text]:
    """Returns the likeliest texts, best first, at most ``weights.beam``."""
    signs = _signs(tuple(lattice.characters))
    beam: dict[Text, _Prefix] = {(): _Prefix(0.0, _NEVER, 0.0, START)}
    for row in lattice.chances:
        column = _considered(row)
        if column.keys() == {BLANK}:
            _wait(beam, column[BLANK])
            continue
        beam = _narrowed(_extended(beam, column, signs, language, weights), weights.beam)
    return sorted(
        beam, key=lambda text: -(beam[text].total + weights.language * language.log_chance(beam[text].context, END))
    )


@lru_cache(maxsize=4)
def _signs(characters: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(plain, characters))


def _considered(row: NDArray[np.float32]) -> dict[int, float]:
    """Returns the classes that a column may stand for, with their log chances; a clear character stands alone."""
    best = int(row.argmax())
    if best != BLANK and row[best] > CLEAR:
        return {best: math.log(row[best])}
    likely = np.argpartition(row, -_MOST)[-_MOST:]
    return {int(index): math.log(row[index]) for index in likely if row[index] > SEEN}


def spelling(text: Sequence[str], language: Language, weights: Weights) -> float:
    """Returns what the language adds to a whole text's log chance."""
    context, total = START, 0.0
    for sign in map(plain, text):
        worth, context = _worth(context, sign, language, weights)
        total += worth
    return total + weights.language * language.log_chance(context, END)


def _wait(beam: Mapping[Text, _Prefix], chance: float) -> None:
    """A column without a character, as half of them are: no prefix grows."""
    for prefix in beam.values():
        prefix.blank, prefix.letter = prefix.seen + chance, _NEVER


def _extended(
    beam: dict[Text, _Prefix], column: dict[int, float], signs: Sequence[str], language: Language, weights: Weights
) -> dict[Text, _Prefix]:
    result: dict[Text, _Prefix] = {}
    for text, prefix in beam.items():
        seen = prefix.seen
        last = text[-1] if text else BLANK
        if BLANK in column or last in column:  # else the text can't stay as it is
            stays = result.setdefault(text, _Prefix(_NEVER, _NEVER, prefix.spelled, prefix.context))
            stays.blank = _either(stays.blank, seen + column.get(BLANK, _NEVER))
            stays.letter = _either(stays.letter, prefix.letter + column[last]) if last in column else stays.letter
        for index, chance in column.items():
            before = prefix.blank if index == last else seen
            if index == BLANK or before == _NEVER:
                continue
            longer = (*text, index)
            grown = result.get(longer)
            if grown is None:
                worth, context = _worth(prefix.context, signs[index], language, weights)
                grown = result[longer] = _Prefix(_NEVER, _NEVER, prefix.spelled + worth, context)
            grown.letter = _either(grown.letter, before + chance)
    return result


def _worth(context: str, sign: str, language: Language, weights: Weights) -> tuple[float, str]:
    """What a sign adds after its context, and the next context; a digit within a number adds nothing."""
    chance, after = language.step(context, sign)
    return (0.0 if chance is None else weights.language * chance + weights.character), after


def _narrowed(beam: dict[Text, _Prefix], width: int) -> dict[Text, _Prefix]:
    if len(beam) <= width:
        return beam
    return dict(sorted(beam.items(), key=lambda item: -item[1].total)[:width])


def _either(a: float, b: float) -> float:
    if a < b:
        a, b = b, a
    return a if b == _NEVER else a + math.log1p(math.exp(b - a))
