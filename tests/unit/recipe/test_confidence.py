from dataclasses import replace

import pytest

from ray_app.recipe.amounts import GUESSED, REPAIRED
from ray_app.recipe.confidence import Given, as_said, curves_of, mend, on_curve
from ray_app.types import EngineInfo

CURVES = {
    "quantity": ((0.5, 0.2), (1.0, 0.9)),
    "quantity_repaired": ((0.9, 0.8),),
    "quantity_guessed": ((0.9, 0.3),),
    "quantity_lost": ((0.9, 0.01),),
    "unit": ((0.5, 0.95),),
    "name": (),
    "ingredient": (),
}
GIVEN = Given(read=0.75, trust=1.0, quantity=True, unit=True, name=0.8, preparation=None)


@pytest.mark.parametrize(("value", "expected"), [(0.1, 0.2), (0.5, 0.2), (0.75, 0.55), (1.0, 0.9)])
def test_a_curve_is_straight_between_its_knots_and_flat_beyond(value, expected):
    assert on_curve(CURVES["quantity"], value) == pytest.approx(expected)


def test_fields_are_mended_and_the_whole_is_their_product():
    sure = mend(GIVEN, CURVES)

    assert (sure.fields.quantity, sure.fields.unit) == (pytest.approx(0.55), 0.95)
    assert sure.fields.name == pytest.approx(0.6)
    assert sure.fields.preparation is None
    assert sure.whole == pytest.approx(0.55 * 0.95 * 0.6)


@pytest.mark.parametrize(("trust", "expected"), [(REPAIRED, 0.8), (GUESSED, 0.3)])
def test_an_amount_that_was_put_right_has_a_curve_of_its_own(trust, expected):
    assert mend(replace(GIVEN, trust=trust), CURVES).fields.quantity == expected


def test_a_lost_quantity_makes_the_whole_unsure():
    sure = mend(replace(GIVEN, quantity=False, trust=GUESSED), CURVES)

    assert sure.fields.quantity is None
    assert sure.whole < 0.01


def test_without_curves_confidences_are_left_as_they_are():
    unknown = EngineInfo(kind="paddle", version="9", models=("made-up-recognizer",))

    assert mend(GIVEN, curves_of(unknown)) == as_said(GIVEN)
