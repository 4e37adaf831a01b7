"""Pieces of text in the frame of the reader: turned upright, tilt taken out, left to right and top to bottom.

Knows geometry; knows nothing of recipes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from statistics import median

from ray_app.geometry import Point, Quad
from ray_app.types import PageText, TextLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A line (or a piece of one) and where it stands for a reader, in pixels of the upright page.

    Attributes:
        line: as it came from the engine, its quad in pixels of the original image.
        left: where its text starts.
        right: where it ends.
        start: height of its middle at ``left``; ``finish`` the same at ``right``. They differ where lines are curved.
        height: of the letters with what hangs above and below, along the line's own direction.
    """

    line: TextLine
    left: float
    right: float
    start: float
    finish: float
    height: float

    @property
    def middle(self) -> float:
        """Height of its middle, halfway along."""
        return (self.start + self.finish) / 2

    @property
    def top(self) -> float:
        """Upper edge, halfway along."""
        return self.middle - self.height / 2

    @property
    def bottom(self) -> float:
        """Lower edge, halfway along."""
        return self.middle + self.height / 2

    @property
    def width(self) -> float:
        """Length along the line."""
        return self.right - self.left

    @property
    def centre(self) -> float:
        """Halfway from left to right."""
        return (self.left + self.right) / 2

    @property
    def text(self) -> str:
        """What is written."""
        return self.line.text


def place(page: PageText) -> list[Placed]:
    """Returns the page's lines in the reader's frame, in their order, without those that hold no text."""
    width, height = page.size
    raw = [(line, _upright(line.quad, page.rotation, width, height)) for line in page.lines if line.text.strip()]
    tilt = _tilt([points for _, points in raw])
    return [_placed(line, [(x, y - tilt * x) for x, y in points]) for line, points in raw]


def typical_height(pieces: Sequence[Placed]) -> float:
    """Returns the middle height of the pieces' letters in pixels; 1 where there are none."""
    return max(1.0, median(piece.height for piece in pieces)) if pieces else 1.0


def side_by_side(one: Placed, other: Placed) -> bool:
    """Tells whether two pieces stand on one line of the page, judged where they face each other."""
    left, right = (one, other) if one.left <= other.left else (other, one)
    return abs(left.finish - right.start) < 0.5 * min(left.height, right.height)


def merge(pieces: Sequence[Placed]) -> Placed:
    """Returns one line out of pieces of it, given from left to right.

    Its quad runs from the first piece's start to the last one's end; its confidence is weighted by length.
    """
    if len(pieces) == 1:
        return pieces[0]
    first, last = pieces[0], pieces[-1]
    known = [(len(piece.text), piece.line.confidence) for piece in pieces if piece.line.confidence is not None]
    total = sum(length for length, _ in known)
    confidence = sum(length * value for length, value in known) / total if total else None
    (a, _, _, d), (_, b, c, _) = first.line.quad.points, last.line.quad.points
    text = " ".join(piece.text.strip() for piece in pieces)
    return Placed(
        line=TextLine(
            text=text,
            confidence=confidence,
            quad=Quad((a, b, c, d)),
            readings=readings_of([piece.line for piece in pieces]),
        ),
        left=first.left,
        right=max(piece.right for piece in pieces),
        start=first.start,
        finish=last.finish,
        height=max(piece.height for piece in pieces),
    )


def readings_of(lines: Sequence[TextLine]) -> tuple[str, ...]:
    """Returns what each recognizer read of lines in a row, joined by blanks; empty where none was read by several.

    A line among them that only one has read stands in all.
    """
    most = max(len(line.readings) for line in lines)
    told = [line.readings or (line.text,) * most for line in lines]
    return tuple(" ".join(part.strip() for part in parts) for parts in zip(*told, strict=True)) if most else ()


def _upright(quad: Quad, rotation: int, width: int, height: int) -> list[Point]:
    """Returns the corners on the page after it was turned clockwise by ``rotation``."""
    match rotation % 360:
        case 90:
            return [(height - y, x) for x, y in quad.points]
        case 180:
            return [(width - x, height - y) for x, y in quad.points]
        case 270:
            return [(y, width - x) for x, y in quad.points]
    return list(quad.points)


def _tilt(quads: Sequence[Sequence[Point]]) -> float:
    """Returns the page's slope: the middle of the slopes of its longer lines."""
    if not quads:
        return 0.0
    lengths = [hypot(b[0] - a[0], b[1] - a[1]) for a, b, _, _ in quads]
    enough = 0.5 * max(lengths)
    slopes = [
        ((b[1] + c[1]) - (a[1] + d[1])) / ((b[0] + c[0]) - (a[0] + d[0]))
        for (a, b, c, d), length in zip(quads, lengths, strict=True)
        if length >= enough and (b[0] + c[0]) - (a[0] + d[0]) > 1
    ]
    return median(slopes) if slopes else 0.0


def _placed(line: TextLine, points: Sequence[Point]) -> Placed:
    a, b, c, d = points
    left, right = min(a[0], d[0]), max(b[0], c[0])
    return Placed(
        line=line,
        left=min(left, right),
        right=max(left, right),
        start=(a[1] + d[1]) / 2,
        finish=(b[1] + c[1]) / 2,
        height=max(1.0, (hypot(a[0] - d[0], a[1] - d[1]) + hypot(b[0] - c[0], b[1] - c[1])) / 2),
    )
