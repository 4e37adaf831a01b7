"""Puts lines into reading order: down a column before the next one, band by band.

A column ends where a line runs across the gap between it and its neighbour. Works on what is left and right of such a gap
in turn, so that a list in two columns on the left page of a spread comes out right. Knows nothing of what lines mean,
except that a heading such as "Method" under a column starts a new band.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ray_app.recipe.frame import Placed, side_by_side, typical_height
from ray_app.recipe.furniture import is_furniture
from ray_app.recipe.vocabulary import is_detail, section_of, starts_amount

_SLACK = 0.3
"""How much of a line's ends may be empty or touch its neighbour, in letter heights."""

_ALIGNED = 1.0
"""How far a line may start from its column's edge, in letter heights."""

_EMPTY = 5.0
"""An empty strip across the page of this many letter heights ends all columns: another card, another leaf."""

_RHYTHM = 1.6
"""A line further below its column than this many usual line distances no longer belongs to it."""


@dataclass(frozen=True, slots=True)
class _Band:
    """Lines that stand in two columns, as positions in a list."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    score: tuple[int, float]


def reading_order(lines: Sequence[Placed]) -> list[Placed]:
    """Returns the same lines in the order in which a person reads them."""
    if len(lines) < 2:
        return list(lines)
    band = max(_bands(lines), key=lambda band: band.score, default=None)
    if band is None:
        return _by_rows(lines)
    inside = set(band.left) | set(band.right)
    top = min(lines[index].middle for index in inside)
    outside = [index for index in range(len(lines)) if index not in inside]
    parts = (
        [index for index in outside if lines[index].middle < top],
        band.left,
        band.right,
        [index for index in outside if lines[index].middle >= top],
    )
    return [line for part in parts for line in reading_order([lines[index] for index in part])]


def _by_rows(lines: Sequence[Placed]) -> list[Placed]:
    """Orders lines of one column from top to bottom; those that stand side by side from left to right."""
    ordered: list[Placed] = []
    row: list[Placed] = []
    for line in sorted(lines, key=lambda line: line.middle):
        if row and not side_by_side(row[0], line):
            ordered.extend(sorted(row, key=lambda line: line.left))
            row = []
        row.append(line)
    return ordered + sorted(row, key=lambda line: line.left)


def _bands(lines: Sequence[Placed]) -> list[_Band]:
    """Finds all stretches of the page that a vertical gap divides."""
    apart = [_stands_apart(index, lines) for index in range(len(lines))]
    seen: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
    found: list[_Band] = []
    for cut in _cuts(lines, apart):
        for stretch, closed in _stretches(lines, apart, cut):
            for band in _divided(lines, stretch, cut, closed=closed):
                if (band.left, band.right) not in seen:
                    seen.add((band.left, band.right))
                    found.append(band)
    return found


def _stands_apart(index: int, lines: Sequence[Placed]) -> bool:
    """Tells whether a line belongs to no column: a page number, or one of several times and yields in a row."""
    line = lines[index]
    if is_furniture(line.text):
        return True
    if not is_detail(line.text):
        return False
    beside = [other for other in lines if other is not line and side_by_side(line, other)]
    return bool(beside) and all(is_detail(other.text) for other in beside)


def _cuts(lines: Sequence[Placed], apart: Sequence[bool]) -> list[float]:
    """Returns places between lines that stand side by side: at both ends of each gap and in its middle."""
    step = 0.5 * typical_height(lines)
    cuts: dict[int, float] = {}
    for one, one_apart in zip(lines, apart, strict=True):
        beside = [
            other
            for other, other_apart in zip(lines, apart, strict=True)
            if not (one_apart or other_apart) and _after(one) <= _before(other) and side_by_side(one, other)
        ]
        if beside:
            nearest = min(beside, key=lambda other: other.left)
            for cut in (_after(one), (one.right + nearest.left) / 2, _before(nearest)):
                cuts.setdefault(round(cut / step), cut)
    return sorted(cuts.values())


def _after(line: Placed) -> float:
    """Returns where a line surely ends: engines draw their boxes wider than the letters."""
    return line.right - min(_SLACK * line.height, line.width / 3)


def _before(line: Placed) -> float:
    """Returns where a line surely starts."""
    return line.left + min(_SLACK * line.height, line.width / 3)


def _stretches(lines: Sequence[Placed], apart: Sequence[bool], cut: float) -> list[tuple[list[int], bool]]:
    """Splits the lines, top down, at those that run across ``cut``; True where such a line follows the stretch."""
    order = sorted(range(len(lines)), key=lambda index: lines[index].middle)
    stretches: list[tuple[list[int], bool]] = []
    current: list[int] = []
    floor = _EMPTY * typical_height(lines)
    deepest: float | None = None
    for index in order:
        if deepest is not None and lines[index].top - deepest > floor:
            stretches.append((current, True))
            current = []
        deepest = max(lines[index].bottom, deepest or 0.0)
        if apart[index] or _before(lines[index]) < cut < _after(lines[index]):
            stretches.append((current, True))
            current = []
        else:
            current.append(index)
    stretches.append((current, False))
    return stretches


def _divided(lines: Sequence[Placed], stretch: Sequence[int], cut: float, *, closed: bool) -> list[_Band]:
    """Returns the bands of a stretch: one, or several where a line stands in the gap between its columns."""
    left = [index for index in stretch if _after(lines[index]) <= cut]
    right = [index for index in stretch if _before(lines[index]) >= cut and _after(lines[index]) > cut]
    pairs = [(one, other) for one in left for other in right if side_by_side(lines[one], lines[other])]
    if not pairs:
        return []
    intruder = next((index for index in stretch if _intrudes(index, lines, pairs)), None)
    if intruder is not None:
        place = stretch.index(intruder)
        upper = _divided(lines, stretch[:place], cut, closed=True)
        return upper + _divided(lines, stretch[place + 1 :], cut, closed=closed)
    return [_band(lines, left, right, pairs, closed=closed)]


def _intrudes(index: int, lines: Sequence[Placed], pairs: Sequence[tuple[int, int]]) -> bool:
    """Tells whether a line without a partner reaches into the gap and keeps to the edge of neither column: a title."""
    if any(index in pair for pair in pairs):
        return False
    line = lines[index]
    start = max(_after(lines[one]) for one, _ in pairs)
    end = min(_before(lines[other]) for _, other in pairs)
    inside = min(_after(line), end) - max(_before(line), start)
    if inside < 0.3 * (end - start):
        return False
    edges = (min(lines[one].left for one, _ in pairs), min(lines[other].left for _, other in pairs))
    return all(abs(line.left - edge) > _ALIGNED * line.height for edge in edges)


def _band(
    lines: Sequence[Placed],
    left: Sequence[int],
    right: Sequence[int],
    pairs: Sequence[tuple[int, int]],
    *,
    closed: bool,
) -> _Band:
    """Keeps of two sides what belongs to their columns: where both stand, and what goes on above and below."""
    upper = min(min(lines[one].middle, lines[other].middle) for one, other in pairs)
    lower = max(max(lines[one].middle, lines[other].middle) for one, other in pairs)
    first, second = (_column(lines, side, upper, lower, closed=closed) for side in (left, right))
    width = min(lines[index].left for index in second) - max(lines[index].right for index in first)
    return _Band(tuple(first), tuple(second), (min(len(first), len(second)) * 2 + len(first) + len(second), width))


def _column(lines: Sequence[Placed], side: Sequence[int], upper: float, lower: float, *, closed: bool) -> list[int]:
    """Returns the lines of one side between two heights, and those beyond that keep the column's rhythm."""
    inner = [index for index in side if upper - 1 <= lines[index].middle <= lower + 1]
    pitch = _pitch([lines[index] for index in side])
    above = [index for index in reversed(side) if lines[index].middle < upper - 1]
    below = [index for index in side if lines[index].middle > lower + 1]
    kept = list(inner)
    middle = (min(lines[index].left for index in inner) + max(lines[index].right for index in inner)) / 2
    for index in above:
        if lines[index].left > middle:  # set right, under the title: who gave the recipe
            break
        if not _goes_on(lines[index], lines[kept[0]], pitch):
            break
        kept.insert(0, index)
    for index in below:
        here, last = lines[index], lines[kept[-1]]
        if section_of(here.text) is not None:
            break
        if closed and not _goes_on(last, here, pitch):
            break
        kept.append(index)
    return kept


def _goes_on(upper: Placed, lower: Placed, pitch: float) -> bool:
    """Tells whether two lines of a column, one under the other, belong together."""
    reach = 2.5 * _RHYTHM if starts_amount(lower.text) and starts_amount(upper.text) else _RHYTHM
    alike = max(upper.height, lower.height) <= 1.35 * min(upper.height, lower.height)
    return alike and lower.middle - upper.middle <= reach * pitch


def _pitch(lines: Sequence[Placed]) -> float:
    """Returns the usual distance from line to line, in pixels."""
    middles = sorted(line.middle for line in lines)
    steps = sorted(below - above for above, below in pairwise(middles))
    return max(steps[len(steps) // 2] if steps else 0.0, 1.2 * typical_height(lines))
