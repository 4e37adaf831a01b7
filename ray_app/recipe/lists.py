"""Finds the ingredient lines of a page: those that start with an amount, and those without one that stand among them.

Knows lines and their surroundings; knows nothing of titles, except that one above a list is none of its lines.
"""

import re
from collections.abc import Collection, Sequence

from ray_app.recipe.amounts import Leading, has_bullet, read_leading, strip_bullet
from ray_app.recipe.food import foods_in
from ray_app.recipe.furniture import is_nutrition
from ray_app.recipe.headings import list_headings
from ray_app.recipe.surroundings import Surroundings
from ray_app.recipe.trailing import is_list, read_trailing
from ray_app.recipe.vocabulary import Section, is_group_heading, step_number
from ray_app.recipe.wording import is_person, is_title_case, prose_words, reads_like_method, starts_with_verb, words
from ray_app.recipe.wrapping import LONGEST_PLAIN, goes_on

_LONGEST = 14
"""Words in the longest ingredient line that is printed on one line."""

_NOT_FOOD = re.compile(
    r"\s*(?:[-–]|\d)*\s*(?:minutes?|mins?|hours?|hrs?|seconds?|secs?|days?|weeks?|degrees|°|º|x\s*\d|inch(?:es)?\s+(?:pan|tin|dish|round|square))",
    re.IGNORECASE,
)
_FIRST_NUMBER = re.compile(r"\W*[\d½⅓⅔¼¾⅛⅜⅝⅞/.,\s–-]+")


def find_ingredients(around: Surroundings, free: Sequence[bool], sections: Sequence[Section | None]) -> dict[int, bool]:
    """Returns the indexes of ingredient lines: True where one starts, False where a line goes on with the one before.

    Args:
        around: the page's lines, in reading order.
        free: whether a line may be an ingredient at all.
        sections: what a heading announces, line by line; None for lines that are no headings.
    """
    seeds = {index for index, is_free in enumerate(free) if is_free and _is_seed(index, around)}
    _drop_method(seeds, around, sections)
    seeds |= _measured_behind(around, free)
    headings = list_headings(around, free, seeds)
    free = [is_free and index not in headings for index, is_free in enumerate(free)]
    _announced(seeds, around, free, sections)
    found = set(seeds)
    followers: set[int] = set()
    for index in range(len(free)):
        if index in seeds or not free[index]:
            continue
        if index - 1 in found and goes_on(index, _head(index - 1, followers), around, seeds):
            found.add(index)
            followers.add(index)
        elif index - 1 in found and _stands_among(index, around, found):
            found.add(index)
    _grow_up(found, around, free)
    return {index: index not in followers for index in sorted(found)}


def _head(index: int, followers: Collection[int]) -> int:
    """Returns the line that an ingredient starts with, one of its lines given."""
    while index in followers:
        index -= 1
    return index


def made_amounts(around: Surroundings, free: Sequence[bool], sections: Sequence[Section | None]) -> list[int]:
    """Returns the lines that say what a recipe makes by their place: "2 large pizzas" right above "Ingredients"."""
    return [
        index - 1
        for index, section in enumerate(sections)
        if section is Section.INGREDIENTS
        and index > 0
        and free[index - 1]
        and _is_seed(index - 1, around)
        and not (index > 1 and _is_seed(index - 2, around))
    ]


