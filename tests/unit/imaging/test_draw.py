from fractions import Fraction

import numpy as np

from ray_app.geometry import Quad
from ray_app.imaging.draw import caption, draw_file, draw_page, spread
from ray_app.options import PrepareOptions
from ray_app.types import (
    Amount,
    EngineInfo,
    FieldConfidence,
    ImageInput,
    ImageResult,
    Ingredient,
    PageText,
    Recipe,
    TextLine,
)
from tests.unit.imaging.pictures import encode, page


def ingredient(quad, amount, name="flour", preparation="sifted"):
    return Ingredient(
        text="",
        amounts=(amount,),
        name=name,
        preparation=preparation,
        size=None,
        comment=None,
        group=None,
        confidence=1.0,
        fields=FieldConfidence(),
        lines=(0,),
        quad=quad,
    )


def result(source="a.png", ingredients=(), number=1, read=True):
    line = TextLine(text="x", confidence=1.0, quad=Quad.box(70, 200, 400, 240))
    engine = EngineInfo(kind="fake", version="1", models=())
    recipe = Recipe(
        title=None, servings=None, times={}, ingredients=ingredients, directions=(), mentioned=(), notes=(), lines=(0,)
    )
    return ImageResult(
        image_id="a",
        source=source,
        page_number=number,
        page=PageText(image_id="a", size=(900, 700), lines=(line,), engine=engine) if read else None,
        recipes=(recipe,) if ingredients else (),
        quality=None,
        failure=None,
    )


def test_captions_say_what_was_understood():
    quad = Quad.box(0, 0, 1, 1)
    cup = Amount(quantity=Fraction(3, 2), unit="cup")
    assert caption(ingredient(quad, cup)) == "1 1/2 cup · flour · sifted"
    assert (
        caption(ingredient(quad, Amount(quantity=Fraction(2), quantity_max=Fraction(3)), "eggs", None)) == "2-3 · eggs"
    )
    assert caption(ingredient(quad, Amount(quantity=None), "salt", None)) == "salt"


def test_boxes_stand_where_the_lines_are_at_any_scale():
    image = ImageInput(image_id="a", data=encode(page()), source="a.png")
    for limit in (2048, 450):
        drawn = np.asarray(draw_page(image, result(), PrepareOptions(max_dimension=limit))).astype(int)
        scale = drawn.shape[1] / 900
        y, x = round(220 * scale), round(70 * scale)
        edge = drawn[y, x - 1 : x + 2]
        assert (edge[:, 2] - edge[:, 0]).max() > 30  # blue
        assert drawn.shape[0] == round(700 * scale)


def test_captions_stand_beside_the_picture_and_not_on_it():
    quad = Quad.box(70, 100, 400, 140)
    made = (ingredient(quad, Amount(quantity=Fraction(2), unit="cup"), "Gruyère"),)
    image = ImageInput(image_id="a", data=encode(page()), source="a.png")
    drawn = np.asarray(draw_page(image, result(ingredients=made), PrepareOptions()))
    assert drawn.shape[1] > 1000
    assert drawn.shape[0] == 700
    strip = drawn[:, 905:].min(axis=2)
    assert (strip < 100).any()
    assert strip[:60].min() == strip[400:].min() == 255


def test_places_keep_their_distance_within_the_page():
    assert spread([], 10, 100) == []
    assert spread([50, 51, 52], 10, 100) == [50, 60, 70]
    packed = spread([95, 96, 97], 10, 100)
    assert packed == [75, 85, 95]
    assert spread([0] * 20, 10, 100)[-1] <= 100


def test_files_are_drawn_page_by_page(tmp_path):
    source = tmp_path / "in" / "card.png"
    source.parent.mkdir()
    source.write_bytes(encode(page()))
    results = [result(str(source)), result(str(source), read=False)]
    written = draw_file(results, tmp_path, PrepareOptions())
    assert [path.name for path in written] == ["card.png"]
    assert (tmp_path / "card.png").stat().st_size > 1000
