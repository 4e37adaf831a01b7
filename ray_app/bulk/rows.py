"""Results turned into Parquet rows and back, with nothing lost.

Knows the schema and the types; knows nothing of Ray, files or how a result came about.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pyarrow as pa

from ray_app.bulk.schema import ENGINE, FIELDS, QUALITY, SCHEMA
from ray_app.errors import FailureCode, NoticeCode
from ray_app.geometry import Quad
from ray_app.recipe.quantities import format_quantity
from ray_app.types import (
    Amount,
    Direction,
    EngineInfo,
    Failure,
    FieldConfidence,
    ImageResult,
    Ingredient,
    Mentioned,
    Notice,
    PageText,
    Quality,
    Recipe,
    TextLine,
)

READ = frozenset(("ok", "partial", "failed"))
"""Statuses of rows that have a result."""


def to_row(result: ImageResult) -> dict[str, Any]:
    """Returns the row of one result, as plain values."""
    page, failure = result.page, result.failure
    row: dict[str, Any] = {
        "image_id": result.image_id,
        "path": result.source,
        "page": result.page_number,
        "status": result.status,
        "titles": [recipe.title for recipe in result.recipes],
        "title": next((recipe.title for recipe in result.recipes if recipe.title), None),
        "ingredients": [
            _ingredient(ingredient, number)
            for number, recipe in enumerate(result.recipes)
            for ingredient in recipe.ingredients
        ],
        "directions": [step.text for recipe in result.recipes for step in recipe.directions],
        "mentioned": [
            {**_ingredient(one.ingredient, number), "sentence": one.sentence}
            for number, recipe in enumerate(result.recipes)
            for one in recipe.mentioned
        ],
        "recipes": [_recipe(recipe) for recipe in result.recipes],
        "notices": [{"code": str(notice.code), "message": notice.message} for notice in result.notices],
        "timings": list(result.timings.items()),
        "fingerprint": result.fingerprint,
    }
    if failure is not None:
        row |= {
            "error_code": str(failure.code),
            "error_step": failure.step,
            "error_message": failure.message,
            "error_advice": failure.advice,
            "retryable": failure.retryable,
        }
    if page is not None:
        info = page.engine
        row |= {
            "engine": info.kind,
            "engine_info": {**_values(info, ENGINE), "models": list(info.models)},
            "text": page.text,
            "lines": [_line(line) for line in page.lines],
            "width": page.size[0],
            "height": page.size[1],
            "rotation": page.rotation,
        }
    if result.quality is not None:
        row["quality"] = _values(result.quality, QUALITY)
    return row


def to_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Returns rows as a table of :data:`SCHEMA`; what a row leaves out is null."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def _values(value: object, struct: pa.StructType) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in struct}


def _corners(quad: Quad) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in quad.points]


def _line(line: TextLine) -> dict[str, Any]:
    return {
        "text": line.text,
        "confidence": line.confidence,
        "polygon": _corners(line.quad),
        "readings": list(line.readings),
    }


def _ingredient(ingredient: Ingredient, recipe: int) -> dict[str, Any]:
    return {
        "line": ingredient.text,
        "quantity": format_quantity(ingredient.amount),
        "unit": ingredient.amount.unit,
        "name": ingredient.name,
        "preparation": ingredient.preparation,
        "size": ingredient.size,
        "comment": ingredient.comment,
        "group": ingredient.group,
        "confidence": ingredient.confidence,
        "polygon": _corners(ingredient.quad),
        "recipe": recipe,
        "amounts": [_amount(amount) for amount in ingredient.amounts],
        "field_confidence": _values(ingredient.fields, FIELDS),
        "lines": list(ingredient.lines),
        "readings_disagree": [_amount(amount) for amount in ingredient.readings_disagree],
    }


def _amount(amount: Amount) -> dict[str, Any]:
    return {
        "quantity": _fraction(amount.quantity),
        "quantity_max": _fraction(amount.quantity_max),
        "unit": amount.unit,
        "text": amount.text,
    }


def _recipe(recipe: Recipe) -> dict[str, Any]:
    return {
        "title": recipe.title,
        "servings": recipe.servings,
        "times": list(recipe.times.items()),
        "directions": [{"text": step.text, "lines": list(step.lines)} for step in recipe.directions],
        "notes": list(recipe.notes),
        "lines": list(recipe.lines),
    }


def _fraction(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def from_row(row: Mapping[str, Any]) -> ImageResult:
    """Returns the result that a row (of ``Table.to_pylist``) was made from; ``to_row`` of it is the row again.

    Raises:
        ValueError: the row is a duplicate or was skipped, so that it never had a result.
    """
    if row["status"] not in READ:
        raise ValueError(f"{row['path']} is {row['status']}: it was not read")
    failure = None
    if row["error_code"] is not None:
        failure = Failure(
            code=FailureCode(row["error_code"]),
            step=row["error_step"] or "",
            message=row["error_message"] or "",
            advice=row["error_advice"] or "",
            retryable=bool(row["retryable"]),
        )
    ingredients, mentioned = row["ingredients"] or [], row["mentioned"] or []
    return ImageResult(
        image_id=row["image_id"],
        source=row["path"],
        page_number=row["page"],
        page=_page_of(row),
        recipes=tuple(
            _recipe_of(
                recipe,
                [one for one in ingredients if one["recipe"] == number],
                [one for one in mentioned if one["recipe"] == number],
            )
            for number, recipe in enumerate(row["recipes"] or [])
        ),
        quality=Quality(**row["quality"]) if row["quality"] else None,
        failure=failure,
        notices=tuple(Notice(code=NoticeCode(one["code"]), message=one["message"]) for one in row["notices"] or []),
        timings=dict(row["timings"] or []),
        fingerprint=row["fingerprint"] or "",
    )


def _page_of(row: Mapping[str, Any]) -> PageText | None:
    info = row["engine_info"]
    if info is None:
        return None
    return PageText(
        image_id=row["image_id"],
        size=(row["width"], row["height"]),
        lines=tuple(
            TextLine(
                text=line["text"],
                confidence=line["confidence"],
                quad=_quad(line["polygon"]),
                readings=tuple(line["readings"]),
            )
            for line in row["lines"]
        ),
        engine=EngineInfo(**{**info, "models": tuple(info["models"])}),
        rotation=row["rotation"],
    )


def _recipe_of(
    recipe: Mapping[str, Any], ingredients: Iterable[Mapping[str, Any]], mentioned: Iterable[Mapping[str, Any]]
) -> Recipe:
    return Recipe(
        title=recipe["title"],
        servings=recipe["servings"],
        times=dict(recipe["times"]),
        ingredients=tuple(_ingredient_of(one) for one in ingredients),
        directions=tuple(Direction(text=step["text"], lines=tuple(step["lines"])) for step in recipe["directions"]),
        mentioned=tuple(Mentioned(ingredient=_ingredient_of(one), sentence=one["sentence"]) for one in mentioned),
        notes=tuple(recipe["notes"]),
        lines=tuple(recipe["lines"]),
    )


def _ingredient_of(one: Mapping[str, Any]) -> Ingredient:
    return Ingredient(
        text=one["line"],
        amounts=tuple(map(_amount_of, one["amounts"])),
        name=one["name"],
        preparation=one["preparation"],
        size=one["size"],
        comment=one["comment"],
        group=one["group"],
        confidence=one["confidence"],
        fields=FieldConfidence(**one["field_confidence"]),
        lines=tuple(one["lines"]),
        quad=_quad(one["polygon"]),
        readings_disagree=tuple(map(_amount_of, one["readings_disagree"])),
    )


def _amount_of(amount: Mapping[str, Any]) -> Amount:
    return Amount(
        quantity=None if amount["quantity"] is None else Fraction(amount["quantity"]),
        quantity_max=None if amount["quantity_max"] is None else Fraction(amount["quantity_max"]),
        unit=amount["unit"],
        text=amount["text"],
    )


def _quad(corners: Sequence[Sequence[float]]) -> Quad:
    a, b, c, d = ((x, y) for x, y in corners)
    return Quad((a, b, c, d))
