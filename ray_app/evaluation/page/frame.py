"""A plot's field and its grid: values to pixels. Knows nothing of what is plotted."""

import math
from dataclasses import dataclass

from ray_app.evaluation.page.markup import Markup, join, tag


@dataclass(frozen=True, slots=True)
class Frame:
    """A plot's field in pixels and the values at its sides; x may be logarithmic."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float] = (0.0, 1.0)
    log: bool = False

    def across(self, value: float) -> float:
        """Returns the pixel of a value of x."""
        low, high = (math.log(end) for end in self.x) if self.log else self.x
        at = math.log(value) if self.log else value
        return round(self.left + self.width * (at - low) / (high - low), 1)

    def down(self, value: float) -> float:
        """Returns the pixel of a value of y."""
        low, high = self.y
        return round(self.top + self.height * (1 - (value - low) / (high - low)), 1)

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.top + self.height

    @property
    def right(self) -> float:
        """Its right side."""
        return self.left + self.width


def grid_y(frame: Frame, value: float) -> Markup:
    """Returns a line across at a value of y, with its number."""
    y = frame.down(value)
    return join(
        tag("line", x1=frame.left, x2=frame.right, y1=y, y2=y, class_="grid"),
        tag("text", f"{value:g}", x=frame.left - 5, y=y + 3.5, class_="tick", text_anchor="end"),
    )


def grid_x(frame: Frame, value: float) -> Markup:
    """Returns a line down at a value of x, with its number."""
    x = frame.across(value)
    return join(
        tag("line", x1=x, x2=x, y1=frame.top, y2=frame.bottom, class_="grid"),
        tag("text", f"{value:g}", x=x, y=frame.bottom + 13, class_="tick", text_anchor="middle"),
    )


def axis_name(frame: Frame, name: str) -> Markup:
    """Returns the name under the axis of x."""
    return tag("text", name, x=frame.left + frame.width / 2, y=frame.bottom + 30, class_="tick", text_anchor="middle")
