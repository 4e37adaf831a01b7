import random

import numpy as np
import pytest

from ray_app.training import synthesis
from ray_app.training.alphabet import ALPHABET, FRACTIONS
from ray_app.training.amounts import Forms
from ray_app.training.batches import GROUP, Recipe, example, group
from ray_app.training.synthesis import Style

pytestmark = pytest.mark.usefixtures("one_font")


def style(**other: object) -> Style:
    plain = {
        "kind": "old",
        "package": "any",
        "weight": 400,
        "built_up": 1.0,
        "single": False,
        "wobble": 0.0,
        "gap": 1.0,
    }
    return Style(**(plain | {"tracking": 0.0} | other))  # type: ignore[arg-type]


@pytest.mark.parametrize("char", FRACTIONS)
def test_a_built_up_fraction_is_drawn_and_labelled_as_its_character(char: str) -> None:
    ink, label = synthesis.ink(f"{char} cup", style(), random.Random(1))
    without, _ = synthesis.ink(" cup", style(), random.Random(1))

    assert label == f"{char} cup"
    assert np.count_nonzero(ink) > np.count_nonzero(without) + 20


@pytest.mark.parametrize("char", "•□☑✓■○★")
def test_a_bullet_is_drawn(char: str) -> None:
    ink, label = synthesis.ink(f"{char} eggs", style(), random.Random(1))

    assert label == f"{char} eggs"
    assert ink[:, :40].any()


def test_what_a_font_lacks_does_not_stand_in_the_label() -> None:
    _, label = synthesis.ink("5 ≤ 6", style(), random.Random(1))

    assert label.replace(" ", "") in ("56", "5≤6")


def test_examples_follow_from_the_seed_alone() -> None:
    one, two = (example(Recipe(seed=4), random.Random(9)) for _ in range(2))

    assert one[1] == two[1]
    assert np.array_equal(one[0], two[0])


@pytest.mark.parametrize(("forms", "share"), [(Forms(built_up=False), {0.0}), (Forms(glyph=False), {1.0})])
def test_a_form_of_fractions_that_is_left_out_is_not_drawn(
    forms: Forms, share: set[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    styles = []
    draw = synthesis.ink
    monkeypatch.setattr(synthesis, "ink", lambda text, chosen, rng: styles.append(chosen) or draw(text, chosen, rng))
    rng = random.Random(3)
    for _ in range(30):
        example(Recipe(forms=forms), rng)

    assert {chosen.built_up for chosen in styles} == share


def test_examples_are_lines_of_48_rows_with_labels_of_the_alphabet() -> None:
    rng = random.Random(3)
    found = [example(Recipe(), rng) for _ in range(60)]

    assert {picture.shape[0] for picture, _ in found} == {48}
    assert set("".join(label for _, label in found)) <= set(ALPHABET + " ")
    assert all(len(label) < picture.shape[1] // 8 for picture, label in found)


def test_a_group_holds_its_batches_and_the_next_one_others() -> None:
    first, again, second = (group(Recipe(seed=1), number, 2) for number in (0, 0, 1))

    assert len(first) == GROUP
    assert all(a.pixels.equal(b.pixels) and a.labels.equal(b.labels) for a, b in zip(first, again, strict=True))
    assert not all(a.labels.equal(b.labels) for a, b in zip(first, second, strict=True))
