"""Which field of an ingredient a person should look at first, and why. Knows one ingredient and the thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass

from ray_app.options import ReviewOptions
from ray_app.recipe.quantities import format_quantity
from ray_app.types import Amount, Ingredient


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """The field in doubt (``quantity``, ``unit``, ``name`` or ``ingredient``), in words why, and how sure it is."""

    field: str
    why: str
    sure: float


def doubt_of(ingredient: Ingredient, options: ReviewOptions) -> Doubt | None:
    """Returns the worst doubt about an ingredient; None where there is none.

    A lost quantity comes before all, then one that two recognizers have read in two ways.
    """
    amount, sure = ingredient.amount, ingredient.fields
    quantity, disagree = format_quantity(amount), ingredient.readings_disagree
    if quantity is None and (amount.unit is not None or amount.text):
        before = f" before “{amount.unit}”" if amount.unit else ""
        read = f": {_read(disagree)}" if disagree else ""
        return Doubt(field="quantity", why=f"the number{before} could not be read{read}", sure=0.0)
    if disagree:
        return Doubt(field="quantity", why=_read(disagree), sure=sure.quantity or 0.0)
    fields = (
        ("quantity", quantity, sure.quantity, options.quantity_below),
        ("unit", amount.unit, sure.unit, options.unit_below),
        ("name", ingredient.name, sure.name, options.name_below),
    )
    found = [
        (value / below, Doubt(field=field, why=f"“{read}” is right {_chance(value)}", sure=value))
        for field, read, value, below in fields
        if value is not None and value < below
    ]
    if found:
        return min(found, key=lambda one: one[0])[1]
    if ingredient.confidence < options.ingredient_below:
        why = f"all of it is right {_chance(ingredient.confidence)}"
        return Doubt(field="ingredient", why=why, sure=ingredient.confidence)
    return None


def _read(readings: Sequence[Amount]) -> str:
    """Says what each recognizer has read.

    >>> _read([Amount(quantity=None, text="%. cup"), Amount(quantity=None)])
    'read as “%. cup” and without an amount'
    """
    return "read " + " and ".join(f"as “{one.text}”" if one.text else "without an amount" for one in readings)


def _chance(share: float) -> str:
    """Says a confidence in words that a cook reads.

    >>> _chance(0.62), _chance(0.04)
    ('about 6 times in 10', 'hardly ever')
    """
    tenths = round(10 * share)
    return f"about {min(9, tenths)} times in 10" if tenths else "hardly ever"
