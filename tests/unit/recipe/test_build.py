from dataclasses import replace

import pytest

from ray_app.geometry import Quad
from ray_app.recipe.amounts import strip_bullet
from ray_app.recipe.quantities import format_quantity
from ray_app.types import RecipePage
from tests.unit.recipe.pages import CAKE, DINNER, page, turned

TWO = """
PANCAKES
1 cup flour
1 egg
Beat all together and fry in a hot pan.

WAFFLES
2 cups flour
3 eggs
Mix well. Bake in a hot iron.
"""

BISCUIT = """
BREAD AND BISCUIT.                      71

            Plain Biscuit II.

2 cups flour.             ½ cup raisins stoned and
1 yeast cake dissolved in      cut in quarters.
¼ cup lukewarm water.     Flour.
                 Mrs. E. A. Smith.
  Mix and bake as Plain Biscuit I. Serve at once and
keep the rest.

            Emergency Biscuit.

  Use recipe for Plain Biscuit I. with the addition
of more milk, and bake in a hot oven.
"""


def one(structure, text):
    (found,) = structure.process([page(text)])
    assert isinstance(found, RecipePage)
    return found


def lines_of(recipe):
    return [ingredient.text for ingredient in recipe.ingredients]


def test_a_recipe_with_headings_and_groups(structure):
    (recipe,) = one(structure, DINNER).recipes
    assert (recipe.title, recipe.servings, recipe.times) == ("Tomato Pasta", "Serves 4", {"prep": "10 min"})
    assert [(item.group, item.text) for item in recipe.ingredients] == [
        ("For the sauce", "2 tbsp olive oil"),
        ("For the sauce", "1 onion, finely chopped"),
        ("For the sauce", "100 ml cream, plus extra to serve"),
        ("For the pasta", "400 g penne"),
        ("For the pasta", "salt to taste"),
    ]
    assert [step.text for step in recipe.directions] == [
        "Fry the onion in the oil for 8 minutes until soft.",
        "Add the cream and simmer for 15 minutes.",
        "Boil the penne and stir it in.",
    ]
    assert recipe.notes == ("Freezes well for a month.",)


def test_an_old_cookbook_page_with_two_recipes(structure):
    first, second = one(structure, BISCUIT).recipes
    assert (first.title, second.title) == ("Plain Biscuit II", "Emergency Biscuit")
    assert lines_of(first) == [
        "2 cups flour.",
        "1 yeast cake dissolved in",
        "¼ cup lukewarm water.",
        "½ cup raisins stoned and cut in quarters.",
        "Flour.",
    ]
    assert first.notes == ("Mrs. E. A. Smith.",)
    assert first.directions[0].text == "Mix and bake as Plain Biscuit I. Serve at once and keep the rest."
    assert second.ingredients == ()


def test_a_title_of_two_large_lines_is_one(structure):
    large = page("Cashew Crab\nArtichoke Dip\n2 cans crabmeat\n1 cup mayonnaise\nMix and bake until bubbly.\n1\n2")
    lines = tuple(
        replace(line, quad=Quad.box(40, top, 300, top + height))
        for line, (top, height) in zip(large.lines, [(20, 36), (60, 36), (110, 16), (130, 16), (160, 16)], strict=False)
    )
    (found,) = structure.process([replace(large, lines=lines)])
    assert [recipe.title for recipe in found.recipes] == ["Cashew Crab Artichoke Dip"]


def test_each_title_starts_a_recipe(structure):
    found = one(structure, TWO)
    assert [(recipe.title, lines_of(recipe)) for recipe in found.recipes] == [
        ("PANCAKES", ["1 cup flour", "1 egg"]),
        ("WAFFLES", ["2 cups flour", "3 eggs"]),
    ]


