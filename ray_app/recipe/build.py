"""The structure step: a page's lines to its recipes, each field with the lines that prove it.

Brings the parts together: layout.py (order), sections.py (what each line is), ingredients.py, method.py and mentioned.py (fields).
Knows nothing of pixels or engines.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from ray_app.options import StructureOptions
from ray_app.recipe.braces import braced
from ray_app.recipe.confidence import Curves, Given, curves_of, mend
from ray_app.recipe.details import details_of
from ray_app.recipe.disagreement import disagreement
from ray_app.recipe.evidence import is_recipe
from ray_app.recipe.frame import Placed, readings_of, side_by_side
from ray_app.recipe.ingredients import IngredientParser, ParsedLine
from ray_app.recipe.layout import lay_out
from ray_app.recipe.mentioned import find_mentioned
from ray_app.recipe.method import steps
from ray_app.recipe.sections import Role, classify
from ray_app.recipe.surroundings import Surroundings
from ray_app.recipe.vocabulary import times_in, yield_in
from ray_app.spans import stage
from ray_app.types import Failure, Ingredient, PageText, Recipe, RecipePage

_TITLES = frozenset((Role.TITLE, Role.TITLE_REST))
_SHORTEST_REST = 3
"""Rows of method without title or list that are kept as the rest of another page's recipe; fewer are strays."""

_ANOTHER = 5.0
"""Letter heights of empty paper between such lines and what follows: they stand on another card then."""


class StructureStep:
    """Turns lines into recipes. Loads the ingredient parser once; one thread at a time."""

    name = "structure"

    def __init__(self, options: StructureOptions) -> None:
        """Loads the parser.

        Raises:
            EngineUnavailable: its model cannot be put in place.
        """
        self._parser = IngredientParser(options.language)
        self._calibrate = options.calibrate

    def process(self, items: Sequence[PageText]) -> list[RecipePage | Failure]:
        """Structures pages; one result a page, in their order. A page without a recipe has none, and is no failure."""
        return [self._structure(page) for page in items]

    def _structure(self, page: PageText) -> RecipePage:
        with stage("layout"):
            lines = lay_out(page)
        ordered = replace(page, lines=tuple(line.line for line in lines))
        if not lines:
            return RecipePage(page=ordered, recipes=())
        roles = classify(lines)
        around = Surroundings(lines)
        parts = _parts(roles)
        curves = curves_of(page.engine) if self._calibrate else {}
        with stage("ingredient_parsing"):
            recipes = [recipe for part in parts if (recipe := self._recipe(around, roles, part, curves)) is not None]
        return RecipePage(page=ordered, recipes=tuple(recipes) if is_recipe(recipes, roles, lines) else ())

    def _recipe(
        self, around: Surroundings, roles: Sequence[Role], part: Sequence[int], curves: Curves
    ) -> Recipe | None:
        """Builds one recipe from its lines, or returns None where they hold neither ingredients nor a method."""
        title = " ".join(around.lines[index].text.strip() for index in part if roles[index] in _TITLES)
        ingredients = self._ingredients(around, roles, part, curves)
        method, headings = _method_lines(roles, part)
        directions = steps(around, method, headings)
        if not ingredients and not directions:
            return None
        if not title and not ingredients and not _is_rest(around, method):
            return None
        details = details_of(around, [index for index in part if roles[index] is Role.DETAIL])
        return Recipe(
            title=title.rstrip(" .:*") or None,
            servings=next((found for text in details if (found := yield_in(text))), None),
            times={kind: value for text in details for kind, value in times_in(text).items()},
            ingredients=ingredients,
            directions=directions,
            mentioned=find_mentioned(
                [line.line for line in around.lines],
                directions,
                ingredients,
                self._parser,
                lambda parsed, read: mend(given(parsed, read), curves),
            ),
            notes=tuple(around.lines[index].text for index in part if roles[index] is Role.NOTE),
            lines=tuple(part),
        )

    def _ingredients(
        self, around: Surroundings, roles: Sequence[Role], part: Sequence[int], curves: Curves
    ) -> tuple[Ingredient, ...]:
        found: list[Ingredient] = []
        group: str | None = None
        items = [index for index, role in enumerate(roles) if role in {Role.INGREDIENT, Role.CONTINUED}]
        braces = braced(around, items)
        for position, index in enumerate(part):
            if roles[index] is Role.GROUP:
                group = _heading(around.lines[index])
            elif roles[index] is Role.DIRECTION:
                group = None
            elif roles[index] is Role.INGREDIENT:
                whole = [index]
                for follower in part[position + 1 :]:
                    if roles[follower] is not Role.CONTINUED:
                        break
                    whole.append(follower)
                brace = _heading(around.lines[braces[index]]) if index in braces else None
                lines = [around.lines[number] for number in whole]
                found.append(self._ingredient(lines, whole, brace or group, curves))
        return tuple(found)

    def _ingredient(
        self, lines: Sequence[Placed], indexes: Sequence[int], group: str | None, curves: Curves
    ) -> Ingredient:
        text = " ".join(line.text.strip() for line in lines)
        parsed = self._parser.parse(text)
        sure = mend(given(parsed, [line.line.confidence for line in lines]), curves)
        alone = readings_of([line.line for line in lines])
        single = [parsed.amount if reading == text else self._parser.parse(reading).amount for reading in alone]
        return Ingredient(
            text=text,
            amounts=parsed.amounts,
            name=parsed.name,
            preparation=parsed.preparation,
            size=parsed.size,
            comment=parsed.comment,
            group=group,
            confidence=sure.whole,
            fields=sure.fields,
            lines=tuple(indexes),
            quad=reduce(
                lambda quad, other: quad.union(other), (line.line.quad for line in lines[1:]), lines[0].line.quad
            ),
            readings_disagree=disagreement(parsed.amount, single),
        )


