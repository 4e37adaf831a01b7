"""Points, quadrilaterals, and maps between pictures of one page. Knows coordinates; knows nothing of what stands there."""

from dataclasses import dataclass
from typing import Self

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Homography:
    """Maps (x, y) to ((a*x + b*y + c) / w, (d*x + e*y + f) / w) with w = g*x + h*y + 1: one plane seen as another.

    With g = h = 0, as for scaling and turning, it is affine.
    """

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0
    g: float = 0.0
    h: float = 0.0

    def apply(self, point: Point) -> Point:
        """Returns the point mapped."""
        x, y = point
        w = self.g * x + self.h * y + 1.0
        return ((self.a * x + self.b * y + self.c) / w, (self.d * x + self.e * y + self.f) / w)

    def after(self, first: "Homography") -> "Homography":
        """Returns the map that does ``first``, then this one."""
        mine, its = self.rows, first.rows
        rows = [[sum(mine[i][k] * its[k][j] for k in range(3)) for j in range(3)] for i in range(3)]
        return Homography(*(rows[i][j] / rows[2][2] for i in range(3) for j in range(3) if (i, j) != (2, 2)))

    @property
    def rows(self) -> tuple[tuple[float, float, float], ...]:
        """The map as a matrix of 3 x 3, its last number 1."""
        return ((self.a, self.b, self.c), (self.d, self.e, self.f), (self.g, self.h, 1.0))

    @classmethod
    def turned(cls, degrees: int, width: int, height: int) -> Self:
        """Maps pixels of an image turned by ``degrees`` clockwise (0, 90, 180, 270) back to the image before turning.

        Args:
            degrees: how far the pixels were turned, clockwise.
            width: width of the image before turning, in pixels.
            height: height of the image before turning, in pixels.
        """
        match degrees:
            case 0:
                return cls()
            case 90:
                return cls(0.0, 1.0, 0.0, -1.0, 0.0, float(height))
            case 180:
                return cls(-1.0, 0.0, float(width), 0.0, -1.0, float(height))
            case 270:
                return cls(0.0, -1.0, float(width), 1.0, 0.0, 0.0)
        raise ValueError(f"pages turn by quarter turns, not by {degrees}")


@dataclass(frozen=True, slots=True)
class Quad:
    """Four corners in reading direction: start of the text's top, end of its top, end of its bottom, start of its bottom."""

    points: tuple[Point, Point, Point, Point]

    @classmethod
    def box(cls, left: float, top: float, right: float, bottom: float) -> Self:
        """Returns the upright rectangle with these sides."""
        return cls(((left, top), (right, top), (right, bottom), (left, bottom)))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the upright rectangle around the corners."""
        xs, ys = zip(*self.points, strict=True)
        return (min(xs), min(ys), max(xs), max(ys))

    @property
    def middle(self) -> Point:
        """The mean of the corners."""
        xs, ys = zip(*self.points, strict=True)
        return (sum(xs) / 4, sum(ys) / 4)

    def holds(self, point: Point) -> bool:
        """Whether a point lies within; the corners must be clockwise, as a page's are, and the figure convex."""
        x, y = point
        sides = zip(self.points, (*self.points[1:], self.points[0]), strict=True)
        return all((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) >= 0 for (x1, y1), (x2, y2) in sides)

    def mapped(self, by: Homography) -> "Quad":
        """Returns the corners mapped one by one."""
        a, b, c, d = self.points
        return Quad((by.apply(a), by.apply(b), by.apply(c), by.apply(d)))

    def union(self, other: "Quad") -> "Quad":
        """Returns the upright rectangle around both."""
        left, top, right, bottom = self.bounds
        left2, top2, right2, bottom2 = other.bounds
        return Quad.box(min(left, left2), min(top, top2), max(right, right2), max(bottom, bottom2))
