"""Parts of a list: headings without a colon, braces, and who gave the recipe, which is no heading."""

import pytest

from ray_app.recipe.braces import braced
from ray_app.recipe.layout import lay_out
from ray_app.recipe.surroundings import Surroundings
from tests.unit.recipe.pages import page


def grouped(structure, text):
    (found,) = structure.process([page(text)])
    return [(item.group, item.text) for recipe in found.recipes for item in recipe.ingredients]


@pytest.mark.parametrize("heading", ["Filling", "FILLING", "For the filling", "APPLES", "To serve"])
def test_a_heading_amid_a_list_names_what_follows(structure, heading):
    found = grouped(
        structure,
        f"""
Apple Pie
1 cup flour
1/2 cup butter

{heading}
6 apples, sliced
1/2 cup sugar
Peel the apples and bake them in the crust.
""",
    )
    assert found == [
        (None, "1 cup flour"),
        (None, "1/2 cup butter"),
        (heading, "6 apples, sliced"),
        (heading, "1/2 cup sugar"),
    ]


@pytest.mark.parametrize("line", ["Salt", "Nutmeg", "Butter and flour"])
def test_a_food_amid_a_list_is_no_heading(structure, line):
    found = grouped(structure, f"Soup\n1 quart milk\n{line}\n2 onions\n1 cup cream\nBoil until done and serve hot.")
    assert (None, line) in found


RIGHT = """
Johnny Cake
1 cup corn meal
1 cup flour               Sift together
1 teaspoon soda
1 egg
                          {second}
1 cup sour milk
2 tablespoons molasses
Mix all together and bake in a hot oven.
"""


def test_braces_on_the_right_name_the_lines_around_their_middle(structure):
    found = grouped(structure, RIGHT.format(second="Beat well"))
    assert found == [
        ("Sift together", "1 cup corn meal"),
        ("Sift together", "1 cup flour"),
        ("Sift together", "1 teaspoon soda"),
        ("Beat well", "1 egg"),
        ("Beat well", "1 cup sour milk"),
        (None, "2 tablespoons molasses"),
    ]


def test_the_name_of_a_brace_is_no_step(structure):
    ((recipe,),) = [found.recipes for found in structure.process([page(RIGHT.format(second="Beat well"))])]
    assert [step.text for step in recipe.directions] == ["Mix all together and bake in a hot oven."]


def test_braces_on_the_left_name_their_lines(structure):
    assert grouped(
        structure,
        """
Layer Cake
            2 cups flour
   Cake     3 eggs
            1 cup butter
            2 cups powdered sugar
   Icing    1/4 cup cream
            1 teaspoon vanilla
Beat the icing until smooth and spread it over the cake.
""",
    ) == [
        ("Cake", "2 cups flour"),
        ("Cake", "3 eggs"),
        ("Cake", "1 cup butter"),
        ("Icing", "2 cups powdered sugar"),
        ("Icing", "1/4 cup cream"),
        ("Icing", "1 teaspoon vanilla"),
    ]


@pytest.mark.parametrize(
    "beside",
    [("Mix flour and", "eggs, then bake"), ("", "Bake at 350"), ("", "Serves four")],
    ids=["method", "oven", "yield"],
)
def test_other_words_beside_a_list_name_no_brace(beside):
    first, second = beside
    text = f"1 cup corn meal           {first}\n1 cup flour               {second}\n1 teaspoon soda"
    around = Surroundings(lay_out(page(text)))
    items = [index for index, line in enumerate(around.lines) if line.text.startswith("1")]
    assert braced(around, items) == {}


@pytest.mark.parametrize("giver", ["Mrs. Anna Berg", "By Maria Lund"])
def test_who_gave_the_recipe_heads_no_list(structure, giver):
    found = grouped(structure, f"BEEF CHILI\n{giver}\n1 pound beef\n1 onion\nBrown the beef with the onion until done.")
    assert found == [(None, "1 pound beef"), (None, "1 onion")]
