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


@pytest.mark.parametrize(
    ("line", "amount", "size", "name"),
    [
        ("1 - 16 oz. can pumpkin", ("1", "can"), (16, "ounce"), "pumpkin"),
        ("2-8 oz. pkgs. cream cheese", ("2", "package"), (8, "ounce"), "cream cheese"),
        ("1-14½ oz. can tomatoes", ("1", "can"), (Fraction(29, 2), "ounce"), "tomatoes"),
        ("2 1/4-oz. envelopes yeast", ("2", "envelope"), (Fraction(1, 4), "ounce"), "yeast"),
        ("8-10 oz. package spinach", ("8-10", "ounce"), None, "spinach"),
        ("1 - 9 inch pie shell", ("1", None), None, "pie shell"),
        ("1-tsp. soda", ("1", "teaspoon"), None, "soda"),
        ("1 - pkg. jello", ("1", "package"), None, "jello"),
        ("1/2-c. milk", ("1/2", "cup"), None, "milk"),
        ("4-pound brisket", ("4", "pound"), None, "brisket"),
        ("1-inch piece ginger", ("1", "piece"), None, "ginger"),
        ("2# ground beef", ("2", "pound"), None, "ground beef"),
        ("1 & 1/2 cups sugar", ("1 1/2", "cup"), None, "sugar"),
        ("1/3 of a cup of sugar", ("1/3", "cup"), None, "sugar"),
        ("1 lg. pkg. jello", ("1", "package"), None, "jello"),
        ("1 rounding tablespoon butter", ("1", "tablespoon"), None, "butter"),
        ("1 loaf bread", ("1", "loaf"), None, "bread"),
        ("1/2 gill of cream", ("1/2", "gill"), None, "cream"),
        ("1 saltspoonful salt", ("1", "saltspoon"), None, "salt"),
        ("2 rashers bacon", ("2", "rasher"), None, "bacon"),
        ("2 sq. chocolate", ("2", "square"), None, "chocolate"),
        ("1 teas. vanilla", ("1", "teaspoon"), None, "vanilla"),
        ("2 tab. butter", ("2", "tablespoon"), None, "butter"),
        ("1 heap. tsp. cocoa", ("1", "teaspoon"), None, "cocoa"),
        ("l/2 c. sugar", ("1/2", "cup"), None, "sugar"),
        ("1-1b. butter", ("1", "pound"), None, "butter"),
        ("lump of butter", (None, "lump"), None, "butter"),
    ],
)
def test_what_cooks_write_short(parser, line, amount, size, name):
    parsed = parser.parse(line)
    assert (first(parsed), parsed.name) == (amount, name)
    assert [(one.quantity, one.unit) for one in parsed.amounts[1:]] == ([size] if size else [])


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
