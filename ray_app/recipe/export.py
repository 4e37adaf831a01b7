"""Results as JSON lines: one object a file, whatever its number of pages.

Knows the results' types and the form that users read; knows nothing of files, Arrow or the terminal.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ray_app.errors import WITHOUT_RECIPE
from ray_app.recipe.quantities import format_quantity
from ray_app.recipe.shortfall import why_incomplete
from ray_app.types import Amount, Failure, ImageResult, Ingredient, Recipe, Status


def to_json_line(results: Sequence[ImageResult]) -> dict[str, Any]:
    """Returns one file's pages as one object.

    Texts are joined by a line feed, recipes are numbered through the whole file. The file is ok when its pages together
    hold a title, ingredients and directions; partial when they hold less and no page failed (``error`` says why where there is
    no recipe at all, ``warnings`` else); failed when a page did. Pages without a recipe are warnings beside others.

    Args:
        results: all pages of one file in their order; at least one.
    """
    failure = verdict(results)
    pages = [result.page for result in results if result.page]
    engines = list(dict.fromkeys(page.engine.kind for page in pages))
    recipes = [recipe for result in results for recipe in result.recipes]
    return {
        "path": results[0].source,
        "status": _status(results, failure),
        "error": None if failure is None else _error(failure),
        "engine": "+".join(engines) or None,
        "text": "\n".join(page.text for page in pages),
        "title": next((recipe.title for recipe in recipes if recipe.title), None),
        "titles": [recipe.title for recipe in recipes],
        "ingredients": _ingredients(results),
        "directions": [step.text for recipe in recipes for step in recipe.directions],
        "mentioned": _mentioned(results),
        "recipes": [
            {
                "title": recipe.title,
                "servings": recipe.servings,
                "times": dict(recipe.times),
                "directions": [step.text for step in recipe.directions],
                "notes": list(recipe.notes),
            }
            for recipe in recipes
        ],
        "pages": len(results),
        "warnings": _warnings(results, failure),
    }


def verdict(results: Sequence[ImageResult]) -> Failure | None:
    """Returns why a file gives no recipe, given the results of its pages; None where it gives one."""
    failures = [result.failure for result in results if result.failure]
    hard = [failure for failure in failures if failure.code not in WITHOUT_RECIPE]
    if hard:
        return hard[0]
    return failures[0] if len(failures) == len(results) else None


def _status(results: Sequence[ImageResult], failure: Failure | None) -> Status:
    if failure is not None:
        return "partial" if failure.code in WITHOUT_RECIPE else "failed"
    recipes = [recipe for result in results for recipe in result.recipes]
    return "partial" if why_incomplete(recipes) else "ok"


def _error(failure: Failure) -> dict[str, str]:
    return {"code": str(failure.code), "message": failure.message, "advice": failure.advice}


def _ingredients(results: Sequence[ImageResult]) -> list[dict[str, Any]]:
    return [
        _ingredient(ingredient, number, page)
        for number, page, recipe in _numbered(results)
        for ingredient in recipe.ingredients
    ]


def _mentioned(results: Sequence[ImageResult]) -> list[dict[str, Any]]:
    return [
        {**_ingredient(one.ingredient, number, page), "sentence": one.sentence}
        for number, page, recipe in _numbered(results)
        for one in recipe.mentioned
    ]


def _numbered(results: Sequence[ImageResult]) -> Iterator[tuple[int, int, Recipe]]:
    """Yields each recipe with its number in the file and its page."""
    recipes = [(result.page_number, recipe) for result in results for recipe in result.recipes]
    for number, (page, recipe) in enumerate(recipes):
        yield number, page, recipe


def _ingredient(ingredient: Ingredient, recipe: int, page: int) -> dict[str, Any]:
    return {
        "line": ingredient.text,
        "quantity": format_quantity(ingredient.amount),
        "unit": ingredient.amount.unit,
        "name": ingredient.name,
        "preparation": ingredient.preparation,
        "size": ingredient.size,
        "comment": ingredient.comment,
        "group": ingredient.group,
        "confidence": round(ingredient.confidence, 4),
        "polygon": [[round(x, 1), round(y, 1)] for x, y in ingredient.quad.points],
        "recipe": recipe,
        "page": page,
        "amounts": _amounts(ingredient.amounts),
        "readings_disagree": _amounts(ingredient.readings_disagree),
    }


def _amounts(amounts: Sequence[Amount]) -> list[dict[str, Any]]:
    return [{"quantity": format_quantity(one), "unit": one.unit, "text": one.text} for one in amounts]


def _warnings(results: Sequence[ImageResult], verdict: Failure | None) -> list[dict[str, Any]]:
    """What a person may want to know of pages that did not fail the file, and remarks on those that were read."""
    found: list[dict[str, Any]] = []
    for result in results:
        if result.failure and result.failure is not verdict:
            found.append({"page": result.page_number, **_error(result.failure)})
        found += [
            {"page": result.page_number, "code": str(notice.code), "message": notice.message}
            for notice in result.notices
        ]
    return found
