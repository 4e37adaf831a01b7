"""Lines of a method to steps: numbered steps, paragraphs, words cut at line ends put together.

Knows text and indents; knows nothing of ingredients.
"""

import re
from collections.abc import Collection, Sequence
from functools import reduce

from ray_app.recipe.frame import Placed
from ray_app.recipe.surroundings import Surroundings
from ray_app.recipe.vocabulary import step_number, strip_step_number
from ray_app.recipe.wording import ends_sentence
from ray_app.types import Direction

_CUT_WORD = re.compile(r"(?:^|\s|\W)([A-Za-z]+)-$")
_KEEPS_HYPHEN = re.compile(
    r"(?:.*ing|one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty|half|medium|all|well|non|self)",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"\s*(\d{1,2})\s+(?=[A-Z])")
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
    numbered = _numbered([around.lines[index].text for index in indexes])
    starts = {indexes[position] for position in numbered}
    groups: list[list[int]] = []
    for position, index in enumerate(indexes):
        previous = indexes[position - 1] if position else None
        if previous is None or (index in headings and previous not in headings):
            groups.append([index])
        elif previous in headings or (index not in starts if starts else _same_paragraph(around, previous, index)):
            groups[-1].append(index)
        else:
            groups.append([index])
    return tuple(_direction([around.lines[index] for index in group], group, starts) for group in groups)


def _numbered(texts: Sequence[str]) -> frozenset[int]:
    """Returns which lines start a numbered step: "1.", or a bare number that is next in turn before a capital."""
    found: set[int] = set()
    turn = 1
    for position, text in enumerate(texts):
        number = step_number(text)
        bare = _BARE_NUMBER.match(text)
        if number is not None or (bare is not None and int(bare[1]) == turn):
            found.add(position)
            turn = (number or turn) + 1
    return frozenset(found)


def _same_paragraph(around: Surroundings, previous: int, index: int) -> bool:
    """Tells whether a line goes on with the paragraph of the line before it."""
    upper, lower = around.lines[previous], around.lines[index]
    if not ends_sentence(upper.text):
        return True
    if around.above(index) != previous or not around.follows(index):
        return False
    return lower.left - upper.left <= _INDENT * around.height


def _direction(lines: Sequence[Placed], indexes: Sequence[int], starts: Collection[int]) -> Direction:
    texts = [
        _bare(line.text.strip()) if index in starts else line.text.strip()
        for line, index in zip(lines, indexes, strict=True)
    ]
    return Direction(text=reduce(join_text, texts), lines=tuple(indexes))


def _bare(text: str) -> str:
    """Takes the number of a numbered step off, whether a dot follows it or not."""
    return strip_step_number(text) if step_number(text) is not None else _BARE_NUMBER.sub("", text)