@pytest.mark.parametrize("text", [CAKE, DINNER, TWO, BISCUIT])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_each_field_has_its_proof(structure, text, rotation):
    upright = page(text)
    (found,) = structure.process([turned(upright, rotation) if rotation else upright])
    read = [line.text for line in found.page.lines]
    for recipe in found.recipes:
        assert recipe.lines
        for step in recipe.directions:
            assert step.lines
            assert set(step.lines) <= set(recipe.lines)
        for item in recipe.ingredients:
            assert item.lines
            assert set(item.lines) <= set(recipe.lines)
            source = " ".join(read[index] for index in item.lines)
            assert item.text == source
            for field in (item.name, item.preparation, item.size, item.comment):
                assert all(word.strip(",.()") in source for word in (field or "").split())


def test_a_page_keeps_all_its_lines_in_reading_order(structure):
    found = one(structure, CAKE)
    assert sorted(line.text for line in found.page.lines) == sorted(line.text for line in page(CAKE).lines)


def test_confidence_is_that_of_the_reading_times_the_parsing(structure):
    (sure,), (unsure,) = (structure.process([page(CAKE, confidence=value)])[0].recipes for value in (1.0, 0.5))
    for one_item, other in zip(sure.ingredients, unsure.ingredients, strict=True):
        assert other.confidence == pytest.approx(0.5 * one_item.confidence)
        assert other.fields.name == pytest.approx(0.5 * one_item.fields.name)
        assert (other.fields.quantity is None) == (other.amount.quantity is None)


def test_an_unknown_confidence_counts_as_sure_reading(structure):
    (recipe,) = structure.process([page(CAKE, confidence=None)])[0].recipes
    assert all(0 < item.confidence <= 1 for item in recipe.ingredients)


def test_the_word_recipe_of_an_announced_list_without_amounts(structure):
    (recipe,) = one(
        structure,
        """
Page 450
Best Pizza
2 large pizzas
Ingredients:
Olive oil
Flour
Yeast
Instructions
Mix together the flour and yeast. Let rest for 1 hour.
""",
    ).recipes
    assert (recipe.title, recipe.servings) == ("Best Pizza", "2 large pizzas")
    assert lines_of(recipe) == ["Olive oil", "Flour", "Yeast"]


def test_numbers_in_a_method_are_no_ingredients(structure):
    (recipe,) = one(
        structure,
        """
Rice
2 cups rice
1 Rinse the rice in
2 cups of water until it is clear.
2 Boil for
10 minutes and drain.
""",
    ).recipes
    assert lines_of(recipe) == ["2 cups rice"]


def test_a_card_with_ingredients_only(structure):
    (recipe,) = one(
        structure,
        """
    Quiche
pie crust
6 eggs
3/4 c milk or cream
pinch black pepper
chopped basil
""",
    ).recipes
    assert recipe.title == "Quiche"
    assert lines_of(recipe) == ["pie crust", "6 eggs", "3/4 c milk or cream", "pinch black pepper", "chopped basil"]
    assert [format_quantity(item.amount) for item in recipe.ingredients] == [None, "6", "3/4", None, None]


def test_bullets_are_kept_in_the_line_and_left_out_of_the_name(structure):
    (recipe,) = one(
        structure,
        """
Plain Paste
• 1 1/2 cups flour
• 1/4 cup lard
• Cold water
Mix and roll out.
""",
    ).recipes
    assert lines_of(recipe)[2] == "• Cold water"
    assert recipe.ingredients[2].name == "Cold water"
    assert all(strip_bullet(item.text) != item.text for item in recipe.ingredients)


def test_app_and_page_furniture_stay_out(structure):
    (recipe,) = one(
        structure,
        """
9:41
https://www.example.com/recipes/soup
Save Share
Onion Soup
A favourite that the whole family loves.
Ingredients
2 onions
1 l stock
Method
Fry the onions in a pan and add the stock.
Nutrition
Calories 420
Fat 18 g
""",
    ).recipes
    assert recipe.title == "Onion Soup"
    assert lines_of(recipe) == ["2 onions", "1 l stock"]
    assert [step.text for step in recipe.directions] == ["Fry the onions in a pan and add the stock."]
    assert recipe.notes == ("A favourite that the whole family loves.",)


