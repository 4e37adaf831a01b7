from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_app.recipe.quantities import format_number, format_quantity, number, parse_quantity, plain, read_number
from ray_app.types import Amount

WRITTEN = {
    "2": Fraction(2),
    "1/2": Fraction(1, 2),
    "½": Fraction(1, 2),
    "1 1/2": Fraction(3, 2),
    "1½": Fraction(3, 2),
    "1 ½": Fraction(3, 2),
    "1⁄2": Fraction(1, 2),
    "1-1/2": Fraction(3, 2),
    "1 and 1/2": Fraction(3, 2),
    "1.5": Fraction(3, 2),
    "1,5": Fraction(3, 2),
    "1,000": Fraction(1000),
    "31/2": Fraction(7, 2),
    "one": Fraction(1),
    "one-half": Fraction(1, 2),
    "half a": Fraction(1, 2),
    "three-fourths": Fraction(3, 4),
    "one and a half": Fraction(3, 2),
    "one and three-fourths": Fraction(7, 4),
    "⅞": Fraction(7, 8),
}


@pytest.mark.parametrize(("text", "value"), WRITTEN.items())
def test_a_written_number_is_read_exactly(text, value):
    assert number(text) == value


@pytest.mark.parametrize("text", ["flour", "", "1/7", "1/12", "3/2/1", "10/2", "few", "0/2"])
def test_what_cannot_be_a_cooks_number_is_none(text):
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("2-3", 2, 3), ("2–3", 2, 3), ("2 to 3", 2, 3), ("4 or 5", 4, 5), ("1 1/2-2", Fraction(3, 2), 2)],
)
def test_a_range_has_both_ends(text, low, high):
    assert parse_quantity(text) == (Fraction(low), Fraction(high))


def test_a_falling_range_is_its_first_number():
    found = read_number("3-2 cups")
    assert found is not None
    assert (found.low, found.high, found.text) == (Fraction(3), None, "3")


def test_a_range_with_an_impossible_end_has_no_value():
    found = read_number("1/7-2 cups")
    assert found is not None
    assert found.low is None


def test_no_quantity_is_written_as_none():
    assert format_quantity(Amount(quantity=None, unit="cup")) is None


def test_scales_show_decimals():
    assert format_number(Fraction("18.3")) == "18.3"


@pytest.mark.parametrize("text", ["2 cups", "flour", "1/7", "2-"])
def test_only_a_whole_quantity_is_parsed(text):
    assert parse_quantity(text) is None


cooks = st.builds(
    lambda whole, part: whole + part,
    st.integers(0, 60).map(Fraction),
    st.sampled_from([Fraction(n, d) for d in (2, 3, 4, 6, 8, 16) for n in range(d)]),
).filter(bool)


@given(cooks, cooks)
def test_what_is_written_is_read_back(one, other):
    low, high = sorted((one, other))
    amount = Amount(quantity=low, quantity_max=high if high > low else None)
    assert parse_quantity(format_quantity(amount)) == (low, amount.quantity_max)


@given(st.decimals(min_value="0.01", max_value="999", places=2).filter(lambda value: value % 1))
def test_decimals_are_read_back(value):
    assert number(format_number(Fraction(value))) == Fraction(value)


@given(st.text(alphabet="12345/½¼ -–.,abc", max_size=12))
def test_any_text_is_read_without_error_and_never_past_its_end(text):
    found = read_number(plain(text))
    assert found is None or (found.end <= len(plain(text)) and plain(text).startswith(found.text))
