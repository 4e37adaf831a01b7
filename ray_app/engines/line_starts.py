"""Finds beginnings of lines that the detector left out: ink before a box that stands in no other box.

A digit by itself is easily missed, and a thin "1" is cut in two by the edge of its line's box. Only what has ink is
read once more, and only an amount read there changes a line. Knows pixels and boxes; knows no recognizer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio

from ray_app.engines.crops import cut
from ray_app.engines.joint_reading import LineReading
from ray_app.engines.ppocr import LINE_HEIGHT, MAX_LINE_WIDTH
from ray_app.types import RgbImage

_AMOUNT = re.compile(r"\s*[0-9¼½¾⅐-⅞][0-9¼½¾⅐-⅞⁄/.,\s\-–—]*")

_WHOLE_AND_PART = re.compile(r"\s*[0-9]+\s*(?:[¼½¾⅐-⅞]|[0-9]+[/⁄][0-9])")
"""What half an amount may turn out to be: anything else before an amount is another thing, as a step's number."""

REACH = 3.0
"""How far before a box ink is looked for, in heights of the box: amounts that hang in a column of their own stand 0.5 to
2.5 before their line."""

LEAST_LIKENESS = 75.0
"""The rest of a line must read at least this much alike with its beginning and without (rapidfuzz's ratio, 0..100)."""

SURE = 0.9
"""An amount that is read by itself counts from this confidence on (0..1)."""

_LEAST_HEIGHT = 4.0
"""Boxes lower than this, in pixels, hold nothing that can be read."""

_ROWS = 32
"""Rows that a box's height becomes where ink is looked for; all lengths below are shares of the box's height."""

_ABOVE = 0.25
"""So much is seen above and below a box: what goes on beyond that is a rule, an edge or another line's letter."""

_INSIDE = 1.2
"""So much of the line itself is seen, so that a cut letter is seen whole."""

_COLUMN = 1.5
"""Amounts of one column begin no farther apart: some are flush right, and photos lean."""

_LOWEST, _WIDEST = 0.38, 1.3
"""Height that a digit has at least, more than a bullet or a stain; width that a fraction has at most."""

_MARGIN = 0.05
"""A first letter that begins nearer to the box's edge than this may be cut."""

_ROOM = 0.3
"""Paper that is left before the ink found: detectors leave as much."""

_GAP = 2.0
"""Widest blank between two pieces that belong together, and between the last one and the box."""

_RULE = 0.75
"""A level stroke longer than this is a ruled line, and taken away: a "1" stands on it, and both would be one piece."""

_DEPTH = 0.45
"""Ink is at least this share of the way from the line's paper to its own ink: ruled lines and grain are not."""

_PLAIN = 25.0
"""Grey levels between paper and ink under which a line is too faint to say what is ink beside it."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One connected piece of ink: its sides in heights of the box, from the box's top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Start:
    """What the detector left out of a line.

    Attributes:
        line: corners of the line with its beginning, shape (4, 2), clockwise from the start of the text's top.
        gap: corners of the beginning alone; None where the box's edge cuts it.
    """

    line: NDArray[np.float32]
    gap: NDArray[np.float32] | None


def read_starts(
    images: Sequence[RgbImage],
    boxes: Sequence[NDArray[np.float32]],
    answers: list[LineReading],
    *,
    read_lines: Callable[[Sequence[RgbImage]], list[LineReading]],
    read_amounts: Callable[[Sequence[RgbImage]], list[LineReading]],
) -> None:
    """Reads lines with ink before their box once more; an amount found there changes the line's answer and its box.

    Args:
        images: pages, shape (rows, columns, 3), lines about level.
        boxes: each page's lines, shape (lines, 4, 2), x and y, clockwise from the start of the text's top.
        answers: what was read in each line, page after page.
        read_lines: reads cut-out lines.
        read_amounts: reads what stands before a line, cut out by itself.
    """
    found: list[tuple[int, NDArray[np.float32], RgbImage, Start]] = []
    first = 0
    for image, lines in zip(images, boxes, strict=True):
        texts = [reading.text for reading in answers[first : first + len(lines)]]
        starts = find_starts(image, lines, texts)
        found += [(first + index, lines[index], image, start) for index, start in starts.items()]
        first += len(lines)
    whole = read_lines([_cut(image, start.line) for _, _, image, start in found])
    gaps = [(place, image, start.gap) for place, (_, _, image, start) in enumerate(found) if start.gap is not None]
    alone = dict(
        zip((place for place, *_ in gaps), read_amounts([_cut(image, gap) for _, image, gap in gaps]), strict=True)
    )
    for place, (index, box, _, start) in enumerate(found):
        better = with_start(answers[index], whole[place], alone.get(place))
        if better:
            answers[index] = better
            box[:] = start.line


def _cut(image: RgbImage, corners: NDArray[np.float32]) -> RgbImage:
    return cut(image, corners, height=LINE_HEIGHT, max_width=MAX_LINE_WIDTH)


def with_start(line: LineReading, whole: LineReading, gap: LineReading | None) -> LineReading | None:
    """Returns the line's reading with the amount that was left out, or None where none was read.

    Args:
        line: text and confidence of the line as the detector found it.
        whole: of the line with its beginning: believed if it adds an amount and nothing else differs much.
        gap: of the beginning alone: believed if it is an amount and nothing else, and surely so.
    """
    (amount, rest), (old_amount, old_rest) = _parted(whole.text), _parted(line.text)
    more = amount.strip("0") and amount != old_amount and amount.endswith(old_amount)
    one = not old_amount or _WHOLE_AND_PART.match(whole.text)
    if more and one and rest and ratio(rest, old_rest) >= LEAST_LIKENESS:
        return whole
    if gap and not old_amount and gap.confidence >= SURE:
        amount, rest = _parted(gap.text)
        if amount.strip("0") and not rest:
            text = f"{gap.text.strip()} {line.text.strip()}"
            return LineReading(text, min(line.confidence, gap.confidence), line.readings)
    return None


def _parted(text: str) -> tuple[str, str]:
    """The digits of the amount that a line begins with, and what stands after it."""
    found = _AMOUNT.match(text)
    end = found.end() if found else 0
    return "".join(char for char in text[:end] if char.isnumeric()), text[end:].strip()


def find_starts(image: RgbImage, boxes: NDArray[np.float32], texts: Sequence[str]) -> dict[int, Start]:
    """Returns, by its index, each line that has ink of its own before its box.

    Only ink that stands in a column of amounts counts: another line that was read to begin with an amount begins there.
    ``texts`` are what was read in each; image and boxes are as in :func:`read_starts`.
    """
    import cv2

    amounts = np.array([boxes[index, 0, 0] for index, text in enumerate(texts) if _AMOUNT.match(text)], np.float32)
    if not len(amounts):
        return {}
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    found = {}
    for index, corners in enumerate(boxes):
        pieces = _before(_pieces(grey, corners), corners, np.delete(boxes, index, axis=0))
        if not pieces:
            continue
        unit, down = _axes(corners)
        step = unit * (min(0.0, *(piece.left for piece in pieces)) - _ROOM)
        first, last = corners[0] + step, corners[3] + step
        column = np.abs(amounts - first[0]) <= _COLUMN * float(np.linalg.norm(down))
        if column.sum() > bool(_AMOUNT.match(texts[index])):
            line = np.array([first, corners[1], corners[2], last], np.float32)
            gap = np.array([first, corners[0], corners[3], last], np.float32)
            whole = all(piece.right < 0.0 for piece in pieces)
            found[index] = Start(line, gap if whole else None)
    return found


def _before(pieces: Sequence[_Piece], corners: NDArray[np.float32], others: NDArray[np.float32]) -> list[_Piece]:
    """The pieces that stand before the line and belong to it: from its edge on, until too wide a blank."""
    edge = 0.0
    kept = []
    for piece in sorted(pieces, key=lambda one: -one.right):
        if piece.left >= _MARGIN:
            continue
        if edge - piece.right > _GAP or _within(_place(piece, corners), others):
            break
        kept.append(piece)
        edge = min(edge, piece.left)
    return kept


def _axes(corners: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One height of the box along the text, and across it, in pixels."""
    along, down = corners[1] - corners[0], corners[3] - corners[0]
    return along / max(1.0, float(np.linalg.norm(along))) * float(np.linalg.norm(down)), down


