from ray_app.engines.beside import on_card
from ray_app.errors import NoticeCode
from ray_app.geometry import Quad
from ray_app.types import TextLine

CARD = Quad(((20, 100), (180, 110), (200, 300), (0, 300)))


def line(text: str, left: float, top: float) -> TextLine:
    return TextLine(text=text, confidence=0.9, quad=Quad.box(left, top, left + 40, top + 10))


ON = (line("2 cups flour", 60, 150), line("3 eggs", 60, 170))
BESIDE = line("Kitchen News", 60, 20)


def test_lines_beside_the_card_are_left_out_with_a_remark() -> None:
    lines, (notice,) = on_card((BESIDE, *ON), CARD)

    assert lines == ON
    assert notice.code is NoticeCode.TEXT_BESIDE_CARD
    assert "left out: 1" in notice.message


def test_without_a_card_all_lines_stay() -> None:
    assert on_card((BESIDE, *ON), None) == ((BESIDE, *ON), ())


def test_a_line_that_reaches_over_the_edge_of_the_card_stays_with_its_middle() -> None:
    assert on_card((line("Plain Cake", 60, 100), *ON), CARD)[1] == ()


def test_where_most_of_the_text_stands_beside_it_is_no_card() -> None:
    method = tuple(line("Mix and bake for one hour.", 60, 310 + 12 * row) for row in range(3))

    assert on_card((*ON, *method), CARD) == ((*ON, *method), ())