def _heading(line: Placed) -> str:
    """Returns the name of a group as its heading or brace gives it."""
    return line.text.strip(" :.{}")


def _parts(roles: Sequence[Role]) -> list[list[int]]:
    """Splits a page's lines at its titles; what stands before the first one is a part of its own."""
    parts: list[list[int]] = [[]]
    for index, role in enumerate(roles):
        if role is Role.TITLE:
            parts.append([])
        if role is not Role.ASIDE:
            parts[-1].append(index)
    return [part for part in parts if part]


def _is_rest(around: Surroundings, method: Sequence[int]) -> bool:
    """Tells whether lines without title or list are the rest of a recipe that began on the page before.

    A few words are not, nor is the edge of another card that the picture shows.
    """
    lines = [around.lines[index] for index in method]
    rows = [line for position, line in enumerate(lines) if not any(side_by_side(line, one) for one in lines[:position])]
    if len(rows) < _SHORTEST_REST:
        return False
    lowest = max(line.bottom for line in lines)
    below = [line.top for line in around.lines if line.middle > lowest]
    return not below or min(below) - lowest < _ANOTHER * around.height


def _method_lines(roles: Sequence[Role], part: Sequence[int]) -> tuple[list[int], frozenset[int]]:
    """Returns the lines of the method, and those of them that are headings: groups that a step follows."""
    method: list[int] = []
    headings: set[int] = set()
    for position, index in enumerate(part):
        after = roles[part[position + 1]] if position + 1 < len(part) else None
        if roles[index] is Role.DIRECTION:
            method.append(index)
        elif roles[index] is Role.GROUP and after is Role.DIRECTION:
            method.append(index)
            headings.add(index)
    return method, frozenset(headings)


def given(parsed: ParsedLine, read: Sequence[float | None]) -> Given:
    """Returns what is known of an ingredient, its lines' confidences given; an unknown one counts as read for sure."""
    return Given(
        read=min((confidence for confidence in read if confidence is not None), default=1.0),
        trust=parsed.trust,
        quantity=parsed.amount.quantity is not None,
        unit=parsed.amount.unit is not None,
        name=parsed.name_confidence,
        preparation=parsed.preparation_confidence,
    )
