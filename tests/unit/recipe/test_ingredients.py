from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ray_app.recipe.quantities import format_quantity, plain


def first(parsed):
    amount = parsed.amounts[0] if parsed.amounts else None
    return (format_quantity(amount), amount.unit) if amount else (None, None)


@pytest.mark.parametrize(
    ("line", "amount", "name", "preparation"),
    [
        ("1 cup scalded milk.", ("1", "cup"), "milk", "scalded"),
        ("1 garlic clove, minced", ("1", "clove"), "garlic", "minced"),
        ("2 blades mace", ("2", "blade"), "mace", None),
        ("Few grains cayenne.", (None, "grain"), "cayenne", None),
        ("Juice of 1 lemon", ("1", None), "lemon", "Juice of"),
        ("White one egg", ("1", None), "White egg", None),
        ("• 1 onion, diced", ("1", None), "onion", "diced"),
        ("1 cup raisins (finely chopped)", ("1", "cup"), "raisins", "finely chopped"),
        ("31/ cups flour.", (None, "cup"), "flour", None),
        ("Flour.", (None, None), "Flour", None),
        ("Salt and pepper", (None, None), "Salt and pepper", None),
    ],
)
def test_fields_of_a_line(parser, line, amount, name, preparation):
    parsed = parser.parse(line)
    assert first(parsed) == amount
    assert (parsed.name, parsed.preparation) == (name, preparation)


def test_size_and_comment_are_kept_apart(parser):
    parsed = parser.parse("2 large eggs, to taste")
    assert (parsed.name, parsed.size, parsed.comment) == ("eggs", "large", "to taste")


def test_a_composite_keeps_both_amounts(parser):
    parsed = parser.parse("1 (14 oz) can artichoke hearts, drained")
    assert [(amount.quantity, amount.unit) for amount in parsed.amounts] == [
        (Fraction(1), "can"),
        (Fraction(14), "ounce"),
    ]


@pytest.mark.parametrize("line", ["", "•", "...", "2", "1/2 cup"])
def test_odd_lines_are_no_error(parser, line):
    parser.parse(line)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amount=st.sampled_from(["", "2 ", "1½ ", "½ ", "2-3 ", "one ", "1 (8 oz) ", "31/ ", "few "]),
    unit=st.sampled_from(["", "cups ", "tsp ", "Tbsp. ", "cans "]),
    name=st.sampled_from(["flour", "garlic clove, minced", "milk or 2 tablespoons cream", "juice of 1 lemon"]),
)
def test_no_quantity_is_invented(parser, amount, unit, name):
    line = amount + unit + name
    written = {char for char in plain(line) if char.isdigit()} | ({"1"} if "one" in line else set())
    for found in parser.parse(line).amounts:
        assert {char for char in format_quantity(found) or "" if char.isdigit()} <= written
