"""Amounts that stand behind their ingredient: "Flour ..... 2 cups", behind dots or in a column on the right.

Knows lines of text and where they stand; knows nothing of sections. One such line may be anything ("Page 4", "Fat 5 g");
only several of them under each other, most with a kitchen's unit, are a list.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ray_app.recipe.amounts import Leading, read_leading
from ray_app.recipe.frame import Placed, side_by_side

LEAST = 3
"""So many lines under each other make a list."""

_TRAILING = re.compile(r"(?P<name>[A-Za-z][^\d½⅓⅔¼¾⅛⅜⅝⅞⅕⅙]*?)(?P<leaders>[\s.,:;…·_–—-]+)(?P<amount>[\d½⅓⅔¼¾⅛⅜⅝⅞⅕⅙].*)")
_LEADERS = re.compile(r"^[\s.…·_-]+")
_GOES_ON = re.compile(
    r"\b(?:of|for|about|or|and|plus|to|in|at|with|the|than|by|serves|makes|page|step)$", re.IGNORECASE
)
"""Words that the number behind them belongs to."""

_NEXT = 5.0
"""An amount with words nearer behind it than this, in letter heights, belongs to these."""

_ALIGNED = 1.5
"""How far edges of one column may stand apart, in letter heights."""


@dataclass(frozen=True, slots=True)
class Trailing:
    """A line with its amount at the end: the name before it, and the amount as ``read_leading`` gives it."""

    name: str
    leading: Leading


def read_trailing(text: str) -> Trailing | None:
    """Reads an amount at the end of a line that names something first, or returns None.

    >>> read_trailing("Flour . . . . 2 cups").name, read_trailing("Sugar.......½ cup").leading.amounts[0].unit
    ('Flour', 'cup')
    >>> read_trailing("2 cups flour"), read_trailing("Juice of 1 lemon"), read_trailing("Yolks of 2")
    (None, None, None)
    """
    match = _TRAILING.fullmatch(text.strip())
    if match is None or _GOES_ON.search(match["name"]):
        return None
    leading = _amount_alone(match["amount"])
    return Trailing(match["name"].strip(), leading) if leading else None


def amounts_behind(pieces: Sequence[Placed]) -> dict[int, int]:
    """Returns for each name whose amount stands in a column of its own on the right that amount's index.

    An amount with a name of its own behind it is that one's. Numbers alone, as in a table of contents, are no list.
    """
    pairs: dict[int, int] = {}
    for index, piece in enumerate(pieces):
        if _amount_alone(piece.text) is None or _has_words_behind(piece, pieces):
            continue
        before = [
            (other.right, number)
            for number, other in enumerate(pieces)
            if other.right <= piece.centre and other.left < piece.left and side_by_side(other, piece)
        ]
        if before:
            name = max(before)[1]
            if pieces[name].text.strip()[:1].isalpha() and read_leading(pieces[name].text) is None:
                pairs[name] = index
    aligned = _column(pairs, pieces)
    return aligned if is_list([_amount_alone(pieces[index].text) for index in aligned.values()]) else {}


def is_list(amounts: Sequence[Leading | None]) -> bool:
    """Tells whether amounts that stand under each other are a list of ingredients: enough, and most with a unit."""
    measured = sum(amount is not None and amount.amounts[0].unit is not None for amount in amounts)
    return len(amounts) >= LEAST and 2 * measured >= len(amounts)


def _amount_alone(text: str) -> Leading | None:
    """Reads a text that is an amount, perhaps with the dots that lead to it, and nothing else."""
    leading = read_leading(_LEADERS.sub("", text))
    return leading if leading is not None and leading.numbered and not leading.rest.strip(" .") else None


def _has_words_behind(piece: Placed, pieces: Sequence[Placed]) -> bool:
    return any(
        0 <= other.left - piece.right + piece.height < _NEXT * piece.height
        and other.centre > piece.right
        and side_by_side(piece, other)
        and any(char.isalpha() for char in other.text)
        for other in pieces
        if other is not piece
    )


def _column(pairs: dict[int, int], pieces: Sequence[Placed]) -> dict[int, int]:
    """Keeps the pairs whose amounts stand under each other, by their left or right edges, and their names likewise."""
    if len(pairs) < LEAST:
        return {}
    names = [pieces[name] for name in pairs]
    amounts = [pieces[amount] for amount in pairs.values()]
    room = _ALIGNED * median(piece.height for piece in amounts)
    start = median(piece.left for piece in names)
    by_edge = []
    for edges in ([piece.left for piece in amounts], [piece.right for piece in amounts]):
        middle = median(edges)
        by_edge.append(
            {
                name: amount
                for (name, amount), edge in zip(pairs.items(), edges, strict=True)
                if abs(edge - middle) <= room and abs(pieces[name].left - start) <= room
            }
        )
    return max(by_edge, key=len)
