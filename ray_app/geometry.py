"""Points, quadrilaterals and affine maps on a page. Knows coordinates; knows nothing of what stands there."""

from dataclasses import dataclass
from typing import Self

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Affine:
    """Maps (x, y) to (a*x + b*y + c, d*x + e*y + f)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    def apply(self, point: Point) -> Point:
        """Returns the point mapped."""
        x, y = point
        return (self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f)

    def after(self, first: "Affine") -> "Affine":
        """Returns the map that does ``first``, then this one."""
        return Affine(
            self.a * first.a + self.b * first.d,
            self.a * first.b + self.b * first.e,
            self.a * first.c + self.b * first.f + self.c,
            self.d * first.a + self.e * first.d,
            self.d * first.b + self.e * first.e,
            self.d * first.c + self.e * first.f + self.f,
        )

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

    def mapped(self, affine: Affine) -> "Quad":
        """Returns the corners mapped one by one."""
        a, b, c, d = self.points
        return Quad((affine.apply(a), affine.apply(b), affine.apply(c), affine.apply(d)))

    def union(self, other: "Quad") -> "Quad":
        """Returns the upright rectangle around both."""
        left, top, right, bottom = self.bounds
        left2, top2, right2, bottom2 = other.bounds
        return Quad.box(min(left, left2), min(top, top2), max(right, right2), max(bottom, bottom2))
