from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_app.geometry import Quad
from ray_app.recipe.frame import place
from ray_app.recipe.layout import lay_out
from ray_app.types import EngineInfo, PageText, TextLine
from tests.unit.recipe.pages import CAKE, page, turned


def texts(one):
    return [line.text for line in lay_out(one)]


def pieces(*boxes, size=(600, 400), rotation=0):
    lines = tuple(TextLine(text=text, confidence=conf, quad=quad) for text, conf, quad in boxes)
    engine = EngineInfo(kind="fake", version="1", models=())
    return PageText(image_id="page", size=size, lines=lines, engine=engine, rotation=rotation)


def test_a_list_in_two_columns_is_read_column_by_column_within_its_band():
    assert texts(page(CAKE)) == [
        "Plain Cake",
        "2 cups flour",
        "1/2 cup sugar",
        "Salt",
        "3 eggs",
        "1 teaspoon vanilla",
        "1/4 cup butter, melted",
        "1 cup milk",
        "Mix flour, sugar and salt in a bowl, then add the eggs",
        "and stir until smooth. Bake in a hot oven for thirty min-",
        "utes.",
    ]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_reads_as_the_upright_one(rotation):
    assert texts(turned(page(CAKE), rotation)) == texts(page(CAKE))


def test_quads_stay_in_pixels_of_the_original():
    sideways = turned(page(CAKE), 90)
    assert {line.line.quad for line in lay_out(sideways)} == {line.quad for line in sideways.lines}


@pytest.mark.parametrize("slope", [-0.12, -0.05, 0.05, 0.12])
def test_a_tilted_page_reads_as_the_straight_one(slope):
    straight = page(CAKE)
    tilted = [
        TextLine(text=line.text, confidence=1.0, quad=Quad(tuple((x, y + slope * x) for x, y in line.quad.points)))
        for line in straight.lines
    ]
    assert texts(PageText(image_id="p", size=straight.size, lines=tuple(tilted), engine=straight.engine)) == texts(
        straight
    )


def test_an_amount_in_a_column_of_its_own_is_joined_to_its_line():
    hanging = pieces(
        ("2", 1.0, Quad.box(40, 40, 50, 60)),
        ("fresh jalapeño peppers", 0.8, Quad.box(90, 40, 290, 60)),
        ("½", 0.5, Quad.box(40, 64, 50, 84)),
        ("cup grated cheese", 0.5, Quad.box(90, 64, 250, 84)),
    )
    lines = lay_out(hanging)
    assert [line.text for line in lines] == ["2 fresh jalapeño peppers", "½ cup grated cheese"]
    assert lines[0].line.quad == Quad.box(40, 40, 290, 60)
    assert lines[0].line.confidence == pytest.approx((1 * 1.0 + 22 * 0.8) / 23)


def test_words_that_an_engine_cut_apart_are_one_line():
    cut = pieces(
        ("and bake", None, Quad.box(150, 40, 230, 60)),
        ("Mix well", None, Quad.box(40, 41, 142, 61)),
    )
    (line,) = lay_out(cut)
    assert (line.text, line.line.confidence) == ("Mix well and bake", None)


def test_what_each_recognizer_read_is_joined_too():
    once = pieces(("3 cups", 0.9, Quad.box(40, 40, 102, 60)), ("of flour", 0.9, Quad.box(110, 40, 190, 60)))
    amount, rest = once.lines
    twice = replace(once, lines=(replace(amount, readings=("3 cups", "8 cups")), rest))

    assert lay_out(once)[0].line.readings == ()
    assert lay_out(twice)[0].line.readings == ("3 cups of flour", "8 cups of flour")


def test_a_bullet_is_joined_and_a_neighbouring_column_is_not():
    listed = pieces(
        ("•", 1.0, Quad.box(40, 45, 46, 55)),
        ("2 cups flour", 1.0, Quad.box(70, 40, 180, 60)),
        ("3 eggs", 1.0, Quad.box(196, 40, 260, 60)),
    )
    assert texts(listed) == ["• 2 cups flour", "3 eggs"]


def test_a_large_title_is_not_joined_to_small_print_beside_it():
    beside = pieces(
        ("Soup", 1.0, Quad.box(40, 40, 140, 90)),
        ("serves 4", 1.0, Quad.box(145, 58, 220, 74)),
    )
    assert texts(beside) == ["Soup", "serves 4"]


def test_method_beside_ingredients_is_read_after_them():
    assert texts(
        page("""
Mushrooms

1 lb sausage              Preheat the oven.
1/4 c onion               In a large skillet cook
1 garlic clove            sausage, onion and garlic
3 tsp basil               until tender. Add cream
""")
    ) == [
        "Mushrooms",
        "1 lb sausage",
        "1/4 c onion",
        "1 garlic clove",
        "3 tsp basil",
        "Preheat the oven.",
        "In a large skillet cook",
        "sausage, onion and garlic",
        "until tender. Add cream",
    ]


def test_both_pages_of_a_spread_are_read_one_after_the_other():
    left = ["Soup", "1 quart clams", "4 cups milk", "Heat the milk and add the", "clams, then serve hot."]
    right = ["Paste", "2 cups flour", "1/4 cup lard", "Mix and roll out, then", "bake until it is brown."]
    spread = "\n".join(f"{one:<40}   {other}" for one, other in zip(left, right, strict=True))
    assert texts(page(spread)) == left + right


def test_times_in_a_row_are_read_across():
    assert texts(
        page("""
Crab Dip
Prep Time: 10 minutes   Cooking Time: 25 minutes   Makes: 4 cups
1 red bell pepper
3 green onions                                      BRAND
2 tsp olive oil
""")
    )[:5] == ["Crab Dip", "Prep Time: 10 minutes", "Cooking Time: 25 minutes", "Makes: 4 cups", "1 red bell pepper"]


def test_a_heading_under_a_column_ends_it():
    assert texts(
        page("""
2 cups flour              3 eggs
1/2 cup sugar             1 cup milk
Method
Beat.
""")
    ) == ["2 cups flour", "1/2 cup sugar", "3 eggs", "1 cup milk", "Method", "Beat."]


def test_a_title_between_two_lists_belongs_to_neither_column():
    assert (
        texts(
            page("""
                  Omelet.

4 eggs.                   1/2 teaspoon salt.
4 tablespoons milk.       1/8 teaspoon pepper.
""")
        )[0]
        == "Omelet."
    )


def test_an_empty_page_has_no_lines():
    assert lay_out(pieces()) == []
    assert lay_out(pieces(("  ", 1.0, Quad.box(0, 0, 10, 10)))) == []


boxes = st.builds(
    lambda text, left, top, width, height: (text, 0.9, Quad.box(left, top, left + width, top + height)),
    st.sampled_from(["2", "flour", "1 cup milk", "•", "Method", "Serves 4", "12", "and bake until brown"]),
    st.integers(0, 500),
    st.integers(0, 350),
    st.integers(1, 300),
    st.integers(1, 60),
)


@given(st.lists(boxes, max_size=14))
def test_every_piece_ends_up_in_exactly_one_line(found):
    one = pieces(*found)
    before = sorted(word for line in one.lines for word in line.text.split())
    assert sorted(word for line in lay_out(one) for word in line.text.split()) == before


def test_degenerate_quads_are_no_error():
    point = Quad(((5.0, 5.0),) * 4)
    assert [line.text for line in place(pieces(("x", None, point)))] == ["x"]
