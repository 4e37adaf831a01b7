"""Plots as inline SVG: accuracy against cost, and reliability. Knows numbers and where they go; colours are in report.css."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ray_app.evaluation.calibration import Bin
from ray_app.evaluation.page.markup import Markup, join, tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One mode in a plot: its name, its place among the modes (for the colour), and where it stands."""

    name: str
    index: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Frame:
    """A plot's field in pixels and the values at its sides; x may be logarithmic."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float] = (0.0, 1.0)
    log: bool = False

    def across(self, value: float) -> float:
        low, high = (math.log(end) for end in self.x) if self.log else self.x
        at = math.log(value) if self.log else value
        return round(self.left + self.width * (at - low) / (high - low), 1)

    def down(self, value: float) -> float:
        low, high = self.y
        return round(self.top + self.height * (1 - (value - low) / (high - low)), 1)

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def right(self) -> float:
        return self.left + self.width


def against_cost(title: str, dots: Sequence[Dot]) -> Markup:
    """Returns a plot of a share (0..1) over images a second and core; up and right is better. Names stand at the dots."""
    most = next((end for end in (0.1, 0.2, 0.5) if all(dot.y <= 0.9 * end for dot in dots)), 1.0)
    frame = _Frame(48, 34, 330, 220, _decades([dot.x for dot in dots]), (0.0, most), log=True)
    shares = [round(most * step / 5, 3) for step in range(6)]
    marks = [_grid_y(frame, share) for share in shares] + [_grid_x(frame, value) for value in _ticks(frame.x)]
    labels = _apart([frame.down(dot.y) for dot in dots], frame.bottom - 4)
    points = [_dot(frame, dot, at) for dot, at in zip(dots, labels, strict=True)]
    return tag(
        "svg",
        tag("text", title, x=frame.left, y=18, class_="plot-title"),
        *marks,
        _axis_name(frame, "images a second and core"),
        *points,
        viewBox="0 0 430 300",
        class_="plot",
        role="img",
        aria_label=f"{title} against images a second and core: "
        + "; ".join(f"{dot.name} {dot.y:.2f} at {dot.x:.2f}" for dot in dots),
    )


def reliability(title: str, bins: Sequence[Bin], error: float | None) -> Markup:
    """Returns a reliability plot: share right over confidence; dots on the diagonal mean what they say, their area is how many."""
    frame = _Frame(34, 36, 150, 150, (0.0, 1.0))
    most = max((one.count for one in bins), default=1)
    ends = {"x1": frame.across(0), "y1": frame.down(0), "x2": frame.across(1), "y2": frame.down(1)}
    count = sum(one.count for one in bins)
    facts = f"error {error:.3f}, {count:,} seen" if error is not None else "nothing seen"
    return tag(
        "svg",
        tag("text", title, x=frame.left, y=14, class_="plot-title"),
        tag("text", facts, x=frame.left, y=28, class_="tick"),
        *(_grid_y(frame, share) for share in (0.0, 0.5, 1.0)),
        *(_grid_x(frame, share) for share in (0.0, 0.5, 1.0)),
        tag("line", class_="diagonal", **ends),
        *(_bin(frame, one, most) for one in bins),
        _axis_name(frame, "confidence"),
        viewBox="0 0 200 226",
        class_="plot small",
        role="img",
        aria_label=f"Reliability of {title}: {facts}",
    )


def _bin(frame: _Frame, one: Bin, most: int) -> Markup:
    told = f"said {one.confidence:.2f}, right {one.right:.2f} ({one.count:,} seen)"
    radius = round(2.5 + 5 * math.sqrt(one.count / most), 1)
    circle = tag("circle", cx=frame.across(one.confidence), cy=frame.down(one.right), r=radius, class_="bin")
    return tag("g", tag("title", told), circle)


def _dot(frame: _Frame, dot: Dot, label: float) -> Markup:
    x, y = frame.across(dot.x), frame.down(dot.y)
    left = x > frame.left + 0.62 * frame.width
    return tag(
        "g",
        tag("circle", cx=x, cy=y, r=5.0),
        tag("text", dot.name, x=x - 9 if left else x + 9, y=label + 4, text_anchor="end" if left else "start"),
        class_=f"dot mode-{dot.index % 6}",
    )


def _grid_y(frame: _Frame, share: float) -> Markup:
    y = frame.down(share)
    return join(
        tag("line", x1=frame.left, x2=frame.right, y1=y, y2=y, class_="grid"),
        tag("text", f"{share:g}", x=frame.left - 5, y=y + 3.5, class_="tick", text_anchor="end"),
    )


def _grid_x(frame: _Frame, value: float) -> Markup:
    x = frame.across(value)
    return join(
        tag("line", x1=x, x2=x, y1=frame.top, y2=frame.bottom, class_="grid"),
        tag("text", f"{value:g}", x=x, y=frame.bottom + 13, class_="tick", text_anchor="middle"),
    )


def _axis_name(frame: _Frame, name: str) -> Markup:
    return tag("text", name, x=frame.left + frame.width / 2, y=frame.bottom + 30, class_="tick", text_anchor="middle")


def _decades(values: Sequence[float]) -> tuple[float, float]:
    """Ends of a logarithmic axis with some room beside the values."""
    return (min(values) / 1.6, max(values) * 1.6)


def _ticks(ends: tuple[float, float]) -> list[float]:
    """1, 2 and 5 of each power of ten within the ends."""
    low, high = (math.floor(math.log10(end)) for end in ends)
    powers = (10.0**power for power in range(low, high + 1))
    found = (round(step * power, 6) for power in powers for step in (1, 2, 5))
    return [value for value in found if ends[0] <= value <= ends[1]]


def _apart(wanted: Sequence[float], lowest: float, step: float = 13.0) -> list[float]:
    """Returns places of labels near those wanted, none on another, none below ``lowest`` (y grows downwards)."""
    places = list(wanted)
    limit = lowest
    for index in sorted(range(len(wanted)), key=lambda index: -wanted[index]):
        places[index] = min(places[index], limit)
        limit = places[index] - step
    return places
