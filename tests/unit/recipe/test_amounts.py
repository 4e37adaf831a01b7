from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_app.recipe.amounts import GUESSED, PLAIN, REPAIRED, read_leading
from ray_app.recipe.quantities import format_quantity, plain
from ray_app.recipe.repair import repair


def amounts(line):
    leading = read_leading(line)
    return leading and [(format_quantity(amount), amount.unit) for amount in leading.amounts]


@pytest.mark.parametrize(
    ("line", "expected", "rest"),
    [
        ("1 1/2 tsp dried parsley", [("1 1/2", "teaspoon")], "dried parsley"),
        ("• 250 g red lentils, rinsed", [("250", "gram")], "red lentils, rinsed"),
        ("☐ ½ cup milk", [("1/2", "cup")], "milk"),
        ("2–3 teaspoons chipotle paste", [("2-3", "teaspoon")], "chipotle paste"),
        ("1 (14 oz) can milk", [("1", "can"), ("14", "ounce")], "milk"),
        ("1 14oz can milk", [("1", "can"), ("14", "ounce")], "milk"),
        ("1 14-ounce can milk", [("1", "can"), ("14", "ounce")], "milk"),
        ("2 x 400g tins tomatoes", [("2", "tin"), ("400", "gram")], "tomatoes"),
        ("2 cans (6 oz.) crabmeat, drained", [("2", "can"), ("6", "ounce")], "crabmeat, drained"),
        ("1 16oz whipped topping", [("1", None), ("16", "ounce")], "whipped topping"),
        ("30 mushrooms (~1 1/2 lbs) stems off", [("30", None), ("1 1/2", "pound")], "mushrooms stems off"),
        ("400 g can chopped tomatoes", [("400", "gram")], "can chopped tomatoes"),
        ("250g/9oz flour", [("250", "gram"), ("9", "ounce")], "flour"),
        ("1 cup plus 2 tablespoons sugar", [("1", "cup"), ("2", "tablespoon")], "sugar"),
        ("1 lb 2 oz beef", [("1", "pound"), ("2", "ounce")], "beef"),
        ("1 fl. oz. rum", [("1", "fluid ounce")], "rum"),
        ("Few grains cayenne", [(None, "grain")], "cayenne"),
        ("a pinch of salt", [(None, "pinch")], "salt"),
        ("Good pinch of nutmeg", [(None, "pinch")], "nutmeg"),
        ("Sprig of parsley", [(None, "sprig")], "parsley"),
        ("Tbsp red wine vinegar", [(None, "tablespoon")], "red wine vinegar"),
        ("pkg (8 oz) cream cheese", [(None, "package"), ("8", "ounce")], "cream cheese"),
        ("3 scant cups sugar", [("3", "cup")], "sugar"),
        ("2 large eggs", [("2", None)], "large eggs"),
        ("e 1/8 cup flour", [("1/8", "cup")], "flour"),
        ("1 large head garlic", [("1", "head")], "large garlic"),
        ("two eggs", [("2", None)], "eggs"),
    ],
)
def test_amounts_at_the_head_of_a_line(line, expected, rest):
    assert amounts(line) == expected
    assert read_leading(line).rest == rest


@pytest.mark.parametrize(
    "line", ["Flour", "White one egg", "In large skillet cook", "chopped basil", "Canned corn", ""]
)
def test_a_line_without_an_amount_has_none(line):
    assert read_leading(line) is None


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("31/ cups flour", "cup"),
        ("34g cups flour", "cup"),
        ("/2 cup milk", "cup"),
        ("'/2 c milk", "cup"),
        ("%%.cup butter", "cup"),
        ("1% teaspoon salt", "teaspoon"),
        ("1%2 c cheese", "cup"),
        ("13 cups milk", "cup"),
        ("214 tablespoons flour", "tablespoon"),
        ("314 tsp salt", "teaspoon"),
        ("Y2 cup sugar", "cup"),
        ("34 cup butter", "cup"),
        ("4 teaspoon salt", "teaspoon"),
        ("}¢ eup tomato", "cup"),
        (" cup milk", "cup"),
    ],
)
def test_a_garbled_number_is_none_rather_than_wrong(line, unit):
    leading = read_leading(line)
    assert leading is not None
    assert (leading.amounts[0].quantity, leading.amounts[0].unit) == (None, unit)


@pytest.mark.parametrize(
    ("line", "quantity", "unit", "trust"),
    [
        ("14 cup water", Fraction(1, 4), "cup", GUESSED),
        ("2 tablespoon butter", Fraction(2), "tablespoon", PLAIN),
        ("4 cups flour", Fraction(4), "cup", PLAIN),
        ("13 c cocoa", Fraction(1, 3), "cup", GUESSED),
        ("12 tbsp butter", Fraction(12), "tablespoon", PLAIN),
        ("12 cups stock", Fraction(12), "cup", PLAIN),
        ("14 oz milk", Fraction(14), "ounce", PLAIN),
        ("11/2 cups milk", Fraction(3, 2), "cup", REPAIRED),
        ("I tsp salt", Fraction(1), "teaspoon", REPAIRED),
        ("Itsp salt", Fraction(1), "teaspoon", REPAIRED),
        ("lc milk", Fraction(1), "cup", REPAIRED),
        ("3 1bs beef", Fraction(3), "pound", PLAIN),
    ],
)
def test_what_engines_lose_is_put_back_only_where_nothing_else_fits(line, quantity, unit, trust):
    leading = read_leading(line)
    assert leading is not None
    assert (leading.amounts[0].quantity, leading.amounts[0].unit) == (quantity, unit)
    assert leading.trust <= trust


@given(st.text(alphabet="0123456789/½¼¾⅔ -.,()%'Il|cupstoz gbx", max_size=24))
def test_no_quantity_has_digits_that_the_line_has_not(line):
    leading = read_leading(line)
    written = {char for char in plain(line) if char.isdigit()}
    if any(char in line for char in "Il|"):
        written.add("1")  # the one look-alike that is put right
    for amount in leading.amounts if leading else ():
        value = format_quantity(amount)
        assert value is None or "." in value or "0" in written or {char for char in value if char.isdigit()} <= written


@pytest.mark.parametrize(
    ("line", "quantity", "unit", "rest"),
    [
        ("1 1 vegetable stock", 1, "liter", "vegetable stock"),
        ("2 1 cold water", 2, "liter", "cold water"),
        ("1 14 oz can coconut milk", 1, "can", "coconut milk"),
    ],
)
def test_a_one_before_a_liquid_is_a_liter(line, quantity, unit, rest):
    leading = read_leading(line)
    assert leading is not None
    first = leading.amounts[0]
    assert (first.quantity, first.unit, leading.rest) == (quantity, unit, rest)


@pytest.mark.parametrize("line", ["1 1 cup milk", "1 1 large egg", "1 1 tbsp wine"])
def test_other_ones_are_left_as_they_are(line):
    assert repair(line) == line


@pytest.mark.parametrize("line", ["1 teas poon ground cumin", "1 tea spoon ground cumin", "1 te aspoon ground cumin"])
def test_a_spoon_that_was_read_in_two_is_one(line):
    leading = read_leading(line)
    assert leading is not None
    first = leading.amounts[0]
    assert (first.quantity, first.unit, leading.rest) == (1, "teaspoon", "ground cumin")


@pytest.mark.parametrize("line", ["2 tea bags", "1 tablespoon oil", "3 tables poor"])
def test_words_that_are_no_spoon_in_two_are_left(line):
    assert repair(line) == line
