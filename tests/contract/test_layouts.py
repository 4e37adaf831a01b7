"""The whole pipeline with the default engine over pages drawn here, one for each layout that recipes come in."""

import io
import re

import pytest
from PIL import Image
from rapidfuzz import fuzz

from ray_app.imaging.identity import image_id
from ray_app.options import PipelineOptions
from ray_app.pipeline import RecipePipeline
from ray_app.recipe.amounts import strip_bullet
from ray_app.types import ImageInput, Recipe
from tests.contract.layouts import PAGES, Drawn


@pytest.fixture(scope="module")
def pipeline() -> RecipePipeline:
    return RecipePipeline.from_options(PipelineOptions())


def read(pipeline: RecipePipeline, page: Drawn) -> tuple[Recipe, ...]:
    buffer = io.BytesIO()
    Image.fromarray(page.pixels).save(buffer, "PNG")
    data = buffer.getvalue()
    (result,) = pipeline.run([ImageInput(image_id=image_id(data), data=data, source="drawn.png")])
    return result.recipes


def letters(text: str | None) -> str:
    return re.sub(r"[^a-z]", "", strip_bullet(text or "").lower())


def alike(one: str | None, other: str | None) -> bool:
    """The same but for a letter or two misread: what is tested is which words stand together."""
    return fuzz.ratio(letters(one), letters(other)) >= 85


@pytest.mark.parametrize("name", PAGES)
def test_each_recipe_has_its_title_and_its_ingredients_line_by_line(name: str, pipeline: RecipePipeline) -> None:
    page = PAGES[name]()
    recipes = read(pipeline, page)

    assert [letters(recipe.title) for recipe in recipes] == [letters(title) for title, _ in page.recipes]
    for recipe, (_, lines) in zip(recipes, page.recipes, strict=True):
        found = [item.text for item in recipe.ingredients]
        assert len(found) == len(lines), found
        assert [one for one, other in zip(found, lines, strict=True) if not alike(one, other)] == []
        for item, line in zip(recipe.ingredients, lines, strict=True):
            wanted = page.groups.get(line)
            assert (item.group is None) == (wanted is None)
            assert wanted is None or alike(item.group, wanted)
        assert recipe.directions