def test_headings_within_a_method_open_their_step(structure):
    (recipe,) = one(
        structure,
        """
Cake
2 cups flour
Method
Mix the flour with water and bake it.
For the icing:
Beat the sugar until stiff.
""",
    ).recipes
    assert [step.text for step in recipe.directions] == [
        "Mix the flour with water and bake it.",
        "For the icing: Beat the sugar until stiff.",
    ]


def test_a_method_carried_over_from_another_page_has_no_title(structure):
    rest, cake = one(
        structure,
        """
stiff batter, and raisins; cover, and let rise over night; in
morning spread in a buttered pan one-half inch thick. Cover
and let rise again. Before baking, brush over with beaten egg.

                     Plain Cake.

2 cups flour.
1 egg.
Mix and bake in a hot oven.
""",
    ).recipes
    assert (rest.title, cake.title) == (None, "Plain Cake")
    assert rest.ingredients == ()


LETTER = """
12 May 1954
Dear Anna,
Thank you for your letter of 3 weeks ago. We had 2 days of
rain, and the garden is full of water. I made a cake for
the children and they ate it all in 10 minutes. John will
come to see you in June; he takes the train at 5.
With love,
Mary
"""
INVOICE = """
ACME Supplies Ltd.
Invoice 10017
Qty Description Unit price Amount
2 Boxes of screws 4.50 9.00
1 Can white paint 12.00 12.00
10 kg cement 0.80 8.00
Subtotal 44.00
Total $52.80
"""
RECEIPT = """
SUPERMARKET
Milk 2l 1.89
2 Bread 1.50 3.00
Butter 250g 2.10
TOTAL 10.19
"""
NOVEL = """
It was a bright cold day in the hills, and the clocks of the
village had stopped. He turned from the window, left the
room and went down to the kitchen, where two women were at
work over a pot of soup. "Take some bread," said the older
one, "and leave the door open." He took a piece of bread and
a little salt, and sat by the fire until it was dark.
"""
TASKS = """
Monday
1 Call the bank
2 Pay rent
3 Fix the car
"""


@pytest.mark.parametrize(
    "text", [LETTER, INVOICE, RECEIPT, NOVEL, TASKS], ids=["letter", "invoice", "receipt", "novel", "tasks"]
)
def test_other_papers_are_no_recipes(structure, text):
    found = one(structure, text)
    assert found.recipes == ()
    assert found.page.lines


@pytest.mark.parametrize(
    "text",
    [
        "2 eggs\nflour",
        "Baked Chicken\nDress, clean, and cut up two chickens. Place in a pan,\nand bake thirty minutes in a hot oven.",
    ],
    ids=["a list alone", "a title and prose"],
)
def test_little_is_enough_for_a_recipe(structure, text):
    assert len(one(structure, text).recipes) == 1


def test_an_empty_page_has_no_recipe(structure):
    assert one(structure, "   ").recipes == ()


def test_pages_come_back_in_order(structure):
    pages = structure.process([page(CAKE), page(LETTER), page(DINNER)])
    assert [found.recipes[0].title if found.recipes else None for found in pages] == [
        "Plain Cake",
        None,
        "Tomato Pasta",
    ]


def test_a_recipe_named_in_passing_is_no_title(structure):
    found = one(
        structure,
        """
            Almond Pudding
3 cups milk
1/4 cup sugar
Mix the sugar with the milk and cook until it is
thick. Mould, chill and serve with
Claret Sauce.

            Sponge Drops
3 eggs
1/2 cup flour
Beat the eggs and bake for eight minutes. Fill with
Lemon Filling (see page 512).
""",
    )
    assert [recipe.title for recipe in found.recipes] == ["Almond Pudding", "Sponge Drops"]
    assert found.recipes[0].directions[-1].text.endswith("serve with Claret Sauce.")


def test_who_gave_a_recipe_is_no_ingredient_though_the_name_stands_among_them(structure):
    text = (
        "Corn Cake\n\n1 cup flour\nMrs. E. A. Dwinell\n2 cups meal\n1 egg\n\nMix and bake in a hot oven for an hour.\n"
    )
    (recipe,) = one(structure, text).recipes
    assert [item.text for item in recipe.ingredients] == ["1 cup flour", "2 cups meal", "1 egg"]
