"""What a recipe says of yield and times, labels put together with the values that stand beside or below them.

Recipe sites set "Prep Time" over "15 mins", cards print "Serves:" and leave room. Knows lines and their places.
"""

from collections.abc import Sequence

from ray_app.recipe.frame import Placed, side_by_side
from ray_app.recipe.surroundings import Surroundings
from ray_app.recipe.vocabulary import is_label

_BESIDE, _BELOW = 6.0, 2.5
"""How far from its label a value may stand, in letter heights."""


def details_of(around: Surroundings, indexes: Sequence[int]) -> list[str]:
    """Returns the texts of the lines that hold details, values put behind their labels.

    Args:
        around: the page's lines, in reading order.
        indexes: the lines among them that hold details.
    """
    lines = [around.lines[index] for index in indexes]
    values = {
        index: value for index, line in enumerate(lines) if is_label(line.text) for value in [_value(line, around)]
    }
    taken = [value for value in values.values() if value is not None]
    return [
        f"{line.text.strip()} {value.text.strip()}" if (value := values.get(index)) is not None else line.text
        for index, line in enumerate(lines)
        if line not in taken
    ]


def _value(label: Placed, around: Surroundings) -> Placed | None:
    """Returns the line with a number that stands nearest behind a label, or else under it."""
    others = [line for line in around.lines if any(char.isdigit() for char in line.text)]
    beside = [
        line
        for line in others
        if side_by_side(label, line) and 0 <= line.left - label.right + label.height <= _BESIDE * label.height
    ]
    if beside:
        return min(beside, key=lambda line: line.left)
    below = [
        line
        for line in others
        if 0 < line.middle - label.middle <= _BELOW * label.height
        and min(line.right, label.right) > max(line.left, label.left)
        and line.width <= 2 * label.width
    ]
    return min(below, key=lambda line: line.middle, default=None)
