import random

import pytest

from ray_app.evaluation.calibration import Seen, expected_error, fit, reliability
from ray_app.recipe.confidence import on_curve


def seen(confidence: float, right: int, wrong: int) -> list[Seen]:
    return [Seen(confidence=confidence, right=True)] * right + [Seen(confidence=confidence, right=False)] * wrong


def test_confidences_that_mean_what_they_say_have_no_error() -> None:
    assert expected_error(seen(0.75, 3, 1) + seen(0.5, 2, 2)) == pytest.approx(0.0)


def test_the_error_is_the_mean_gap() -> None:
    assert expected_error(seen(0.95, 5, 5) + seen(0.25, 10, 0)) == pytest.approx((0.45 + 0.75) / 2)
    assert expected_error([]) is None


def test_bins_hold_what_falls_into_them_and_1_belongs_to_the_last() -> None:
    low, high = reliability([*seen(0.01, 0, 1), *seen(0.95, 1, 0), *seen(1.0, 2, 1)])

    assert (low.low, low.high, low.count) == (0.0, 0.1, 1)
    assert (high.count, high.confidence, high.right) == (4, pytest.approx(0.9875), 0.75)


def test_a_curve_fitted_on_overconfident_readings_mends_others_of_their_kind() -> None:
    dice = random.Random(1)

    def drawn(count: int) -> list[Seen]:
        values = [dice.random() for _ in range(count)]
        return [Seen(confidence=value**0.3, right=dice.random() < value) for value in values]

    knots = fit(drawn(2000))
    others = drawn(2000)
    mended = [Seen(confidence=on_curve(knots, one.confidence), right=one.right) for one in others]

    assert list(knots) == sorted(knots)
    assert [y for _, y in knots] == sorted(y for _, y in knots)
    assert (expected_error(others) or 0) > 0.2
    assert (expected_error(mended) or 1) < 0.05


def test_nothing_is_ever_sure() -> None:
    assert fit(seen(0.9, 48, 0)) == ((0.9, 0.98),)
    assert fit(seen(0.9, 0, 48)) == ((0.9, 0.02),)
    assert fit([]) == ()
