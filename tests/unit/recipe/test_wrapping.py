"""Which lines of a list go on with the one above it."""

import pytest

from ray_app.geometry import Quad
from ray_app.types import EngineInfo, PageText, TextLine
from tests.unit.recipe.pages import CHARACTER, LETTER, page


def listed(structure, made):
    (found,) = structure.process([made])
    return [item.text for recipe in found.recipes for item in recipe.ingredients]


def spaced(*entries, within=24.0, between=40.0):
    """A list with space between its entries, each a tuple of lines."""
    lines, y = [], 40.0
    for entry in entries:
        for text in entry:
            quad = Quad.box(40, y, 40 + CHARACTER * len(text), y + LETTER)
            lines.append(TextLine(text=text, confidence=0.9, quad=quad))
            y += within
        y += between - within
    engine = EngineInfo(kind="fake", version="1", models=())
    return PageText(image_id="page", size=(800, int(y) + 80), lines=tuple(lines), engine=engine)


def test_lines_wrapped_without_an_indent_are_one_ingredient(structure):
    assert listed(
        structure,
        page("""
Butter Cookies
2 cups all-purpose
flour, sifted twice
1 teaspoon soda
1/2 teaspoon salt
1 cup butter at room
temperature
3/4 cup light brown
sugar
1 teaspoon vanilla
extract
"""),
    ) == [
        "2 cups all-purpose flour, sifted twice",
        "1 teaspoon soda",
        "1/2 teaspoon salt",
        "1 cup butter at room temperature",
        "3/4 cup light brown sugar",
        "1 teaspoon vanilla extract",
    ]


def test_a_line_set_in_a_little_is_an_ingredient_of_its_own_where_there_was_room_above(structure):
    assert listed(
        structure,
        page("""
Egg Salad
8 large boiled eggs
3 Tbsp mayo or Greek Yogurt, to taste
1 tsp yellow mustard
1/4 tsp paprika
   optional green onions, celery
"""),
    )[-2:] == ["1/4 tsp paprika", "optional green onions, celery"]


def test_a_line_set_in_under_a_full_one_goes_on_with_it(structure):
    assert (
        listed(
            structure,
            page("""
Stuffed Mushrooms
1 lb sausage
3 Tbsp butter, melted
3 tsp basil
30 large fresh mushrooms (12 lbs)
    stems removed
"""),
        )[-1]
        == "30 large fresh mushrooms (12 lbs) stems removed"
    )


def test_foods_in_small_letters_are_ingredients_of_their_own(structure):
    assert listed(
        structure,
        page("""
Quiche
pie crust
6 eggs
3/4 c milk or cream
chopped basil
shredded cheese
1 c ham
"""),
    ) == ["pie crust", "6 eggs", "3/4 c milk or cream", "chopped basil", "shredded cheese", "1 c ham"]


@pytest.mark.parametrize(("between", "joined"), [(40.0, True), (24.0, False)])
def test_space_between_entries_tells_what_belongs_together(structure, between, joined):
    made = spaced(
        ("Mushroom Bake",),
        ("1 cup rice",),
        ("1 can Bayside condensed cream", "Mushroom Soup"),
        ("2 cups milk",),
        ("1 onion",),
        ("1 cup peas",),
        between=between,
    )
    assert ("1 can Bayside condensed cream Mushroom Soup" in listed(structure, made)) == joined
