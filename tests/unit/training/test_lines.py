import random

import pytest

from ray_app.training import amounts
from ray_app.training.alphabet import ALPHABET, FRACTIONS, readable, written
from ray_app.training.amounts import Forms, rewritten
from ray_app.training.lines import Mix, line


def drawn(count: int, seed: int = 1, mix: Mix | None = None) -> list[str]:
    rng = random.Random(seed)
    return [written(line(rng, mix or Mix())) for _ in range(count)]


def test_the_same_seed_gives_the_same_lines() -> None:
    assert drawn(200) == drawn(200)
    assert drawn(200) != drawn(200, seed=2)


def test_each_line_can_be_answered() -> None:
    assert [text for text in drawn(2000) if not readable(text)] == []


def test_no_character_stands_twice_in_the_alphabet() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert " " not in ALPHABET


def test_every_fraction_is_drawn_often_enough_to_be_learned() -> None:
    rng = random.Random(0)
    text = "".join(amounts.fraction(rng) for _ in range(3000))

    assert min(text.count(char) for char in FRACTIONS) > 30


def test_a_kind_that_is_left_out_does_not_come() -> None:
    without = drawn(1500, mix=Mix(leaders=0, table=0, facts=0, words=0, prose=0, heading=0, braces=0, marks=0))

    assert not any(text.startswith(("•", "□", "☑", "■")) for text in without)


def test_twins_become_one() -> None:
    assert written("☐ 1⁄2 cup ● ▪") == "□ 1/2 cup • ■"


def test_rare_fractions_are_common_only_where_amounts_are_drawn_anew() -> None:
    alone = {
        "prose": 0,
        "heading": 0,
        "facts": 0,
        "table": 0,
        "leaders": 0,
        "braces": 0,
        "words": 0,
        "hanging_amount": 0,
    }
    anew, found = (drawn(1500, mix=Mix(**alone, new_amounts=share)) for share in (0.8, 0.0))

    rare = [sum(char in "⅕⅖⅗⅘⅙⅚⅜⅝⅞" for text in texts for char in text) for texts in (anew, found)]
    assert rare[0] > 5 * rare[1]


@pytest.mark.parametrize(
    ("forms", "font_has", "wanted"),
    [
        (Forms(), False, "1½ c, 1 1/2 t, 10/12/99, 1/16"),
        (Forms(spelled=False), True, "1½ c, 1 ½ t, 10/12/99, 1/16"),
        (Forms(built_up=False), True, "1½ c, 1 1/2 t, 10/12/99, 1/16"),
        (Forms(built_up=False), False, "1 1/2 c, 1 1/2 t, 10/12/99, 1/16"),
        (Forms(built_up=False, glyph=False), True, "1 1/2 c, 1 1/2 t, 10/12/99, 1/16"),
    ],
)
def test_a_form_of_fractions_that_is_left_out_is_written_in_another(forms: Forms, font_has: bool, wanted: str) -> None:
    assert rewritten("1½ c, 1 1/2 t, 10/12/99, 1/16", forms, lambda char: font_has) == wanted
