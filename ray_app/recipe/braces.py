"""Finds what braces beside a list say of its lines: "1 cup flour, 1 teaspoon soda } sift together".

Engines read the words and not the brace. What tells is the place: a word or two in a column of their own, opposite the
middle of the lines that the brace holds together. Knows lines and their places.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Sequence
from itertools import pairwise, product

from ray_app.recipe.frame import Placed
from ray_app.recipe.surroundings import Surroundings
from ray_app.recipe.wording import is_title_case, words

_LONGEST = 4
"""Words in the longest name of a brace."""

_APART = 1.5
"""Usual line distances between two names; what stands closer is a text of several lines."""

_MOST = 5
"""Names beside one list; more are a column of a table."""

_TOGETHER = re.compile(
    r"\W*(?:sift|mix|cream|beat|blend|stir|boil|whip|combine|rub|scald|dissolve|melt|fold|cook|heat|whisk|chop|grind)"
    r"(?:ed|d|en|ted|ped)?\b.*",
    re.IGNORECASE,
)
"""What the cook does with lines that a brace on their right holds together."""


def braced(around: Surroundings, items: Collection[int]) -> dict[int, int]:
    """Returns for each line that a brace holds the line that names the brace.

    Args:
        around: the page's lines, in reading order.
        items: the lines of ingredients.
    """
    found: dict[int, int] = {}
    for column in _columns(around, items):
        rows = sorted(column, key=lambda index: around.lines[index].middle)
        names = _names(around, items, rows)
        if 1 <= len(names) <= _MOST:
            found.update(_held(around, rows, names))
    return found


def _columns(around: Surroundings, items: Collection[int]) -> list[list[int]]:
    """Returns the lists of a page: items that stand under each other without a break."""
    columns: list[list[int]] = []
    for index in sorted(items):
        if columns and around.above(index) == columns[-1][-1] and around.gap_above(index) <= 2.5:
            columns[-1].append(index)
        else:
            columns.append([index])
    return [column for column in columns if len(column) >= 2]


def _names(around: Surroundings, items: Collection[int], rows: Sequence[int]) -> list[int]:
    """Returns the lines beside a list that name its braces; none where something else stands on that side."""
    lines = [around.lines[index] for index in rows]
    top, bottom = lines[0].middle, lines[-1].middle
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    beside = [
        index
        for index, line in enumerate(around.lines)
        if index not in items and top < line.middle < bottom and (line.right < left or line.left > right)
    ]
    return [
        index
        for side in (True, False)
        for column in [[index for index in beside if (around.lines[index].left > right) is side]]
        if all(_named(around.lines[one], right_side=side) for one in column) and _apart(around, column)
        for index in column
    ]


def _named(line: Placed, *, right_side: bool) -> bool:
    text = line.text.strip("{}()[]| ")
    if not 1 <= len(words(text)) <= _LONGEST or any(char.isdigit() for char in text):
        return False
    return _TOGETHER.fullmatch(text) is not None or (not right_side and is_title_case(text))


def _apart(around: Surroundings, names: Sequence[int]) -> bool:
    middles = sorted(around.lines[name].middle for name in names)
    return all(lower - upper > _APART * around.pitch for upper, lower in pairwise(middles))


def _held(around: Surroundings, rows: Sequence[int], names: Sequence[int]) -> dict[int, int]:
    """Gives each brace the lines around its name, as many above as below, so that as many as can be are held."""
    middles = [around.lines[row].middle for row in rows]
    choices = [_spans(_place(around.lines[name].middle, middles), len(rows)) for name in names]
    fitting = [spans for spans in product(*choices) if all(one[1] < other[0] for one, other in pairwise(sorted(spans)))]
    best = max(fitting, key=lambda spans: sum(end - start for start, end in spans), default=())
    return {rows[row]: name for name, (start, end) in zip(names, best, strict=False) for row in range(start, end + 1)}


def _place(middle: float, middles: Sequence[float]) -> float:
    """Returns between which rows a height lies, in rows from the first, to the nearest half."""
    below = min(max(bisect_left(middles, middle), 1), len(middles) - 1)
    upper, lower = middles[below - 1], middles[below]
    return round(2 * (below - 1 + (middle - upper) / max(1.0, lower - upper))) / 2


def _spans(place: float, count: int) -> list[tuple[int, int]]:
    """Returns all stretches of two rows and more that have their middle at a place."""
    return [(start, int(2 * place) - start) for start in range(count) if start < int(2 * place) - start < count]
