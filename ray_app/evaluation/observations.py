"""What each confidence was given for, and whether that was right: from a label and what was read, field by field.

A field without a confidence is not there. What was read where nothing stands is wrong, whatever its confidence.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from ray_app.evaluation.calibration import Seen
from ray_app.evaluation.labels import Content, Item
from ray_app.evaluation.matching import SAME_NAME, pairs, places, same_ingredient, same_name, same_unit
from ray_app.evaluation.plain import numbers, plain
from ray_app.types import ImageResult, Ingredient, Recipe, TextLine


class Field(StrEnum):
    """What a confidence is given for."""

    QUANTITY = "quantity"
    UNIT = "unit"
    NAME = "name"
    INGREDIENT = "ingredient"
    TITLE = "title"
    LINE = "line"


_SIGNS = re.compile(r"[^\w/]+")

Observed = Mapping[Field, Sequence[Seen]]


def observe(truth: Content, guess: Content, results: Sequence[ImageResult]) -> dict[Field, list[Seen]]:
    """Returns what was seen of each field.

    Args:
        truth: the label.
        guess: what was read, as the figures see it.
        results: the same with confidences, one a page.
    """
    seen: dict[Field, list[Seen]] = {field: [] for field in Field}
    placed = {j: i for i, j in places(truth, guess).items()}
    found = [one for result in results for recipe in result.recipes for one in recipe.ingredients]
    for index, (ingredient, item) in enumerate(zip(found, guess.ingredients, strict=True)):
        wanted = truth.ingredients[placed[index]] if index in placed else None
        for field, (confidence, right) in _ingredient(ingredient, item, wanted).items():
            if confidence is not None:
                seen[field].append(Seen(confidence=confidence, right=right))
    seen[Field.TITLE] = _titles(truth, results)
    text = _letters(truth.text)
    seen[Field.LINE] = [
        Seen(confidence=line.confidence, right=letters in text)
        for result in results
        for line in (result.page.lines if result.page else ())
        if line.confidence is not None and (letters := _letters(line.text))
    ]
    return seen


def _ingredient(ingredient: Ingredient, item: Item, wanted: Item | None) -> dict[Field, tuple[float | None, bool]]:
    sure = ingredient.fields
    if wanted is None:
        wrong = {Field.QUANTITY: sure.quantity, Field.UNIT: sure.unit, Field.NAME: sure.name}
        return {field: (value, False) for field, value in wrong.items()} | {
            Field.INGREDIENT: (ingredient.confidence, False)
        }
    return {
        Field.QUANTITY: (sure.quantity, numbers(wanted.quantity) == numbers(item.quantity)),
        Field.UNIT: (sure.unit, same_unit(wanted, item)),
        Field.NAME: (sure.name, same_name(wanted, item)),
        Field.INGREDIENT: (ingredient.confidence, same_ingredient(wanted, item)),
    }


def _titles(truth: Content, results: Sequence[ImageResult]) -> list[Seen]:
    """A title is as sure as the least sure of the lines that it was read from; it has no confidence of its own."""
    found = [
        (plain(recipe.title), sure)
        for result in results
        for recipe in result.recipes
        if recipe.title and result.page and (sure := title_confidence(recipe, result.page.lines)) is not None
    ]
    wanted = [plain(title) for title in truth.titles]
    hits = pairs(wanted, [title for title, _ in found], lambda score, i, j: score >= SAME_NAME)
    return [Seen(confidence=sure, right=index in hits.values()) for index, (_, sure) in enumerate(found)]


def title_confidence(recipe: Recipe, lines: Sequence[TextLine]) -> float | None:
    """Returns how sure the lines of a recipe's title were read; None where no engine said or no line holds it."""
    title = _letters(recipe.title or "")
    held: list[float] = []
    for index in recipe.lines:
        letters = _letters(lines[index].text)
        if letters and letters in title and lines[index].confidence is not None:
            held.append(lines[index].confidence or 0.0)
    return min(held, default=None)


def _letters(text: str) -> str:
    """A line stands in a text by its letters and numbers; blanks and stops are not what a cook misses."""
    return _SIGNS.sub("", plain(text))
