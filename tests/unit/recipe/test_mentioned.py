import re
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from ray_app.types import RecipePage
from tests.unit.recipe.pages import page

PAGE = """
                 Rice Pudding

2 cups milk
Sugar
1/4 teaspoon salt

Cook the rice with two cups of the milk and one-
fourth cup raisins. Stir in 1/2 cup sugar, 3
eggs well beaten, 1 tablespoon milk and a cup of cream.
"""


def structured(structure, text, confidence=0.95):
    (found,) = structure.process([page(text, confidence=confidence)])
    assert isinstance(found, RecipePage)
    return found


def test_the_method_s_own_ingredients_stand_apart_from_the_list(structure):
    (recipe,) = structured(structure, PAGE).recipes

    assert [one.text for one in recipe.ingredients] == ["2 cups milk", "Sugar", "1/4 teaspoon salt"]
    assert [
        (one.ingredient.text, one.ingredient.amount.quantity, one.ingredient.amount.unit, one.ingredient.name)
        for one in recipe.mentioned
    ] == [
        ("one-fourth cup raisins", Fraction(1, 4), "cup", "raisins"),
        ("1/2 cup sugar", Fraction(1, 2), "cup", "sugar"),
        ("3 eggs well beaten", Fraction(3), None, "eggs"),
        ("a cup of cream", Fraction(1), "cup", "cream"),
    ]


def test_lines_and_sentence_prove_it(structure):
    found = structured(structure, PAGE)
    (recipe,) = found.recipes
    raisins, sugar, eggs, cream = recipe.mentioned

    assert [[found.page.lines[index].text[:8] for index in one.ingredient.lines] for one in (raisins, eggs, cream)] == [
        ["Cook the", "fourth c"],
        ["fourth c", "eggs wel"],
        ["eggs wel"],
    ]
    assert raisins.sentence == "Cook the rice with two cups of the milk and one-fourth cup raisins."
    assert sugar.sentence.startswith("Stir in 1/2 cup sugar")
    assert sugar.ingredient.quad == found.page.lines[sugar.ingredient.lines[0]].quad


def test_a_line_read_badly_makes_it_unsure(structure):
    sure = structured(structure, PAGE).recipes[0].mentioned[0].ingredient
    unsure = structured(structure, PAGE, confidence=0.4).recipes[0].mentioned[0].ingredient

    assert unsure.confidence < sure.confidence
    assert unsure.fields.quantity < sure.fields.quantity


PIECES = st.sampled_from(
    [
        "add",
        "stir",
        "in",
        "bake",
        "20",
        "minutes",
        "350",
        "degrees",
        "9-inch",
        "pan",
        "two",
        "one-half",
        "one-",
        "fourth",
        "cups",
        "cup",
        "of",
        "flour",
        "1½",
        "¾",
        "2-3",
        "tsp.",
        "salt",
        "a",
        "pinch",
        "eggs",
        "beaten",
        "the",
        ",",
        ".",
        ";",
        "(8",
        "oz)",
        "can",
        "butter",
        "and",
        "min-",
        "utes",
        "Makes",
        "12",
        "rolls",
        "1/",
        "sugar",
        "to",
        "taste",
        "into",
        "each",
        "water",
        "boiling",
        "3",
    ]
)
PROSE = st.lists(st.lists(PIECES, min_size=3, max_size=9).map(" ".join), min_size=3, max_size=6)


def squeezed(text):
    """Letters, digits and fractions alone: what joining lines leaves as it was."""
    return re.sub(r"[\W_]", "", text)


@settings(max_examples=150, deadline=None)
@given(PROSE)
def test_each_character_stands_in_the_lines_that_prove_it(structure, prose):
    method = "\n".join(["Mix the butter and the sugar in a bowl, then", *prose])
    found = structured(structure, f"Plain Cake\n\n1 cup rice\n\nMethod\n{method}\n")
    for recipe in found.recipes:
        for one in recipe.mentioned:
            read = squeezed("".join(found.page.lines[index].text for index in one.ingredient.lines))
            assert one.ingredient.lines
            assert squeezed(one.ingredient.text) in read
            assert set(squeezed(one.ingredient.name)) <= set(squeezed(one.ingredient.text))
            assert one.ingredient.text in one.sentence
            assert any(one.sentence in step.text for step in recipe.directions)
