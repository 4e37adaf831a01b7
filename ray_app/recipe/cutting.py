"""Cuts lines that an engine read right across the gap between two columns.

A detector that sees a long ingredient reach close to the method beside it takes both for one line. Where the lines above
and below stand in two columns, such a line is cut at the word that must start at the second column's edge. Knows places
and how wide letters are; of what lines mean only which ones start with an amount.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from ray_app.geometry import Point, Quad
from ray_app.recipe.frame import Placed, side_by_side
from ray_app.recipe.vocabulary import starts_amount

_NEAR = 2.4
"""How far away the next line of a column may stand, in letter heights."""

_ALIGNED = 1.0
"""How far from the column's edge a line may start, in letter heights."""

_BEFORE, _BEHIND = 2.0, 1.2
"""How far before and behind the edge a word may be reckoned to start, in letter heights: letters are not equally wide,
and the gap itself makes what stands left of it look wider than it is."""

_NARROW, _WIDE = frozenset("iIl|.,:;'!()ftjr1[] "), frozenset("mwMW—½¼¾⅓⅔⅛⅜⅝⅞%&@")
_BLANK = re.compile(r"\s+")
_CAPITAL = re.compile(r"\W*[A-ZÀ-Ý]")


def cut_at_gaps(lines: Sequence[Placed]) -> list[Placed]:
    """Returns the lines, those in two that run across a gap between columns; all words are kept."""
    cut: list[Placed] = []
    waiting = list(reversed(lines))
    while waiting:
        line = waiting.pop()
        parts = _parts(line, lines)
        if parts is None:
            cut.append(line)
        else:
            cut.append(parts[0])
            waiting.append(parts[1])  # a list in three columns has a second gap
    return cut


def _parts(line: Placed, lines: Sequence[Placed]) -> tuple[Placed, Placed] | None:
    """Returns both parts of a line that runs across a gap, or None where it does not."""
    for edge, between in _edges(line, lines):
        found = _word_at(line, edge)
        if found is None:
            continue
        left, right = line.text[:found].rstrip(), line.text[found:]
        listed = starts_amount(left)
        entry = starts_amount(right) or _CAPITAL.match(right) is not None
        if (listed and entry) or (between and (listed or entry)):
            share = (edge - line.left) / line.width
            gap = 0.3 * line.height / line.width
            return _piece(line, left, 0.0, share - gap), _piece(line, right, share, 1.0)
    return None


def _edges(line: Placed, lines: Sequence[Placed]) -> list[tuple[float, bool]]:
    """Returns where second columns start that the line runs into, from the left; True where it stands amid their lines.

    The line above or below must start where this one does and have another one beside it, which starts at the edge.
    """
    reach = _NEAR * line.height
    found: list[tuple[float, bool]] = []
    rows = [
        (first, second)
        for first in lines
        if first is not line
        and abs(first.left - line.left) <= _ALIGNED * line.height
        and 0.4 * line.height < abs(first.middle - line.middle) <= reach
        for second in [_beside(first, lines)]
        if second is not None and line.left + 2 * line.height < second.left < line.right - line.height
    ]
    for first, second in sorted(rows, key=lambda row: row[1].left):
        column = [
            other
            for other in lines
            if other is not line
            and abs(other.left - second.left) <= 0.7 * line.height
            and abs(other.middle - line.middle) <= 2.5 * reach
        ]
        above = any(other.middle < line.middle and line.middle - other.middle <= reach for other in column)
        below = any(other.middle > line.middle and other.middle - line.middle <= reach for other in column)
        if len(column) >= 2 and first.right < second.left:
            found.append((min(other.left for other in column), above and below))
    return found


def _beside(line: Placed, lines: Sequence[Placed]) -> Placed | None:
    """Returns the next line to the right on the same row."""
    row = [other for other in lines if other is not line and other.left >= line.right and side_by_side(line, other)]
    return min(row, key=lambda other: other.left, default=None)


def _word_at(line: Placed, edge: float) -> int | None:
    """Returns where in the text the word stands that starts at the edge, as far as the widths of letters tell."""
    text = line.text
    starts = [match.end() for match in _BLANK.finditer(text) if match.start() > 0 and match.end() < len(text)]
    if not starts:
        return None
    scale = line.width / _units(text)
    off = {start: (line.left + scale * _units(text[:start]) - edge) / line.height for start in starts}
    near = [start for start in starts if -_BEFORE <= off[start] <= _BEHIND]
    entries = [start for start in near if starts_amount(text[start:])]
    return min(entries or near, key=lambda start: abs(off[start]), default=None)


def _units(text: str) -> float:
    """Returns how wide a text is, in widths of a usual letter."""
    return sum(0.5 if char in _NARROW else 1.4 if char in _WIDE else 1.2 if char.isupper() else 1.0 for char in text)


def _piece(line: Placed, text: str, start: float, end: float) -> Placed:
    """Returns the part of a line between two shares of its length."""
    a, b, c, d = line.line.quad.points
    quad = Quad((_between(a, b, start), _between(a, b, end), _between(d, c, end), _between(d, c, start)))
    slope = line.finish - line.start
    return replace(
        line,
        line=replace(line.line, text=text, quad=quad),
        left=line.left + start * line.width,
        right=line.left + end * line.width,
        start=line.start + start * slope,
        finish=line.start + end * slope,
    )


def _between(one: Point, other: Point, share: float) -> Point:
    return (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
