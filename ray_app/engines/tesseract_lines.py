"""Tesseract's table of words (TSV) -> lines. Both ways to call Tesseract give this table, so both give equal lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ray_app.geometry import Quad
from ray_app.types import TextLine

COLUMN_GAP = 2.0
"""A gap between words this many times as wide as the line's tallest word is high ends a piece.

Tesseract reads across columns ("2 cups flour      Mix the butter"); spaces of justified text stay below one height.
"""

_WORD_LEVEL = "5"
_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Word:
    """One word: ``line`` names its block, paragraph and line; sides in pixels; confidence 0..100."""

    line: tuple[str, str, str]
    left: int
    top: int
    right: int
    bottom: int
    confidence: float
    text: str


def lines_of(table: str) -> tuple[TextLine, ...]:
    """Returns the lines of one image's table, in its order, cut where a column ends."""
    return tuple(
        _line(piece)
        for _, words in groupby(_words(table), key=lambda word: word.line)
        for piece in _pieces(tuple(words))
    )


def _words(table: str) -> Iterator[Word]:
    for row in table.splitlines():
        cells = row.split("\t")
        if len(cells) != _COLUMNS or cells[0] != _WORD_LEVEL or not cells[11].strip():
            continue
        left, top, width, height = map(int, cells[6:10])
        yield Word(
            line=(cells[2], cells[3], cells[4]),
            left=left,
            top=top,
            right=left + width,
            bottom=top + height,
            confidence=float(cells[10]),
            text=cells[11].strip(),
        )


def _pieces(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    gap = COLUMN_GAP * max(word.bottom - word.top for word in words)
    start = 0
    for index in range(1, len(words)):
        if words[index].left - words[index - 1].right > gap:
            yield tuple(words[start:index])
            start = index
    yield tuple(words[start:])


def _line(words: Sequence[Word]) -> TextLine:
    confidence = sum(word.confidence for word in words) / len(words) / 100
    return TextLine(
        text=" ".join(word.text for word in words),
        confidence=min(1.0, max(0.0, confidence)),
        quad=Quad.box(
            min(word.left for word in words),
            min(word.top for word in words),
            max(word.right for word in words),
            max(word.bottom for word in words),
        ),
    )
