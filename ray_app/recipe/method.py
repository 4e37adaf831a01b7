"""Lines of a method to steps: numbered steps, paragraphs, words cut at line ends put together.

Knows text and indents; knows nothing of ingredients.
"""

import re
from collections.abc import Sequence

from ray_app.recipe.frame import Placed
from ray_app.recipe.surroundings import Surroundings
from ray_app.recipe.vocabulary import ends_sentence, step_number, strip_step_number
from ray_app.types import Direction

_CUT_WORD = re.compile(r"(?:^|\s|\W)([A-Za-z]+)-$")
_KEEPS_HYPHEN = re.compile(
    r"(?:.*ing|one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty|half|medium|all|well|non|self)",
    re.IGNORECASE,
)
_INDENT = 0.7
"""How far the first line of a paragraph is set in, in letter heights."""


def join_text(upper: str, lower: str) -> str:
    """Joins two lines of prose; a word cut at the line's end is made whole, a compound keeps its hyphen.

    >>> join_text("bake fifteen min-", "utes."), join_text("roll to one-", "fourth inch"), join_text("beat", "eggs")
    ('bake fifteen minutes.', 'roll to one-fourth inch', 'beat eggs')
    """
    cut = _CUT_WORD.search(upper)
    if cut is None or not lower[:1].islower():
        return f"{upper} {lower}"
    return upper + lower if _KEEPS_HYPHEN.fullmatch(cut[1]) else upper[:-1] + lower


def steps(around: Surroundings, indexes: Sequence[int], headings: frozenset[int]) -> tuple[Direction, ...]:
    """Returns the steps of a method.

    Args:
        around: the page's lines, in reading order.
        indexes: the method's lines among them, ascending.
        headings: those of them that are headings ("For the sauce:"); each opens the step that follows it.
    """
    numbered = any(step_number(around.lines[index].text) is not None for index in indexes)
    groups: list[list[int]] = []
    for position, index in enumerate(indexes):
        previous = indexes[position - 1] if position else None
        if (
            previous is not None
            and previous not in headings
            and _same_step(around, previous, index, numbered, headings)
        ) or (previous is not None and previous in headings and index not in headings):
            groups[-1].append(index)
        else:
            groups.append([index])
    return tuple(_direction([around.lines[index] for index in group], group) for group in groups)


def _same_step(around: Surroundings, previous: int, index: int, numbered: bool, headings: frozenset[int]) -> bool:
    if index in headings:
        return False
    if numbered:
        return step_number(around.lines[index].text) is None
    upper, lower = around.lines[previous], around.lines[index]
    if not ends_sentence(upper.text):
        return True
    if around.above(index) != previous or not around.follows(index):
        return False
    return lower.left - upper.left <= _INDENT * around.height


def _direction(lines: Sequence[Placed], indexes: Sequence[int]) -> Direction:
    text = strip_step_number(lines[0].text.strip())
    for line in lines[1:]:
        text = join_text(text, strip_step_number(line.text.strip()))
    return Direction(text=text, lines=tuple(indexes))
