"""What stands around a recipe stays out of it."""

import pytest

from tests.unit.recipe.pages import page

APP = """
9:41                                5G 87%
Beef Chili
4.7 (1,203)   312 Reviews   45 Photos
Save   Rate   Print   Share
Prep Time      Cook Time      Servings
15 mins        1 hr           6
In gredients            1x   2x   3x
1 pound ground beef
O 1 onion, chopped
□] 2 cloves garlic
Directions
1. Brown the beef and drain off the fat.
2. Add the onion and simmer for one hour.
Nutrition Facts
Total Fat 12 g
Protein 24 g
You might also like
2 cups of happiness
Turkey Chili
Home   Search   Saved   Profile
"""


def recipes(structure, text):
    (found,) = structure.process([page(text)])
    return found.recipes


def test_an_apps_screen_gives_the_recipe_alone(structure):
    (recipe,) = recipes(structure, APP)
    assert (recipe.title, recipe.servings) == ("Beef Chili", "Servings 6")
    assert recipe.times == {"prep": "15 mins", "cook": "1 hr"}
    assert [(item.name, item.text) for item in recipe.ingredients] == [
        ("ground beef", "1 pound ground beef"),
        ("onion", "O 1 onion, chopped"),
        ("garlic", "□] 2 cloves garlic"),
    ]
    assert [step.text for step in recipe.directions] == [
        "Brown the beef and drain off the fat.",
        "Add the onion and simmer for one hour.",
    ]


def test_reviews_above_the_recipe_do_not_end_it(structure):
    (recipe,) = recipes(structure, "Reviews\nBeef Chili\nIngredients\n1 pound beef\nMethod\nBrown the beef and serve.")
    assert (recipe.title, len(recipe.ingredients)) == ("Beef Chili", 1)


def test_a_title_beside_a_printed_cards_blanks_is_a_title(structure):
    (recipe,) = recipes(
        structure,
        """
Here's what's cookin':   Quiche            Serves:   6
Recipe from the kitchen of:  Grandma Ida

pie crust                    Beat eggs and milk, add
6 eggs                       cheese and pour into the
1 c milk                     crust. Bake until brown.
""",
    )
    assert (recipe.title, recipe.servings) == ("Quiche", "Serves: 6")


def test_a_pages_foot_is_no_ingredient(structure):
    (recipe,) = recipes(
        structure,
        "Beef Chili\nIngredients\n1 pound beef\n1 onion\n1 cup beans\n1 cup stock\n2 tomatoes\nSalt\n\n\n\n\n64 PLAIN PANTRY",
    )
    assert [item.text for item in recipe.ingredients][-1] == "Salt"


REST = "cook until it is thick and brown,\nthen add the butter and the eggs,\nand bake in a hot oven until done."


@pytest.mark.parametrize(("blank", "titles"), [("\n\n", [None, "PANCAKES"]), ("\n" * 7, ["PANCAKES"])])
def test_the_edge_of_another_card_is_no_recipe_but_the_rest_of_another_page_is(structure, blank, titles):
    found = recipes(structure, f"{REST}{blank}PANCAKES\n1 cup flour\n1 egg\nBeat all together and fry in a hot pan.")
    assert [recipe.title for recipe in found] == titles


def test_pieces_of_one_row_do_not_make_a_recipe(structure):
    text = "Cut the butter into sugar and mix   until\nit is done. Mix pecans into it and bake\n\nQUICHE\n6 eggs\n1 cup milk"
    assert [recipe.title for recipe in recipes(structure, text)] == ["QUICHE"]
