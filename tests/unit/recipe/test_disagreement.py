from dataclasses import replace
from fractions import Fraction

import pytest

from ray_app.recipe.disagreement import disagreement
from ray_app.types import Amount, RecipePage
from tests.unit.recipe.pages import page

HALF = Amount(quantity=Fraction(1, 2), unit="cup", text="1/2 cup")
TWO = Amount(quantity=Fraction(2), unit="cup", text="2 cup")
LOST = Amount(quantity=None, unit="cup", text="% cup")
SPOON = Amount(quantity=Fraction(1, 2), unit="teaspoon", text="1/2 tsp")
BARE = Amount(quantity=Fraction(1, 2), text="1/2")


@pytest.mark.parametrize("single", [(), (HALF,), (HALF, HALF), (replace(HALF, text="½ c."), HALF), (HALF, BARE)])
def test_equal_amounts_are_no_disagreement_however_they_are_written(single):
    assert disagreement(HALF, single) == ()


@pytest.mark.parametrize("other", [TWO, LOST, SPOON, replace(HALF, quantity_max=Fraction(1))])
def test_another_number_a_lost_one_or_another_unit_brings_both_readings(other):
    assert disagreement(HALF, (HALF, other)) == (HALF, other)
    assert disagreement(other, (HALF, other)) == (HALF, other)


def test_an_amount_that_neither_has_read_is_told():
    assert disagreement(TWO, (HALF, HALF)) == (HALF, HALF)


def ingredients(structure, **readings):
    """The ingredients of a list, some lines of which were read twice; readings are given by a line's second word."""
    made = page("Plain Cake\nIngredients\n½ cup sugar\n2 eggs\n1 cup flour, sifted\nand warm\nMethod\nMix and bake.")
    lines = tuple(
        replace(line, readings=next((two for word, two in readings.items() if word in line.text), ()))
        for line in made.lines
    )
    (found,) = structure.process([replace(made, lines=lines)])
    assert isinstance(found, RecipePage)
    return {one.name: one for one in found.recipes[0].ingredients}


def test_an_ingredient_carries_the_amounts_of_both_readings_where_they_disagree(structure):
    found = ingredients(structure, sugar=("½ cup sugor", "2 cup sugar"), eggs=("2 egqs", "2 eggs"))

    two = [(one.quantity, one.unit, one.text) for one in found["sugar"].readings_disagree]
    assert two == [(Fraction(1, 2), "cup", "1/2 cup"), (2, "cup", "2 cup")]
    assert found["sugar"].amount.quantity == Fraction(1, 2)
    assert found["eggs"].readings_disagree == ()


def test_a_line_that_goes_on_is_compared_as_a_whole(structure):
    found = ingredients(structure, flour=("1 cup flour, sifted", "2 cups flour, sifted"), warm=("and worm", "and warm"))

    assert [one.quantity for one in found["flour"].readings_disagree] == [1, 2]


def test_a_number_that_one_reading_has_lost_is_told_as_lost(structure):
    found = ingredients(structure, sugar=("½ cup sugar", "%% cup sugar"), eggs=("2 eggs", "eggs"))

    assert [one.quantity for one in found["sugar"].readings_disagree] == [Fraction(1, 2), None]
    assert [(one.quantity, one.text) for one in found["eggs"].readings_disagree] == [(2, "2"), (None, "")]