def _is_seed(index: int, around: Surroundings) -> bool:
    """Tells whether a line is an ingredient by its own words: an amount, then few words that are no sentence."""
    text = around.lines[index].text
    bare = strip_bullet(text)
    leading = read_leading(text)
    if leading is None or step_number(bare) is not None or around.goes_on_prose(index):
        return False
    if not words(leading.rest) or len(words(bare)) > _LONGEST or _NOT_FOOD.match(bare[_number_end(bare) :]):
        return False
    first = leading.amounts[0]
    if first.unit is not None:
        return not (len(words(bare)) >= 6 and prose_words(leading.rest) >= 0.4 * len(words(leading.rest)))
    if first.quantity is None or (not bare[:1].isdigit() and is_title_case(bare) and not foods_only(leading.rest)):
        return False
    return not starts_with_verb(leading.rest) and prose_words(leading.rest) <= max(1, len(words(leading.rest)) // 3)


def _measured_behind(around: Surroundings, free: Sequence[bool]) -> set[int]:
    """Returns lines with their amounts at the end ("Flour ... 2 cups") that stand under each other as a list.

    A run that touches a line of a nutrition table is the rest of that table ("Fat 5 g").
    """
    found: set[int] = set()
    run: dict[int, Leading] = {}
    touched = False
    for index in range(len(free) + 1):
        text = around.lines[index].text if index < len(free) else ""
        trailing = read_trailing(text) if text and free[index] else None
        if trailing is not None and len(words(trailing.name)) <= LONGEST_PLAIN and not starts_with_verb(trailing.name):
            run[index] = trailing.leading
            continue
        touches = is_nutrition(text)
        if is_list(tuple(run.values())) and not (touched or touches):
            found |= run.keys()
        run, touched = {}, touches
    return found


def foods_only(text: str) -> bool:
    """Tells whether a text names a food and little else ("Egg" yes, "Egg Muffins I" no).

    >>> foods_only("Egg"), foods_only("Egg Muffins I")
    (True, False)
    """
    return foods_in(text) >= 1 and len(words(text)) <= 2 * foods_in(text)


def _number_end(text: str) -> int:
    match = _FIRST_NUMBER.match(text)
    return match.end() if match else 0


def _drop_method(seeds: set[int], around: Surroundings, sections: Sequence[Section | None]) -> None:
    """Takes single amounts out that stand under the heading of the method; a run of three is a list all the same."""
    current: Section | None = None
    for index, section in enumerate(sections):
        current = section or current
        if current in {Section.METHOD, Section.NOTES} and index in seeds:
            run = sum(all(step in seeds for step in range(start, start + 3)) for start in range(index - 2, index + 1))
            if not run and not has_bullet(around.lines[index].text):
                seeds.discard(index)


def _announced(seeds: set[int], around: Surroundings, free: Sequence[bool], sections: Sequence[Section | None]) -> None:
    """Adds the lines under the heading "Ingredients" that have no amounts, up to the first sentence or heading."""
    inside = False
    for index, section in enumerate(sections):
        if section is not None:
            inside = section is Section.INGREDIENTS
        elif inside and free[index] and index not in seeds:
            text = around.lines[index].text
            if around.is_prose(index) or (reads_like_method(text) and not has_bullet(text)):
                inside = False
            elif not is_group_heading(text):
                head = max((seed for seed in seeds if seed < index), default=index)
                if not goes_on(index, head, around, seeds):
                    seeds.add(index)


def _stands_among(index: int, around: Surroundings, found: set[int]) -> bool:
    """Tells whether a line without an amount is an ingredient because of the list that it stands in."""
    line, text = around.lines[index], around.lines[index].text
    if not _could_be_food(index, around):
        return False
    if has_bullet(text):
        return True
    column = [
        around.lines[number]
        for number in found
        if abs(number - index) <= 6 and abs(around.lines[number].left - line.left) <= 1.6 * around.height
    ]
    above = around.above(index)
    near = above is not None and around.gap_above(index) <= 2.0
    return bool(column) and near and around.taller(index) <= 1.3 * _list_height(around, found)


def _could_be_food(index: int, around: Surroundings) -> bool:
    text = around.lines[index].text
    count = len(words(text))
    if not 1 <= count <= LONGEST_PLAIN + 3 * has_bullet(text) or is_group_heading(text):
        return False
    if step_number(text) is not None or reads_like_method(text) or is_person(text):
        return False
    return not text.rstrip().endswith((":", ";")) and (prose_words(text) <= 1 or foods_in(text) >= 2)


def _list_height(around: Surroundings, found: set[int]) -> float:
    """Returns how high the letters of the list are, in usual letter heights."""
    heights = sorted(around.taller(index) for index in found)
    return heights[len(heights) // 2] if heights else 1.0


def _grow_up(found: set[int], around: Surroundings, free: Sequence[bool]) -> None:
    """Adds lines without an amount right above a list ("pie crust" over "6 eggs"); a title starts with a capital."""
    for index in range(len(free) - 2, 0, -1):
        text = around.lines[index].text
        if index in found or index + 1 not in found or not free[index] or not _could_be_food(index, around):
            continue
        below = around.lines[index + 1]
        aligned = abs(below.left - around.lines[index].left) <= 1.0 * around.height
        near = around.above(index + 1) == index and around.gap_above(index + 1) <= 1.8
        if near and aligned and (has_bullet(text) or text[:1].islower()) and not around.goes_on_prose(index):
            found.add(index)
