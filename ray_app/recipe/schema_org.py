"""A recipe as schema.org/Recipe JSON-LD, in the form that Mealie and Tandoor import.

Says only what the page says: a field that was not read is left out, never filled.
"""

import re
from typing import Any

from ray_app.types import Recipe

_TIME_FIELDS = {"prep": "prepTime", "cook": "cookTime", "total": "totalTime"}
_SPAN = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)?)(?:\s*(?P<half>½|1/2))?\s*(?P<unit>h(?:ou)?rs?|h\b|min(?:ute)?s?|m\b)", re.I
)
_RANGE = re.compile(r"\d\s*(?:-|–|to)\s*\d")


def to_schema_org(recipe: Recipe, *, source: str | None = None) -> dict[str, Any]:
    """Returns the JSON-LD object of one recipe.

    Args:
        recipe: as read.
        source: where it was read from, for ``isBasedOn``; left out where None.
    """
    found: dict[str, Any] = {"@context": "https://schema.org", "@type": "Recipe"}
    optional: dict[str, Any] = {
        "name": recipe.title,
        "recipeYield": recipe.servings,
        "recipeIngredient": [ingredient.text for ingredient in recipe.ingredients],
        "recipeInstructions": [{"@type": "HowToStep", "text": step.text} for step in recipe.directions],
        "comment": [{"@type": "Comment", "text": note} for note in recipe.notes],
        "isBasedOn": source,
    }
    for kind, name in _TIME_FIELDS.items():
        optional[name] = iso_duration(recipe.times.get(kind, ""))
    return found | {name: value for name, value in optional.items() if value}


def iso_duration(text: str) -> str | None:
    """Returns an ISO 8601 duration of a written time, or None where none is plain to see.

    A range ("20-25 minutes") has no one duration; importers take nothing else, so it is left out.

    >>> iso_duration("1 hour 10 min"), iso_duration("1 1/2 hours"), iso_duration("20-25 minutes")
    ('PT1H10M', 'PT1H30M', None)
    """
    if _RANGE.search(text):
        return None
    minutes = 0.0
    for match in _SPAN.finditer(text):
        number = float(match["number"].replace(",", ".")) + (0.5 if match["half"] else 0.0)
        minutes += number * (60 if match["unit"].lower().startswith("h") else 1)
    hours, rest = divmod(round(minutes), 60)
    if not minutes:
        return None
    return "PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")
