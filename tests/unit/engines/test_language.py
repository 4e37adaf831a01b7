"""How recipes are spelled, and which amounts are common."""

import math

import pytest

from ray_app.engines import amount_prior, language
from ray_app.engines.amount_prior import parts


def test_a_model_backs_off_to_shorter_contexts():
    model = language.Language({"a": -1.0, "ba": -0.5, "b": -2.0}, {"b": -0.25, "": -3.0})
    assert model.log_chance("b", "a") == -0.5
    assert model.log_chance("b", "b") == -0.25 - 2.0
    assert model.log_chance("b", "z") == pytest.approx(-0.25 - 3.0 + math.log(language.UNKNOWN))


@pytest.mark.parametrize(
    ("right", "misread"),
    [
        ("2 eggs", "2 egss"),
        ("1 lb ground beef", "1 lb ground bee f"),
        ("½ c. grated parmesan cheese", "½ c. grated pannesan cheere"),
        ("1 tsp salt", "1 sp salt"),
        ("1 teaspoon baking powder", "1 teaspoon bakin g powder"),
    ],
)
def test_recipes_are_spelled_as_cooks_spell(right, misread):
    assert language.recipes().score(right) > language.recipes().score(misread) + 5


def test_no_number_is_spelled_better_than_another():
    assert len({language.recipes().score(f"{number} cups milk") for number in ("1", "12", "1½", "⅞", "240")}) == 1


def test_chances_after_a_context_add_up_to_one_at_most():
    model = language.recipes()
    signs = [key for key in model._chances if len(key) == 1]
    for context in ("^", "0 ", "^0 cu", "utter", "xqz"):
        assert 0.5 < sum(math.exp(model.log_chance(context, sign)) for sign in signs) < 1.02


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("1½ cups milk", ("3/2", "cups")),
        ("• 1 ½ cups", ("3/2", "cups")),
        ("2 1/4 tsps salt", ("9/4", "tsps")),
        ("2-3 T. sugar", ("2", "T")),
        ("Tbsp olive oil", ("", "Tbsp")),
        ("177 ½ Tbsp", ("355/2", "Tbsp")),
        ("", ("", "")),
        ("1/0 cup", ("", "cup")),
    ],
)
def test_amount_and_unit_are_told_apart(line, found):
    assert parts(line) == found


def test_common_amounts_go_before_rare_ones():
    score = amount_prior.recipes().score
    assert score("½ cup milk") == 0 > score("⅛ cup milk") > score("177½ cups milk")
    assert score("2¼ tsps salt") > score("24 tsps salt")
    assert score("1 Tbsp oil") > score("Tbsp oil")
    assert score("30 large mushrooms") == 0
