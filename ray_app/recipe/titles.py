"""Finds the titles of a page's recipes, and the headings within a list ("For the sauce").

A title is short, stands out by place, size or capitals, ends what was before, and has a recipe under it. Knows lines and
their surroundings.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from ray_app.recipe.amounts import has_bullet
from ray_app.recipe.surroundings import Surroundings
from ray_app.recipe.vocabulary import Section, is_detail, is_group_heading, times_in
from ray_app.recipe.wording import is_person, is_title_case, is_unfinished, reads_like_method, starts_with_verb, words

_ENOUGH = 4
"""Points that make a title; see ``_points``. Chosen on 25 labelled pages of five kinds."""

_LONGEST = 11
_LOOK_AHEAD = 4
"""Lines of description or details that may stand between a title and its recipe."""

_CAPITAL = re.compile(r"[^a-zA-Z]*[A-ZÀ-Ý]")


def find_titles(
    around: Surroundings, free: Sequence[bool], sections: Sequence[Section | None], items: Mapping[int, bool]
) -> tuple[dict[int, bool], frozenset[int]]:
    """Returns the indexes of titles (True where one starts, False for its further lines), and of headings within lists.

    Args:
        around: the page's lines, in reading order.
        free: whether a line may be a title at all.
        sections: what a heading announces, line by line.
        items: the ingredient lines.
    """
    titles: dict[int, bool] = {}
    groups: set[int] = set()
    last: int | None = None
    for index in range(len(free)):
        if not free[index] or index in items or not _worded_like_title(index, around):
            continue
        below = _below(index, around, free, sections, items)
        if index - 1 in titles and _same_heading(index, around):
            titles[index] = False
        elif below is None:
            continue
        elif _is_group(index, around, items, last, below):
            groups.add(index)
        elif _points(index, around, below, items, first=not titles) >= _ENOUGH:
            titles[index] = True
            last = index
    return titles, frozenset(groups)


def _worded_like_title(index: int, around: Surroundings) -> bool:
    text = around.lines[index].text.strip()
    count = len(words(text))
    if not 1 <= count <= _LONGEST or len(text) < 3 or _CAPITAL.match(text) is None or has_bullet(text):
        return False
    if text.endswith((",", ";", "-")) or is_detail(text) or times_in(text):
        return False
    sentence = starts_with_verb(text) and not is_title_case(text)
    above = around.above(index)
    runs_on = (
        above is not None
        and around.follows(index)
        and (is_unfinished(around.lines[above].text) or around.goes_on_prose(index))
    )
    return not sentence and not runs_on


def _below(
    index: int,
    around: Surroundings,
    free: Sequence[bool],
    sections: Sequence[Section | None],
    items: Mapping[int, bool],
) -> str | None:
    """Returns what stands under a line: "list", "method", or None where no recipe follows it."""
    skipped = 0
    for number in range(index + 1, len(free)):
        text = around.lines[number].text
        if number in items or sections[number] is Section.INGREDIENTS:
            return "list"
        if sections[number] is Section.METHOD or (free[number] and reads_like_method(text)):
            return "method"
        skipped += free[number]
        if skipped > _LOOK_AHEAD:
            break
    return None


def _same_heading(index: int, around: Surroundings) -> bool:
    """Tells whether a line is the second one of the title above it: as large, right under it."""
    above = around.above(index)
    if above is None:
        return False
    size, upper = around.lines[index].height, around.lines[above].height
    close = around.lines[index].middle - around.lines[above].middle <= 1.8 * max(size, upper)
    return close and around.taller(index) >= 1.3 and abs(size - upper) <= 0.2 * upper


def _is_group(index: int, around: Surroundings, items: Mapping[int, bool], last: int | None, below: str) -> bool:
    """Tells whether a heading stands within one recipe: worded so, or between two parts of a list without a method."""
    text = around.lines[index].text
    listed = [number for number in items if number < index and (last is None or number > last)]
    if below != "list" or (last is None and not listed):
        return False
    if is_group_heading(text):
        return True
    if not listed and (is_person(text) or around.is_set_right(index) or not _heads_next(index, around)):
        return False
    between = [number for number in range((listed[-1] if listed else last or 0) + 1, index) if number not in items]
    unbroken = bool(listed) and all(not reads_like_method(around.lines[number].text) for number in between)
    smaller = last is not None and around.lines[index].height < 0.9 * around.lines[last].height
    return (unbroken and len(between) <= 1) or (smaller and not listed and index - (last or 0) <= _LOOK_AHEAD)


def _heads_next(index: int, around: Surroundings) -> bool:
    """Tells whether a line stands nearer to what follows than to the title above: a heading, not who gave the recipe."""
    return around.above(index + 1) != index or around.gap_above(index + 1) <= around.gap_above(index)


def _points(index: int, around: Surroundings, below: str, items: Collection[int], *, first: bool) -> int:
    """Counts what speaks for a title.

    Two for a list under it and for letters 1.4 times as high as usual; one each for a method under it, letters 1.15 times
    as high, capitals, space above, standing in the middle, being the first on the page, and a step right under a line in
    capitals that is set apart. Minus two for standing right, as who gave the recipe does, and for a sentence of a method;
    minus one for standing close under a list.
    """
    text, taller = around.lines[index].text, around.taller(index)
    points = 2 if below == "list" else 1
    points += 2 if taller >= 1.4 else 1 if taller >= 1.15 else 0
    points += is_title_case(text)
    points += around.gap_above(index) >= 1.3
    points += around.is_centred(index)
    points += first
    apart = around.gap_above(index) >= 1.3 or around.is_centred(index)
    points += below == "method" and apart and _heads_a_sentence(index, around)
    points -= 2 * around.is_set_right(index)
    points -= index - 1 in items and around.gap_above(index) < 1.3
    points -= 2 * (starts_with_verb(text) and not around.is_centred(index))
    points -= 2 * (reads_like_method(text) and not is_title_case(text))
    return points


def _heads_a_sentence(index: int, around: Surroundings) -> bool:
    """Tells whether a line in capitals is followed at once by one that starts as steps do."""
    follows = index + 1 < len(around.lines) and around.above(index + 1) == index
    return is_title_case(around.lines[index].text) and follows and starts_with_verb(around.lines[index + 1].text)
