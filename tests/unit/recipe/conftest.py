import pytest

from ray_app.options import StructureOptions
from ray_app.recipe.build import StructureStep
from ray_app.recipe.ingredients import IngredientParser


@pytest.fixture(scope="session")
def parser() -> IngredientParser:
    return IngredientParser()


@pytest.fixture(scope="session")
def structure() -> StructureStep:
    return StructureStep(StructureOptions())
