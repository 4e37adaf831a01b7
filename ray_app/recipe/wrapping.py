"""Tells which lines of a list of ingredients go on with the one above: wrapped ones, and those that a comma asks for.

A line is wrapped where there was no room for the next word, so the measure is the widest line of the list. Without that
a cook's "optional green onions", written a little to the right, would become part of the paprika above it.
"""

import re
from collections.abc import Collection
from itertools import pairwise
from statistics import median

from ray_app.recipe.amounts import has_bullet
from ray_app.recipe.food import foods_in
from ray_app.recipe.surroundings import Surroundings
from ray_app.recipe.vocabulary import is_group_heading
from ray_app.recipe.wording import is_unfinished, starts_with_verb, words

LONGEST_PLAIN = 7
"""Words in the longest ingredient line without an amount."""

_INDENT = 0.8
"""How far a wrapped line is set in at least, in letter heights, where it is set in."""

_ENTRIES = 3
"""So many entries of a list show how wide it is."""

_SET_APART = 1.3
"""How much further than the lines of one entry those of a list that is set with space between them stand apart."""

_GOES_ON = re.compile(
    r"\s*(?:\(|&|\+|and\b|or\b|plus\b|to taste\b|for (?:serving|garnish|dusting)|if\b|in\b|with\b|such as\b)",
    re.IGNORECASE,
)
_OPTIONAL = re.compile(r"\s*(?:optional|salt|pepper|few|pinch|dash)\b", re.IGNORECASE)


def goes_on(index: int, head: int, around: Surroundings, entries: Collection[int]) -> bool:
    """Tells whether a line without an amount goes on with the ingredient above it.

    Args:
        index: the line.
        head: the line with which the ingredient above it starts.
        around: the page's lines, in reading order.
        entries: lines that start an ingredient.
    """
    above = around.above(index)
    text = around.lines[index].text
    if above is None or not around.follows(index) or has_bullet(text) or len(words(text)) > LONGEST_PLAIN:
        return False
    if (starts_with_verb(text) and text[:1].isupper()) or is_group_heading(text):
        return False
    upper = around.lines[above].text
    indented = around.lines[index].left - around.lines[head].left > _INDENT * around.height
    small = text[:1].islower()
    if is_unfinished(upper) and (small or text[:1] in "(&" or indented):
        return True
    if _OPTIONAL.match(text):
        return False
    if _GOES_ON.match(text) is not None:
        return small or text[:1] in "(&+"
    full = _full(index, above, around, entries)
    if (small or full) and _stands_close(index, around, entries):
        return True
    if not full:
        return False
    two_foods = foods_in(text) >= 2 and foods_in(upper) >= 1
    set_in = (indented or has_bullet(around.lines[head].text)) and not two_foods
    return small and (set_in or _remainder(index, head, around))


def _full(index: int, above: int, around: Surroundings, entries: Collection[int]) -> bool:
    """Tells whether the next line's first word had no room on the line above; True where too few entries tell."""
    upper, text = around.lines[above], around.lines[index].text
    column = _column(above, around, entries)
    if len(column) < _ENTRIES:
        return True
    letter = upper.width / max(1, len(upper.text))
    edge = max(around.lines[number].right for number in column)
    return upper.right + letter * (1 + len(text.split()[0])) > edge


def _column(index: int, around: Surroundings, entries: Collection[int]) -> list[int]:
    """Returns the entries of the list that a line stands in, those of its column."""
    line = around.lines[index]
    return [
        number
        for number in entries
        if abs(number - index) <= 14 and abs(around.lines[number].left - line.left) <= 3.0 * around.height
    ]


def _stands_close(index: int, around: Surroundings, entries: Collection[int]) -> bool:
    """Tells whether a line stands closer under the one above than entries of its list do that are one line each."""
    column = sorted(_column(index - 1, around, entries))
    steps = [
        around.gap_above(lower)
        for upper, lower in pairwise(column)
        if lower == upper + 1 and around.above(lower) == upper
    ]
    return len(steps) >= 2 and median(steps) >= _SET_APART * around.gap_above(index)


def _remainder(index: int, head: int, around: Surroundings) -> bool:
    """Tells whether a line is the end of an ingredient by its words: no food of its own, or the first of all."""
    before = sum(foods_in(around.lines[number].text) for number in range(head, index))
    return foods_in(around.lines[index].text) == 0 or before == 0
