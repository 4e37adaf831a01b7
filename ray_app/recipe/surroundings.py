"""What stands around a line: its neighbours in the column, how far away, how wide the column is.

Knows places and whether text runs on; knows nothing of what a recipe is made of.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ray_app.recipe.food import foods_in
from ray_app.recipe.frame import Placed, side_by_side, typical_height
from ray_app.recipe.furniture import is_furniture
from ray_app.recipe.vocabulary import starts_amount, step_number
from ray_app.recipe.wording import ends_sentence, is_title_case, prose_words, words

_PAGE_NUMBER = re.compile(r"\W*\d{1,4}\W*")
_HEAD_WITH_NUMBER = re.compile(r"\s*\d{1,4}\s+[A-Z].*|[A-Z].*\s\d{1,4}\s*")

_FOOT_NUMBER = re.compile(r"\s*\d{2,4}\s+[A-Z].*|[A-Z].*\s\d{2,4}\s*")
_FOOT = 2.5
"""How far below everything else a page's foot stands at least, in letter heights."""

_LABELLED = re.compile(r":\s*$")


class Surroundings:
    """A page's lines in reading order, asked about one of them by its index."""

    def __init__(self, lines: Sequence[Placed]) -> None:
        self.lines = lines
        self.height = typical_height(lines)
        steps = [
            below.middle - above.middle
            for above, below in pairwise(lines)
            if _overlap(above, below) and 0 < below.middle - above.middle < 3 * self.height
        ]
        self.pitch = max(median(steps) if steps else 0.0, 1.05 * self.height)

    def above(self, index: int) -> int | None:
        """Returns the line before this one if it stands over it in the same column, near or far."""
        if index == 0:
            return None
        here, before = self.lines[index], self.lines[index - 1]
        return index - 1 if before.middle < here.middle and _overlap(before, here) else None

    def gap_above(self, index: int) -> float:
        """Returns the distance from the line before in usual line distances; infinite at the top of a column."""
        distance = self.lines[index].middle - self.lines[index - 1].middle if index else -1.0
        return distance / self.pitch if distance > 0 else float("inf")

    def follows(self, index: int) -> bool:
        """Tells whether the line stands right under the one before it, as lines of one paragraph do."""
        return self.gap_above(index) <= 1.6

    def is_prose(self, index: int) -> bool:
        """Tells whether the line is long enough and worded like running text."""
        text = self.lines[index].text
        return len(words(text)) >= 6 and prose_words(text) >= 1 and not is_title_case(text)

    def goes_on_prose(self, index: int) -> bool:
        """Tells whether the line is the next one of a paragraph that began above it."""
        before = self.above(index)
        if before is None or not self.follows(index):
            return False
        text = self.lines[before].text
        if ends_sentence(text):
            return False
        if step_number(text) is not None:
            return True
        least = 7 if starts_amount(self.lines[index].text) else 5
        return len(words(text)) >= least and prose_words(text) >= 2 and not (starts_amount(text) or is_furniture(text))

    def is_running_head(self, index: int) -> bool:
        """Tells whether the line is a chapter's name at the top of a page, beside a page number."""
        line = self.lines[index]
        if line.top > min(other.top for other in self.lines) + 1.2 * self.height:
            return False
        if not is_title_case(line.text):
            return False
        row = [other for other in self.lines if other is not line and side_by_side(line, other)]
        numbers = [other for other in row if _PAGE_NUMBER.fullmatch(other.text)]
        heads = [other for other in row if is_title_case(other.text) and not _LABELLED.search(other.text)]
        numbered = bool(numbers) and len(numbers) + len(heads) == len(row)  # "Serves: 6" beside it makes it a title
        return numbered or (not row and _HEAD_WITH_NUMBER.fullmatch(line.text) is not None and len(self.lines) > 8)

    def is_running_foot(self, index: int) -> bool:
        """Tells whether the line is the last of a page, far below the others, with the page's number and no amount."""
        line = self.lines[index]
        others = [other for other in self.lines if other is not line and not _PAGE_NUMBER.fullmatch(other.text)]
        if len(others) < 8 or line.top - max(other.bottom for other in others) < _FOOT * self.height:
            return False
        found = _FOOT_NUMBER.fullmatch(line.text)
        return found is not None and is_title_case(line.text) and foods_in(line.text) == 0

    def is_centred(self, index: int) -> bool:
        """Tells whether the line stands in the middle of the wider lines that it shares a column with, indented on both sides."""
        line = self.lines[index]
        near = [other for other in self.lines if other.left <= line.centre <= other.right and other.width > line.width]
        near = sorted(near, key=lambda other: abs(other.middle - line.middle))[:12]
        if not near:
            return False
        left, right = min(other.left for other in near), max(other.right for other in near)
        indent = min(line.left - left, right - line.right)
        return indent > 0.08 * (right - left) and abs(line.centre - (left + right) / 2) < 0.08 * (right - left)

    def is_set_right(self, index: int) -> bool:
        """Tells whether the line stands in the right half of the wider lines around it, as who gave the recipe does."""
        line = self.lines[index]
        near = [
            other
            for other in self.lines
            if other.left <= line.centre <= other.right and other.width > line.width and not is_furniture(other.text)
        ]
        near = sorted(near, key=lambda other: abs(other.middle - line.middle))[:3]
        return bool(near) and all(line.left > other.centre for other in near)

    def taller(self, index: int) -> float:
        """Returns how many times as high as usual the line's letters are."""
        return self.lines[index].height / self.height


def _overlap(one: Placed, other: Placed) -> bool:
    """Tells whether two lines share a part of the page's width."""
    return min(one.right, other.right) > max(one.left, other.left)
