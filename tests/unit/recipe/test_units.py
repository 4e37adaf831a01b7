import pytest

from ray_app.recipe.units import MEASURES, PINCHES, SPOONS_AND_CUPS, is_singular, unit_lookalike, unit_name


@pytest.mark.parametrize(
    ("word", "unit"),
    [
        ("tsp", "teaspoon"), ("tsp.", "teaspoon"), ("T", "tablespoon"), ("T.", "tablespoon"), ("Tbsp", "tablespoon"),
        ("t", "teaspoon"), ("c", "cup"), ("C.", "cup"), ("oz", "ounce"), ("lbs.", "pound"), ("pkg", "package"),
        ("g", "gram"), ("ml", "milliliter"), ("litres", "liter"), ("Cans", "can"), ("cloves", "clove"),
        ("pinches", "pinch"), ("dash", "dash"), ("sticks", "stick"),
    ],
)  # fmt: skip
def test_a_unit_becomes_its_singular_full_word(word, unit):
    assert unit_name(word) == unit


@pytest.mark.parametrize("word", ["flour", "eggs", "", "garlic", "Ib"])
def test_other_words_are_no_units(word):
    assert unit_name(word) is None


def test_misread_units_are_known_apart_from_written_ones():
    assert unit_lookalike("Ib") == "pound"
    assert unit_lookalike("1bs") == "pound"
    assert unit_lookalike("cup") is None


def test_a_full_singular_word_is_told_from_plural_and_short_forms():
    assert is_singular("cup")
    assert not is_singular("cups")
    assert not is_singular("tsp")


def test_all_groups_of_units_name_units():
    assert all(unit_name(unit) == unit for unit in (MEASURES | PINCHES | SPOONS_AND_CUPS) - {"fluid ounce"})
