"""Which reading belongs to which labelled ingredient, and what became of each: the pairs that all figures count.

Pairs are made greedily, the most similar lines first. Knows two lists of items; knows nothing of images or engines.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from ray_app.evaluation.labels import Content, Item
from ray_app.evaluation.plain import numbers, plain, unit, without_size

SAME_LINE = 90.0
"""Similarity (0..100) from which on a line counts as read."""

SAME_PLACE = 50.0
"""From here on a reading is what was made of that line, well or badly: the pair whose quantities are compared."""

SAME_NAME = 85.0
"""For names and titles."""

STANDS_THERE = 60.0
"""Below this a line stands nowhere in the label's text: it was invented."""

_NEAR = 0.01
"""Quantities are the same up to this when ingredients are compared (1/3 and 0.33)."""


class Verdict(StrEnum):
    """What became of one ingredient, the worst first."""

    WRONG_QUANTITY = "wrong_quantity"
    INVENTED = "invented"
    MISSING = "missing"
    MISSING_QUANTITY = "missing_quantity"
    EXTRA = "extra"
    DIFFERS = "differs"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A labelled ingredient and what was read for it. One of the two indexes may be None, never both.

    Attributes:
        truth: index into the label's ingredients.
        guess: index into the reading's.
    """

    truth: int | None
    guess: int | None
    verdict: Verdict


def pairs(truths: Sequence[str], guesses: Sequence[str], alike: Callable[[float, int, int], bool]) -> dict[int, int]:
    """Returns for each paired index of ``truths`` that of ``guesses``; greedy, the most similar lines first.

    Args:
        truths: lines in plain form.
        guesses: likewise.
        alike: whether a pair counts, given its similarity (0..100) and its two indexes.
    """
    ranked = sorted(
        ((fuzz.ratio(one, two), i, j) for i, one in enumerate(truths) for j, two in enumerate(guesses)), reverse=True
    )
    found: dict[int, int] = {}
    taken: set[int] = set()
    for score, i, j in ranked:
        if i not in found and j not in taken and alike(score, i, j):
            found[i] = j
            taken.add(j)
    return found


def lines(items: Sequence[Item]) -> list[str]:
    """Returns the items' lines in plain form."""
    return [plain(item.line) for item in items]


def places(truth: Content, guess: Content) -> dict[int, int]:
    """Returns the pairs of ingredients that stand on the same line of the page, however it was read."""
    return pairs(lines(truth.ingredients), lines(guess.ingredients), lambda score, i, j: score >= SAME_PLACE)


def same_name(truth: Item, guess: Item) -> bool:
    """Tells whether the names are alike, or name and preparation together in any order; sizes left out."""
    names = (without_size(plain(item.name)) for item in (truth, guess))
    wholes = (without_size(plain(f"{item.name or ''} {item.preparation or ''}")) for item in (truth, guess))
    return max(fuzz.ratio(*names), fuzz.token_sort_ratio(*wholes)) >= SAME_NAME


def same_unit(truth: Item, guess: Item) -> bool:
    """Tells whether the units are the same, however abbreviated; none equals none."""
    return unit(truth.unit) == unit(guess.unit)


def same_quantity(truth: Item, guess: Item) -> bool:
    """Tells whether the quantities are the same up to rounding; none equals none."""
    one, two = numbers(truth.quantity), numbers(guess.quantity)
    if one is None or two is None:
        return one is two
    return len(one) == len(two) and all(abs(a - b) < _NEAR for a, b in zip(one, two, strict=True))


def same_ingredient(truth: Item, guess: Item) -> bool:
    """Tells whether quantity, unit and name agree."""
    return same_quantity(truth, guess) and same_unit(truth, guess) and same_name(truth, guess)


def is_invented(line: str, text: str) -> bool:
    """Tells whether a line stands nowhere in the page's text, both in plain form."""
    return fuzz.partial_ratio(line, text) < STANDS_THERE


def compare(truth: Content, guess: Content) -> list[Comparison]:
    """Returns what became of each labelled ingredient in their order, then what was read beside them."""
    found = places(truth, guess)
    text = plain(truth.text)
    compared = [
        Comparison(truth=index, guess=found.get(index), verdict=_verdict(item, guess, found.get(index)))
        for index, item in enumerate(truth.ingredients)
    ]
    beside = (index for index in range(len(guess.ingredients)) if index not in found.values())
    for index in beside:
        invented = is_invented(plain(guess.ingredients[index].line), text)
        verdict = Verdict.INVENTED if invented else Verdict.EXTRA
        compared.append(Comparison(truth=None, guess=index, verdict=verdict))
    return compared


def _verdict(item: Item, guess: Content, index: int | None) -> Verdict:
    if index is None:
        return Verdict.MISSING
    read = guess.ingredients[index]
    wanted, given = numbers(item.quantity), numbers(read.quantity)
    if given is not None and given != wanted and not same_quantity(item, read):
        return Verdict.WRONG_QUANTITY
    if wanted is not None and given is None:
        return Verdict.MISSING_QUANTITY
    return Verdict.RIGHT if same_ingredient(item, read) else Verdict.DIFFERS