def _place(piece: _Piece, corners: NDArray[np.float32]) -> tuple[float, float]:
    """The middle of a piece in pixels of the page."""
    along, down = _axes(corners)
    x, y = corners[0] + along * (piece.left + piece.right) / 2 + down * (piece.top + piece.bottom) / 2
    return float(x), float(y)


def _within(point: tuple[float, float], boxes: NDArray[np.float32]) -> bool:
    import cv2

    return any(cv2.pointPolygonTest(box, point, False) >= 0 for box in boxes)


def _pieces(grey: NDArray[np.uint8], corners: NDArray[np.float32]) -> list[_Piece]:
    """Pieces of ink as high as a digit, before the box and at its beginning, that end within what is seen."""
    import cv2

    unit, down = _axes(corners)
    height, length = float(np.linalg.norm(down)), float(np.linalg.norm(corners[1] - corners[0]))
    if height < _LEAST_HEIGHT or length < height:
        return []
    origin = corners[0] - unit * REACH - down * _ABOVE
    rows, columns = round(_ROWS * (1 + 2 * _ABOVE)), round(_ROWS * (REACH + _INSIDE))
    matrix = np.stack([unit / _ROWS, down / _ROWS, origin], axis=1).astype(np.float64)
    view = cv2.warpAffine(
        grey, matrix, (columns, rows), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    mask = _ink(np.asarray(view, np.uint8), _within_bounds(grey, corners))
    if mask is None:
        return []
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [
        _Piece(
            left / _ROWS - REACH,
            top / _ROWS - _ABOVE,
            (left + width) / _ROWS - REACH,
            (top + tall) / _ROWS - _ABOVE,
        )
        for left, top, width, tall, _ in stats[1:]
        if left > 0 and top > 0 and top + tall < rows and tall >= _LOWEST * _ROWS and width <= _WIDEST * _ROWS
    ]


def _within_bounds(grey: NDArray[np.uint8], corners: NDArray[np.float32]) -> NDArray[np.uint8]:
    left, top = np.floor(corners.min(axis=0)).clip(0).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    return grey[top:bottom, left:right]


def _ink(view: NDArray[np.uint8], own: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """1 where ``view`` is as dark (or, on dark paper, as light) as the ink of the line; None where that cannot be told.

    Args:
        view: what is looked at.
        own: the line itself.
    """
    import cv2

    if not own.size:
        return None
    low, paper, high = (float(level) for level in np.percentile(own, (3, 60, 97)))
    dark = paper - low >= high - paper
    depth = paper - low if dark else high - paper
    if depth < _PLAIN:
        return None
    inked = (view < paper - _DEPTH * depth if dark else view > paper + _DEPTH * depth).astype(np.uint8)
    rules = cv2.morphologyEx(inked, cv2.MORPH_OPEN, np.ones((1, round(_RULE * _ROWS)), np.uint8))
    return np.asarray(cv2.subtract(inked, cv2.dilate(rules, np.ones((3, 1), np.uint8))), np.uint8)
