"""Lines that an engine read right across the gap between two columns."""

import pytest

from ray_app.geometry import Quad
from ray_app.recipe.layout import lay_out
from ray_app.types import EngineInfo, PageText, TextLine
from tests.unit.recipe.pages import CHARACTER, LETTER, page, turned

METHOD = """
12 large fresh mushrooms Wipe the mushrooms and
1 lb sausage             take the stems out. Cook
1/4 c onion              sausage and onion slowly
"""
AMID = """
1 lb sausage             Wipe the mushrooms and
12 large fresh mushrooms take the stems out. Cook
1/4 c onion              sausage and onion slowly
"""
TWO = """
2 cups flour           2 large eggs
1 teaspoon baking soda 1 teaspoon vanilla
1 cup butter, softened Nuts, if desired
3/4 cup brown sugar    1 cup oats
"""


def texts(text, rotation=0):
    made = page(text)
    return [line.text for line in lay_out(turned(made, rotation) if rotation else made)]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_line_at_the_top_of_list_and_method_is_cut(rotation):
    assert texts(METHOD, rotation) == [
        "12 large fresh mushrooms",
        "1 lb sausage",
        "1/4 c onion",
        "Wipe the mushrooms and",
        "take the stems out. Cook",
        "sausage and onion slowly",
    ]


def test_a_line_amid_them_is_cut_though_the_method_goes_on_in_small_letters():
    assert texts(AMID)[:3] == ["1 lb sausage", "12 large fresh mushrooms", "1/4 c onion"]
    assert texts(AMID)[4] == "take the stems out. Cook"


def test_two_columns_of_a_list_that_stand_close_are_kept_apart():
    assert texts(TWO) == [
        "2 cups flour",
        "1 teaspoon baking soda",
        "1 cup butter, softened",
        "3/4 cup brown sugar",
        "2 large eggs",
        "1 teaspoon vanilla",
        "Nuts, if desired",
        "1 cup oats",
    ]


def test_both_parts_keep_their_share_of_the_box():
    first, *_ = lay_out(page(METHOD))
    second = next(line for line in lay_out(page(METHOD)) if line.text == "Wipe the mushrooms and")
    assert first.line.quad.bounds[0] == 40
    assert first.line.quad.bounds[2] <= second.line.quad.bounds[0] == 40 + 25 * CHARACTER
    assert second.line.quad.bounds[3] - second.line.quad.bounds[1] == LETTER
    assert isinstance(second.line.quad, Quad)


@pytest.mark.parametrize(
    "text",
    [
        # Prose below a list in two columns.
        """
2 cups flour              3 eggs
1/2 cup sugar             1 cup milk
Mix flour and sugar in a bowl, beat in the eggs
and stir until smooth, then bake it in a hot oven.
""",
        # A long ingredient over a list in two columns.
        """
1 yeast cake dissolved in water
2 cups flour              3 eggs
1/2 cup sugar             1 cup milk
""",
        # A title over both columns.
        """
 A Cake for Sunday Afternoon Tea
2 cups flour              3 eggs
1/2 cup sugar             1 cup milk
""",
    ],
    ids=["prose", "ingredient", "title"],
)
def test_lines_that_belong_to_both_columns_stay_whole(text):
    whole = [row.strip() for row in text.strip("\n").split("\n") if "   " not in row.strip()]
    assert [line for line in texts(text) if line in whole] == whole


def boxes(*rows):
    lines = tuple(
        TextLine(text=text, confidence=0.9, quad=Quad.box(left, 40 + 24 * row, right, 60 + 24 * row))
        for row, pieces in enumerate(rows)
        for text, left, right in pieces
    )
    return PageText(image_id="p", size=(600, 400), lines=lines, engine=EngineInfo(kind="fake", version="1", models=()))


def test_a_word_that_starts_a_column_is_not_joined_to_a_line_that_ends_close_to_it():
    made = boxes(
        [("1 lb sausage", 40, 150), ("longer pink and", 384, 560)],
        [("30 large fresh mushrooms (1)", 40, 371), ("drain. Add cream", 380, 566)],
        [("1/4 c onion", 40, 150), ("cheese and basil", 381, 566)],
    )
    assert [line.text for line in lay_out(made)][:3] == ["1 lb sausage", "30 large fresh mushrooms (1)", "1/4 c onion"]


def test_names_under_each_other_are_joined_to_their_amounts():
    made = boxes(
        [("2 cups", 40, 100), ("flour", 110, 160)],
        [("1 cup", 40, 90), ("sugar", 110, 160)],
        [("½ tsp", 50, 100), ("salt", 110, 150)],
    )
    assert [line.text for line in lay_out(made)] == ["2 cups flour", "1 cup sugar", "½ tsp salt"]
