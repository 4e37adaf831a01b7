"""Decides whether what was found on a page is a recipe, or a letter, an invoice, a page of a novel.

Careful on the side of recipes: a card that is hard to read must not be thrown away. Knows words; knows nothing of places.
"""

from collections.abc import Sequence

from ray_app.recipe.food import foods_in, is_trade, kitchen_words
from ray_app.recipe.frame import Placed
from ray_app.recipe.sections import Role
from ray_app.recipe.units import SPOONS_AND_CUPS
from ray_app.recipe.vocabulary import Section, section_of
from ray_app.types import Recipe

_ENOUGH_WORDS = 4
"""Kitchen words and foods in a method without a list; a novel's page about supper has two or three."""


def is_recipe(recipes: Sequence[Recipe], roles: Sequence[Role], lines: Sequence[Placed]) -> bool:
    """Tells whether the parts found on a page make a recipe."""
    if not recipes:
        return False
    texts = [line.text for line in lines]
    items = [item for recipe in recipes for item in recipe.ingredients]
    spoons = sum(item.amount.unit in SPOONS_AND_CUPS for item in items)
    foods = sum(foods_in(item.text) > 0 for item in items)
    announced = {section_of(text) for text in texts} & {Section.INGREDIENTS}
    if is_trade(texts) and not spoons and not announced:
        return False
    if announced or spoons >= 1 or (foods >= 1 and foods >= 0.3 * len(items)):
        return True
    method = " ".join(step.text for recipe in recipes for step in recipe.directions)
    named = " ".join(recipe.title for recipe in recipes if recipe.title)
    dense = kitchen_words(method) + min(foods_in(f"{named} {method}"), 6)
    titled = Role.TITLE in roles
    measured = sum(item.amount.quantity is not None and item.amount.unit is not None for item in items)
    if measured >= 2:
        return True
    return kitchen_words(method) >= 2 and dense >= (_ENOUGH_WORDS if titled else 2 * _ENOUGH_WORDS)
