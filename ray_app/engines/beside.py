"""Leaves out what stands beside the card in a photo: other cards, labels, a magazine. Knows lines and the card's place."""

from collections.abc import Sequence

from ray_app.errors import NoticeCode
from ray_app.geometry import Quad
from ray_app.types import Notice, TextLine

LEAST_ON_CARD = 0.5
"""Share of all letters that must stand on the card: with fewer of them it may be no more than a box on the page, whose
ingredients stand in it and the longer method beside it."""


def on_card(lines: Sequence[TextLine], card: Quad | None) -> tuple[tuple[TextLine, ...], tuple[Notice, ...]]:
    """Returns the lines that stand on the card, and a remark if there are others; in doubt all lines.

    Args:
        lines: in pixels of the original.
        card: its corners, likewise; None where none was found.
    """
    if card is None:
        return tuple(lines), ()
    kept = tuple(line for line in lines if card.holds(line.quad.middle))
    beside = len(lines) - len(kept)
    if not beside or _letters(kept) < LEAST_ON_CARD * _letters(lines):
        return tuple(lines), ()
    message = f"lines beside the card, left out: {beside}; prepare.find_card=false keeps them"
    return kept, (Notice(code=NoticeCode.TEXT_BESIDE_CARD, message=message),)


def _letters(lines: Sequence[TextLine]) -> int:
    return sum(len(line.text) for line in lines)
