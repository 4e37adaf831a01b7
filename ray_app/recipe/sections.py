"""Tells for each line of a page what it is: title, detail, heading, ingredient, step, note, or none of the recipe.

Works in passes from the surest to the least sure: what a line says by itself, lists of ingredients and what stands
between and below their lines, titles, and the prose that is left. Knows lines and their places; builds nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from ray_app.recipe.amounts import has_bullet
from ray_app.recipe.braces import braced
from ray_app.recipe.frame import Placed
from ray_app.recipe.furniture import is_furniture, is_nutrition, leads_elsewhere
from ray_app.recipe.lists import find_ingredients, made_amounts
from ray_app.recipe.surroundings import Surroundings
from ray_app.recipe.titles import find_titles
from ray_app.recipe.vocabulary import (
    Section,
    is_detail,
    is_group_heading,
    is_note,
    is_yield,
    section_of,
    step_number,
)
from ray_app.recipe.wording import is_title_case, reads_like_method, words


class Role(StrEnum):
    """What a line is to the reader of a recipe."""

    TITLE = "title"
    TITLE_REST = "title_rest"
    DETAIL = "detail"
    HEADING = "heading"
    GROUP = "group"
    BRACE = "brace"
    INGREDIENT = "ingredient"
    CONTINUED = "continued"
    DIRECTION = "direction"
    NOTE = "note"
    ASIDE = "aside"


_PASSED_OVER = frozenset((Role.ASIDE, Role.CONTINUED, Role.TITLE_REST, Role.BRACE))


def classify(lines: Sequence[Placed]) -> list[Role]:
    """Returns the role of each line, in the order of ``lines`` (reading order)."""
    around = Surroundings(lines)
    sections = [section_of(line.text) for line in lines]
    under: list[Section | None] = []
    for section in sections:
        under.append(section or (under[-1] if under else None))
    fixed = [_by_itself(index, around, under[index]) for index in range(len(lines))]
    _spread_nutrition(lines, fixed)
    _end(lines, sections, fixed)
    free = [role is None for role in fixed]
    for index in made_amounts(around, free, sections):
        fixed[index] = Role.DETAIL
        free[index] = False
    items = find_ingredients(around, free, sections)
    for index in set(braced(around, items).values()):
        fixed[index] = Role.BRACE
        free[index] = False
    titles, groups = find_titles(around, free, sections, items)
    known = _known(titles, items, groups)
    roles: list[Role] = []
    for index, role in enumerate(fixed):
        settled = role or known.get(index)
        if settled is not None:
            roles.append(settled)
        else:
            list_ahead = any(number in items for number in range(index + 1, _next_title(index, titles, len(lines))))
            roles.append(_rest(index, around, roles, under[index], list_ahead=list_ahead))
    return roles


def _known(titles: Mapping[int, bool], items: Mapping[int, bool], groups: Collection[int]) -> dict[int, Role]:
    """Returns the roles of titles, headings within lists, and ingredients; a title comes before a heading."""
    known = {index: Role.INGREDIENT if starts else Role.CONTINUED for index, starts in items.items()}
    known |= dict.fromkeys(groups, Role.GROUP)
    return known | {index: Role.TITLE if starts else Role.TITLE_REST for index, starts in titles.items()}


def _by_itself(index: int, around: Surroundings, under: Section | None) -> Role | None:
    """Returns the role of a line that its own words or its place on the page settle, else None."""
    text = around.lines[index].text
    if section_of(text) is not None:
        return Role.HEADING
    if is_furniture(text) or is_nutrition(text) or around.is_running_head(index) or around.is_running_foot(index):
        return Role.ASIDE
    if is_detail(text) and not around.goes_on_prose(index) and (under is not Section.METHOD or is_yield(text)):
        return Role.DETAIL
    return Role.NOTE if is_note(text) else None


def _spread_nutrition(lines: Sequence[Placed], fixed: list[Role | None]) -> None:
    """Sets aside the short lines of a nutrition table that stand under its heading."""
    inside = False
    for index, line in enumerate(lines):
        section = section_of(line.text)
        if section is not None:
            inside = section is Section.NUTRITION
            if inside:
                fixed[index] = Role.ASIDE
        elif inside and len(words(line.text)) <= 4 and any(char.isdigit() for char in line.text):
            fixed[index] = Role.ASIDE


def _end(lines: Sequence[Placed], sections: Sequence[Section | None], fixed: list[Role | None]) -> None:
    """Sets aside what follows the recipe on a web page, from "You might also like" on."""
    begun = ended = False
    for index, section in enumerate(sections):
        if section in {Section.INGREDIENTS, Section.METHOD}:
            begun, ended = True, False
        elif begun and (ended or leads_elsewhere(lines[index].text)):
            ended = True
            fixed[index] = Role.ASIDE


def _rest(index: int, around: Surroundings, roles: Sequence[Role], under: Section | None, *, list_ahead: bool) -> Role:
    """Returns the role of a line that is in no list and no title: a step, a note, a heading in the method, or nothing."""
    text = around.lines[index].text
    before = next((role for role in reversed(roles) if role not in _PASSED_OVER), None)
    method = reads_like_method(text) or step_number(text) is not None
    if is_group_heading(text) and before in {Role.DIRECTION, Role.HEADING, Role.INGREDIENT}:
        return Role.GROUP
    if under is Section.NOTES and before in {Role.HEADING, Role.NOTE}:
        return Role.NOTE
    if before is Role.DIRECTION or (before is Role.HEADING and under is Section.METHOD):
        return Role.DIRECTION
    if before is Role.NOTE and not method:
        return Role.NOTE
    if before in {Role.TITLE, Role.DETAIL, Role.NOTE} and list_ahead and Role.INGREDIENT not in _recipe_so_far(roles):
        return Role.NOTE
    if method or around.is_prose(index):
        return Role.DIRECTION
    if before in {Role.INGREDIENT, Role.GROUP}:
        attribution = len(words(text)) <= 5 and is_title_case(text) and not has_bullet(text)
        return Role.NOTE if attribution else Role.DIRECTION
    return Role.NOTE if before in {Role.TITLE, Role.DETAIL} and len(words(text)) >= 2 else Role.ASIDE


def _next_title(index: int, titles: Collection[int], end: int) -> int:
    return min((title for title in titles if title > index), default=end)


def _recipe_so_far(roles: Sequence[Role]) -> Sequence[Role]:
    """Returns the roles from the last title on."""
    starts = [index for index, role in enumerate(roles) if role is Role.TITLE]
    return roles[starts[-1] :] if starts else roles
