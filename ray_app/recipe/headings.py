"""Finds the headings within a list of ingredients that no colon marks: "Filling", "CRUST", "To serve".

Knows lines and their surroundings. A heading stands over a line of the list, and is known by its word, by capitals
amid small letters, or by room above and larger letters together.
"""

import re
from collections.abc import Collection, Sequence
from statistics import median

from ray_app.recipe.amounts import has_bullet
from ray_app.recipe.food import foods_in
from ray_app.recipe.surroundings import Surroundings
from ray_app.recipe.wording import is_title_case, words

_LONGEST = 4
"""Words in the longest such heading."""

_PART = re.compile(
    r"(?:(?:the|for) )?(?:(?:pie |bottom |top |crumb )?crust|(?:cake |pizza |pie |bread )?dough|(?:cake )?batter|filling|topping"
    r"|toppings|sauce|dressing|vinaigrette|glaze|frosting|icing|marinade|streusel|crumble|garnish|gravy|brine|rub|assembly"
    r"|(?:to|for) (?:serve|serving|garnish|finish|decorate))\W*",
    re.IGNORECASE,
)
_ROOM, _LARGER = 1.25, 1.12
"""How much more room above, and how much higher letters, than lines of the list have."""


def list_headings(around: Surroundings, free: Sequence[bool], seeds: Collection[int]) -> frozenset[int]:
    """Returns the lines that head a part of a list.

    Args:
        around: the page's lines, in reading order.
        free: whether a line may be a heading at all.
        seeds: the lines that are ingredients by their own words.
    """
    steps = [around.gap_above(seed) for seed in seeds if seed - 1 in seeds and around.above(seed) is not None]
    heights = [around.taller(seed) for seed in seeds]
    if not heights:
        return frozenset()
    room, height = _ROOM * (median(steps) if steps else 1.0), _LARGER * median(heights)
    capitals = sum(around.lines[seed].text.isupper() for seed in seeds) > 0.5 * len(seeds)
    return frozenset(
        index
        for index in range(1, len(free) - 1)
        if free[index] and index not in seeds and index + 1 in seeds and around.above(index + 1) == index
        if _is_heading(index, around, room, height, capitals=capitals)
    )


def _is_heading(index: int, around: Surroundings, room: float, height: float, *, capitals: bool) -> bool:
    text = around.lines[index].text.strip()
    if not 1 <= len(words(text)) <= _LONGEST or any(char.isdigit() for char in text) or has_bullet(text):
        return False
    if text.endswith((",", ".", ";")) or not text[:1].isupper():
        return False
    if _PART.fullmatch(text) is not None or (text.isupper() and not capitals):
        return True
    stands_out = around.gap_above(index) >= room and around.taller(index) >= height
    return stands_out and is_title_case(text) and foods_in(text) < len(words(text))
