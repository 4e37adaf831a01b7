"""Ingredients whose amounts stand behind them: "Flour ..... 2 cups"."""

from fractions import Fraction

import pytest

from ray_app.options import StructureOptions
from ray_app.recipe.build import StructureStep
from ray_app.recipe.trailing import read_trailing
from ray_app.types import RecipePage
from tests.unit.recipe.pages import page

MUFFINS = """
Plain Muffins

Flour                    2 cups
Baking powder            3 tsp.
Sugar                    1/2 cup
Eggs, well beaten        2
Salt

Mix the dry things, then beat in the eggs and bake for ten
minutes in a hot oven.
"""

WANTED = [
    (Fraction(2), "cup", "Flour"),
    (Fraction(3), "teaspoon", "Baking powder"),
    (Fraction(1, 2), "cup", "Sugar"),
    (Fraction(2), None, "Eggs"),
    (None, None, "Salt"),
]


@pytest.fixture(scope="module")
def step() -> StructureStep:
    return StructureStep(StructureOptions())


def found(step: StructureStep, text: str) -> list[tuple[Fraction | None, str | None, str | None]]:
    (result,) = step.process([page(text)])
    assert isinstance(result, RecipePage)
    items = [item for recipe in result.recipes for item in recipe.ingredients]
    return [(item.amount.quantity, item.amount.unit, item.name) for item in items]


def test_a_column_of_amounts_is_joined_to_its_names(step):
    assert found(step, MUFFINS) == WANTED


def test_dots_that_lead_to_an_amount_are_no_part_of_a_name(step):
    dotted = MUFFINS.replace("Flour        ", "Flour . . . .").replace("Sugar              ", "Sugar..............")
    assert found(step, dotted) == WANTED


def test_lines_read_as_one_are_a_list_too(step):
    assert found(step, "\n".join(" ".join(row.split()) for row in MUFFINS.split("\n"))) == WANTED


@pytest.mark.parametrize(
    "text",
    [
        "Contents\n\nApple Pie                45\nBlueberry Muffins        47\nCherry Tart              52\nDamson Jam               60\n",
        "Nutrition\nCalories                120\nFat                      5 g\nSugar                    10 g\nSalt                     1 g\n",
        "Calories                120\nFat                      5 g\nSugar                    10 g\nSalt                     1 g\n",
    ],
)
def test_tables_of_contents_and_of_nutrition_are_no_lists(step, text):
    assert found(step, text) == []


def test_amounts_with_names_of_their_own_stay_with_these(step):
    two = "Cake\n\nSalt              2 cups   flour\nPepper            3 tsp.   soda\nMint              1 cup   milk\n\nMix and bake.\n"
    measured = [item for item in found(step, two) if item[0] is not None]
    assert measured == [(Fraction(2), "cup", "flour"), (Fraction(3), "teaspoon", "soda"), (Fraction(1), "cup", "milk")]


@pytest.mark.parametrize(
    ("text", "name", "quantity", "unit"),
    [
        ("Flour ........ 2 cups", "Flour", Fraction(2), "cup"),
        ("Butter, melted . . . ¼ cup", "Butter, melted", Fraction(1, 4), "cup"),
        ("Milk - 1 1/2 cups", "Milk", Fraction(3, 2), "cup"),
        ("Baking powder 3 tsp.", "Baking powder", Fraction(3), "teaspoon"),
        ("Eggs … 2", "Eggs", Fraction(2), None),
    ],
)
def test_an_amount_at_the_end_is_read(text, name, quantity, unit):
    line = read_trailing(text)
    assert line is not None
    first = line.leading.amounts[0]
    assert (line.name, first.quantity, first.unit) == (name, quantity, unit)


@pytest.mark.parametrize(
    "text", ["2 cups flour", "Yolks of 2", "Juice of 1 lemon", "Bake for 2 hours", "Salt", "Serves 4", ""]
)
def test_other_lines_have_none_there(text):
    assert read_trailing(text) is None
