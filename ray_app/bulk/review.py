"""The ingredients of a dataset that a person should look at, the least sure first, with the place on the picture.

Knows the dataset; which ingredients are in doubt is told by ``recipe/doubt.py``. Holds only as many as are asked for.
"""

import heapq
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

from ray_app.bulk import dataset
from ray_app.bulk.places import Place
from ray_app.bulk.rows import READ, from_row
from ray_app.options import ReviewOptions
from ray_app.recipe.doubt import Doubt, doubt_of
from ray_app.recipe.quantities import format_quantity
from ray_app.types import Ingredient


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One ingredient in doubt.

    Attributes:
        confidence: of the whole ingredient; entries are sorted by it.
        crop: left, top, right, bottom of its lines, in pixels of the original upright image.
    """

    path: str
    page: int
    recipe: str | None
    line: str
    quantity: str | None
    unit: str | None
    name: str | None
    doubt: Doubt
    confidence: float
    crop: tuple[int, int, int, int]

    def row(self) -> dict[str, Any]:
        """Returns the entry as a flat JSON object."""
        doubt = asdict(self.doubt)
        return {
            **{name: value for name, value in asdict(self).items() if name != "doubt"},
            "confidence": round(self.confidence, 4),
            "field": doubt["field"],
            "why": doubt["why"],
            "field_confidence": round(doubt["sure"], 4),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The least sure entries, how many are in doubt, and of how many ingredients."""

    entries: tuple[Entry, ...]
    doubtful: int
    ingredients: int


def review(out: Place, options: ReviewOptions, limit: int) -> Review:
    """Goes through a finished dataset once and keeps the ``limit`` least sure entries."""
    kept: list[tuple[float, int, Entry]] = []
    number, doubtful, seen = count(), 0, 0
    for path, page, title, ingredient in _ingredients(out):
        seen += 1
        doubt = doubt_of(ingredient, options)
        if doubt is None:
            continue
        doubtful += 1
        entry = _entry(path, page, title, ingredient, doubt)
        heapq.heappush(kept, (-entry.confidence, -next(number), entry))
        if len(kept) > limit:
            heapq.heappop(kept)
    return Review(
        entries=tuple(entry for _, _, entry in sorted(kept, reverse=True)), doubtful=doubtful, ingredients=seen
    )


def _ingredients(out: Place) -> Iterator[tuple[str, int, str | None, Ingredient]]:
    for part in dataset.parts(out):
        for batch in part.batches():
            for row in batch.to_pylist():
                if row["status"] not in READ:
                    continue
                result = from_row(row)
                for recipe in result.recipes:
                    for ingredient in recipe.ingredients:
                        yield result.source, result.page_number, recipe.title, ingredient


def _entry(path: str, page: int, title: str | None, ingredient: Ingredient, doubt: Doubt) -> Entry:
    left, top, right, bottom = ingredient.quad.bounds
    return Entry(
        path=path,
        page=page,
        recipe=title,
        line=ingredient.text,
        quantity=format_quantity(ingredient.amount),
        unit=ingredient.amount.unit,
        name=ingredient.name,
        doubt=doubt,
        confidence=ingredient.confidence,
        crop=(round(left), round(top), round(right), round(bottom)),
    )
