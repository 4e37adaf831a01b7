"""Joins the pieces of one line that an engine took for several: split at wide gaps, or an amount in its own column.

Knows lines of text; knows nothing of columns (columns.py) and of what lines mean.
"""

import re
from collections.abc import Sequence

from ray_app.recipe.amounts import read_leading
from ray_app.recipe.frame import Placed, merge, side_by_side
from ray_app.recipe.trailing import amounts_behind

_WORD_GAP = 0.9
"""Widest gap between words of one line, in letter heights. Justified prose reaches 0.8, gutters start at 1."""

_AMOUNT_GAP = 0.35
"""Widest gap before a number in the middle of a line, in letter heights; a wider one is a gutter before an amount."""

_HANGING_GAP = 5.0
"""Widest gap between a hanging amount or bullet and its line, in letter heights."""

_UNLIKE, _UNLIKE_HANGING = 1.8, 2.6
"""How many times as high as the other a piece of the same line may be. A lone "2" is as high as an x is."""

_HANGING = re.compile(
    r"(?:[•·●○◦▪■□☐*¢-]|\d{1,2}[.)]|(?:[\dIl|/⁄.,½⅓⅔¼¾⅛⅜⅝⅞⅕⅙]|\s|-){1,9}|(?:one|two|three|four|few|a))", re.IGNORECASE
)
"""A bullet, a step's number, or an amount without anything else."""

_NEAR, _ALIGNED = 2.4, 0.8
"""How far the next line of a column may stand, and how far from its edge it may start, in letter heights."""

_STARTS_NUMBERED = re.compile(r"\s*(?:[•·●○▪■□☐]|[\d½⅓⅔¼¾⅛⅜⅝⅞])")
_CAPITALS = re.compile(r"[A-Z][A-Z\s.,'&-]+$")


def join_pieces(pieces: Sequence[Placed]) -> list[Placed]:
    """Returns the lines that the pieces belong to; each piece ends up in exactly one."""
    followers = {index: follower for index in range(len(pieces)) if (follower := _follower(index, pieces)) is not None}
    followers |= amounts_behind(pieces)
    wanted: dict[int, int] = {}
    for index, follower in followers.items():
        rival = wanted.get(follower)
        if rival is None or pieces[index].right > pieces[rival].right:
            wanted[follower] = index
    following = {index: follower for follower, index in wanted.items()}
    lines: list[Placed] = []
    for head in range(len(pieces)):
        if head in wanted:
            continue
        chain = [head]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        lines.append(merge([pieces[index] for index in chain]))
    return lines


def _follower(index: int, pieces: Sequence[Placed]) -> int | None:
    """Returns the piece that goes on where this one ends, if there is one on the same line and near enough."""
    piece = pieces[index]
    beside = [
        (other.left - piece.right, number)
        for number, other in enumerate(pieces)
        if number != index and other.left > piece.left and other.centre > piece.right and side_by_side(piece, other)
    ]
    if not beside:
        return None
    gap, nearest = min(beside)
    if gap > _reach(piece, pieces[nearest]) or _divides(piece, pieces[nearest], pieces):
        return None
    return nearest


def _divides(piece: Placed, other: Placed, pieces: Sequence[Placed]) -> bool:
    """Tells whether the second piece starts where a column does: pieces right above and below start there too.

    Not so behind a bullet or an amount: there the ingredients' names stand under each other.
    """
    if _hangs(piece.text):
        return False
    near = _NEAR * other.height
    steps = [
        one.middle - other.middle
        for one in pieces
        if one is not other and abs(one.left - other.left) <= _ALIGNED * other.height
    ]
    return any(-near <= step < -0.5 * other.height for step in steps) and any(
        0.5 * other.height < step <= near for step in steps
    )


def _hangs(text: str) -> bool:
    """Tells whether a text is a bullet or an amount ("2", "2 cups") and nothing else."""
    if _HANGING.fullmatch(text.strip()):
        return True
    leading = read_leading(text)
    return leading is not None and leading.numbered and not leading.rest


def _reach(piece: Placed, other: Placed) -> float:
    """Returns how wide the gap between two pieces of one line may be, in pixels; below any gap where they are two."""
    height = min(piece.height, other.height)
    unlike = max(piece.height, other.height) / height
    numbered = _STARTS_NUMBERED.match(other.text) is not None
    if _hangs(piece.text) and not _CAPITALS.match(other.text.strip()) and unlike <= _UNLIKE_HANGING:
        bullet = not any(char.isalnum() for char in piece.text)
        return (_HANGING_GAP if bullet or not numbered else _WORD_GAP) * height
    if unlike > _UNLIKE:
        return -height
    if numbered and _STARTS_NUMBERED.match(piece.text):
        return -piece.width  # two entries of a list whose columns stand close together
    return (_AMOUNT_GAP if numbered else _WORD_GAP) * height
