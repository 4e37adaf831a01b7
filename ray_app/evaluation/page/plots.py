"""Plots as inline SVG: accuracy against cost, and reliability. Knows numbers and where they go; colours are in report.css."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ray_app.evaluation.calibration import Bin
from ray_app.evaluation.page.frame import Frame, axis_name, grid_x, grid_y
from ray_app.evaluation.page.markup import Markup, tag

_WIDTH = 430
"""Of the plot of accuracy against cost, in pixels, like all lengths here."""

_RADIUS, _GAP, _LEADING, _LETTER = 5.0, 9.0, 13.0, 7.0
"""Of a dot; from its middle to its name; from name to name; the width of a letter."""

_FARTHEST = 12
"""So many times ``_LEADING`` a name may stand above or below its dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One mode in a plot: its name, its place among the modes (for the colour), and where it stands."""

    name: str
    index: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        """Tells whether they share more than an edge."""
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


def against_cost(title: str, dots: Sequence[Dot]) -> Markup:
    """Returns a plot of a share (0..1) over images a second and core; up and right is better. Names stand at the dots, or a line leads there."""
    most = next((end for end in (0.1, 0.2, 0.5) if all(dot.y <= 0.9 * end for dot in dots)), 1.0)
    frame = Frame(48, 34, 330, 220, _decades([dot.x for dot in dots]), (0.0, most), log=True)
    shares = [round(most * step / 5, 3) for step in range(6)]
    marks = [grid_y(frame, share) for share in shares] + [grid_x(frame, value) for value in _ticks(frame.x)]
    points = [_dot(frame, dot, label) for dot, label in zip(dots, _labels(frame, dots), strict=True)]
    return tag(
        "svg",
        tag("text", title, x=frame.left, y=18, class_="plot-title"),
        *marks,
        axis_name(frame, "images a second and core"),
        *points,
        viewBox=f"0 0 {_WIDTH} 300",
        class_="plot",
        role="img",
        aria_label=f"{title} against images a second and core: "
        + "; ".join(f"{dot.name} {dot.y:.2f} at {dot.x:.2f}" for dot in dots),
    )


def reliability(title: str, bins: Sequence[Bin], error: float | None) -> Markup:
    """Returns a reliability plot: share right over confidence; dots on the diagonal mean what they say, their area is how many."""
    frame = Frame(34, 36, 150, 150, (0.0, 1.0))
    most = max((one.count for one in bins), default=1)
    ends = {"x1": frame.across(0), "y1": frame.down(0), "x2": frame.across(1), "y2": frame.down(1)}
    count = sum(one.count for one in bins)
    facts = f"error {error:.3f}, {count:,} seen" if error is not None else "nothing seen"
    return tag(
        "svg",
        tag("text", title, x=frame.left, y=14, class_="plot-title"),
        tag("text", facts, x=frame.left, y=28, class_="tick"),
        *(grid_y(frame, share) for share in (0.0, 0.5, 1.0)),
        *(grid_x(frame, share) for share in (0.0, 0.5, 1.0)),
        tag("line", class_="diagonal", **ends),
        *(_bin(frame, one, most) for one in bins),
        axis_name(frame, "confidence"),
        viewBox="0 0 200 226",
        class_="plot small",
        role="img",
        aria_label=f"Reliability of {title}: {facts}",
    )


def _bin(frame: Frame, one: Bin, most: int) -> Markup:
    told = f"said {one.confidence:.2f}, right {one.right:.2f} ({one.count:,} seen)"
    radius = round(2.5 + 5 * math.sqrt(one.count / most), 1)
    circle = tag("circle", cx=frame.across(one.confidence), cy=frame.down(one.right), r=radius, class_="bin")
    return tag("g", tag("title", told), circle)


def _dot(frame: Frame, dot: Dot, label: _Box) -> Markup:
    x, y = frame.across(dot.x), frame.down(dot.y)
    near, middle = label.left if label.left > x else label.right, (label.top + label.bottom) / 2
    leader = tag("line", x1=x, y1=y, x2=near, y2=middle, class_="leader") if abs(middle - y) > _LEADING / 2 else None
    return tag(
        "g",
        leader,
        tag("circle", cx=x, cy=y, r=_RADIUS),
        tag("text", dot.name, x=near, y=middle + 4, text_anchor="start" if label.left > x else "end"),
        class_=f"dot mode-{dot.index % 6}",
    )


def _labels(frame: Frame, dots: Sequence[Dot]) -> list[_Box]:
    """Returns the place of each dot's name: the nearest that hides no dot and no other name, in or beside the field."""
    places = [(frame.across(dot.x), frame.down(dot.y)) for dot in dots]
    taken = [_Box(x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS) for x, y in places]
    labels: list[_Box] = []
    for dot, (x, y) in zip(dots, places, strict=True):
        free = (box for box in _around(frame, x, y, _LETTER * len(dot.name)) if not any(map(box.meets, taken)))
        labels.append(next(free, _Box(x + _GAP, y, x + _GAP, y)))
        taken.append(labels[-1])
    return labels


def _around(frame: Frame, x: float, y: float, width: float) -> Iterator[_Box]:
    """Yields boxes of a name beside a dot, the nearest first."""
    for step in sorted(range(-_FARTHEST, _FARTHEST + 1), key=abs):
        middle = y + step * _LEADING
        for left in (x + _GAP, x - _GAP - width):
            box = _Box(left, middle - _LEADING / 2, left + width, middle + _LEADING / 2)
            if frame.left < box.left and box.right < _WIDTH and frame.top - 8 < box.top and box.bottom < frame.bottom:
                yield box


def _decades(values: Sequence[float]) -> tuple[float, float]:
    """Ends of a logarithmic axis with some room beside the values."""
    return (min(values) / 1.6, max(values) * 1.6)


def _ticks(ends: tuple[float, float]) -> list[float]:
    """1, 2 and 5 of each power of ten within the ends."""
    low, high = (math.floor(math.log10(end)) for end in ends)
    powers = (10.0**power for power in range(low, high + 1))
    found = (round(step * power, 6) for power in powers for step in (1, 2, 5))
    return [value for value in found if ends[0] <= value <= ends[1]]
