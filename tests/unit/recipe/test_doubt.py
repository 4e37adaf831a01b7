from dataclasses import replace
from fractions import Fraction

import pytest

from ray_app.geometry import Quad
from ray_app.options import ReviewOptions
from ray_app.recipe.doubt import doubt_of
from ray_app.types import Amount, FieldConfidence, Ingredient

SURE = Ingredient(
    text="1/2 cup flour",
    amounts=(Amount(quantity=Fraction(1, 2), unit="cup", text="1/2 cup"),),
    name="flour",
    preparation=None,
    size=None,
    comment=None,
    group=None,
    confidence=0.95,
    fields=FieldConfidence(quantity=0.98, unit=0.99, name=0.98),
    lines=(0,),
    quad=Quad.box(0, 0, 1, 1),
)
OPTIONS = ReviewOptions()


def test_what_is_sure_is_not_in_doubt():
    assert doubt_of(SURE, OPTIONS) is None
    assert doubt_of(replace(SURE, amounts=(), fields=FieldConfidence(name=0.98)), OPTIONS) is None


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        (FieldConfidence(quantity=0.62, unit=0.7, name=0.9), "quantity", "“1/2” is right about 6 times in 10"),
        (FieldConfidence(quantity=0.95, unit=0.3, name=0.6), "unit", "“cup” is right about 3 times in 10"),
        (FieldConfidence(quantity=0.95, unit=0.9, name=0.01), "name", "“flour” is right hardly ever"),
    ],
)
def test_the_field_farthest_below_its_threshold_is_named(fields, field, why):
    doubt = doubt_of(replace(SURE, fields=fields), OPTIONS)

    assert doubt is not None
    assert (doubt.field, doubt.why) == (field, why)


def test_a_lost_number_comes_first():
    lost = replace(SURE, amounts=(Amount(quantity=None, unit="cup", text="cup"),), fields=FieldConfidence(name=0.1))

    doubt = doubt_of(lost, OPTIONS)

    assert doubt is not None
    assert (doubt.field, doubt.why, doubt.sure) == ("quantity", "the number before “cup” could not be read", 0.0)


def test_two_readings_of_a_number_are_both_told_however_sure_it_is():
    two = (*SURE.amounts, Amount(quantity=Fraction(2), unit="cup", text="2 cup"))
    doubt = doubt_of(replace(SURE, readings_disagree=two, fields=replace(SURE.fields, name=0.1)), OPTIONS)

    assert doubt is not None
    assert (doubt.field, doubt.why, doubt.sure) == ("quantity", "read as “1/2 cup” and as “2 cup”", 0.98)


def test_a_number_that_is_lost_tells_what_was_read_for_it():
    two = (Amount(quantity=None, unit="cup", text="% cup"), Amount(quantity=None))
    lost = replace(SURE, amounts=two[:1], readings_disagree=two)

    doubt = doubt_of(lost, OPTIONS)

    assert doubt is not None
    assert doubt.why == "the number before “cup” could not be read: read as “% cup” and without an amount"


def test_many_small_doubts_are_one():
    doubt = doubt_of(replace(SURE, confidence=0.4), OPTIONS)

    assert doubt is not None
    assert (doubt.field, doubt.why) == ("ingredient", "all of it is right about 4 times in 10")
    assert doubt_of(replace(SURE, confidence=0.4), ReviewOptions(ingredient_below=0.3)) is None
