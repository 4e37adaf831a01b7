import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_app.engines.second_reading import LineReading, combine


@pytest.mark.parametrize(
    ("taught", "other", "wanted"),
    [
        ("1½ cup flonr", "11/2 cup flour", "1½ cup flour"),
        ("¾ c. sugor", "3/4c. sugar", "¾ c. sugar"),
        ("2-3 tblsp buller", "2-3 tblsp butter", "2-3 tblsp butter"),
        ("• ⅓ cup oil", "• 1/3 cup oil", "• ⅓ cup oil"),
        ("1 (14 oz) con milk", "1 (14 oz) can milk", "1 (14 oz) can milk"),
        ("350 degrees", "350 degrees", "350 degrees"),
        ("Grondma's pie", "Grandma's pie", "Grandma's pie"),
        ("½", "1/2", "½"),
        ("", "salt", "salt"),
        ("½ tsp salt", "", "½ tsp salt"),
    ],
)
def test_the_amount_is_the_taught_ones_and_the_letters_are_the_others(taught, other, wanted):
    assert combine(LineReading(taught, 0.8), LineReading(other, 0.7)).text == wanted


def test_readings_of_different_words_are_not_mixed():
    taught, other = LineReading("2 eggs", 0.6), LineReading("Bake until golden brown", 0.9)
    assert combine(taught, other) == other


def test_confidence_falls_where_amounts_differ():
    assert combine(LineReading("½ cup", 0.6), LineReading("1 cup", 0.9)).confidence == 0.6
    assert combine(LineReading("1 cup", 0.6), LineReading("1 cup", 0.9)).confidence == 0.9


LINES = st.text(alphabet="0123456789½¾⅓/-. abcdefgTc•()", max_size=24)


@given(LINES, LINES)
def test_each_character_comes_from_a_reading(taught, other):
    text = combine(LineReading(taught, 0.5), LineReading(other, 0.5)).text.replace(" ", "")
    first, second = taught.replace(" ", ""), other.replace(" ", "")
    splits = [(text[:at], text[at:]) for at in range(len(text) + 1)]
    assert any(first.startswith(head) and second.endswith(tail) for head, tail in splits) or text in (first, second)
