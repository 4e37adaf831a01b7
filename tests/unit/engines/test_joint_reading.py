"""The likeliest reading of a line from one or two recognizers, and that nothing is brought in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray_app.engines import amount_prior, language
from ray_app.engines.joint_reading import LineReading, is_doubtful, is_worth_another, read_together
from ray_app.engines.lattice import BLANK, Lattice
from ray_app.engines.search import SEEN, Weights, likeliest

CHARACTERS = ("", *"abcdefghijklmnopqrstuvwxyz0123456789½¼⅛ .")
INDEX = {character: index for index, character in enumerate(CHARACTERS)}


def saw(*columns: dict[str, float]) -> Lattice:
    """A lattice of columns that are told by character; a blank stands between two of them, and has what is left."""
    rows = []
    for column in columns:
        row = np.zeros(len(CHARACTERS), dtype=np.float32)
        for character, chance in column.items():
            row[INDEX[character]] = chance
        row[BLANK] = 1 - row.sum()
        rows += [row, np.eye(len(CHARACTERS), dtype=np.float32)[BLANK]]
    return Lattice(np.array(rows), CHARACTERS)


def clearly(text: str) -> list[dict[str, float]]:
    return [{character: 0.99} for character in text]


def read(*lattices: Lattice, shares: tuple[float, ...] = (), weights: Weights | None = None) -> LineReading:
    return read_together(
        lattices, shares or (1 / len(lattices),) * len(lattices), language.recipes(), amount_prior.recipes(),
        weights or Weights(),
    )  # fmt: skip


def test_spelling_decides_between_letters_that_were_seen():
    assert read(saw(*clearly("2 eg"), {"s": 0.6, "g": 0.3}, *clearly("s"))).text == "2 eggs"


def test_letters_that_were_not_seen_stay_away():
    assert read(saw(*clearly("2 egs"))).text == "2 egs"


def test_clear_print_is_left_as_it_is():
    assert read(saw(*clearly("1 cup xyqzt"))).text == "1 cup xyqzt"


def test_a_common_amount_is_preferred_among_those_seen():
    seen = saw({"⅛": 0.5, "½": 0.4}, *clearly(" cup milk"))
    assert read(seen).text == "½ cup milk"
    assert read(seen, weights=Weights(amount=0.0)).text == "⅛ cup milk"


def test_a_clear_amount_stands_however_rare():
    assert read(saw({"⅛": 0.95}, *clearly(" cup milk"))).text == "⅛ cup milk"


def test_what_each_of_two_recognizers_would_have_read_is_told():
    reading = read(saw(*clearly("1 cup milk")), saw(*clearly("4 cup milk")), shares=(0.4, 0.6))
    assert (reading.text, reading.readings) == ("4 cup milk", ("1 cup milk", "4 cup milk"))


def test_one_recognizer_alone_has_nothing_beside_it():
    assert read(saw(*clearly("1 cup milk"))).readings == ()


def test_confidence_falls_with_doubt():
    clear = read(saw(*clearly("1 cup milk")))
    torn = read(saw({"1": 0.5, "2": 0.48}, *clearly(" cup milk")))
    assert torn.confidence < 0.97 < clear.confidence <= 1


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (clearly("1 cup milk"), False),
        ([*clearly("1 cup mi"), {"l": 0.5, "t": 0.3}, {"k": 0.4, "b": 0.3}], True),
        ([{"1": 0.9}, *clearly(" cup milk and sugar and a lot of other things")], True),
        ([{}], False),
    ],
)
def test_faint_letters_or_one_faint_figure_make_a_line_doubtful(line, wanted):
    assert is_doubtful(saw(*line), 0.97) == wanted


LONG = "until the onions are soft and golden"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"1 cup {LONG}", True),  # begins with an amount
        (f" . ½ cup {LONG}", True),  # behind a mark
        (LONG, False),
        (f"{LONG} 1", False),  # an amount elsewhere is a time or a heat
        ("buttermilk cake", True),  # short: a title or an ingredient
    ],
)
def test_lines_that_may_be_ingredients_are_read_again_sooner(text, wanted):
    seen = saw(*({character: 0.96} for character in text if character in INDEX))

    assert is_worth_another(seen, below=0.95, amount_below=0.97) == wanted
    assert is_worth_another(seen, below=0.97, amount_below=0.97)
    assert not is_worth_another(seen, below=0.95, amount_below=0.95)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 2))
def test_every_character_was_seen_at_its_place(seed, columns, recognizers):
    rng = np.random.default_rng(seed)
    shape = np.full(len(CHARACTERS), 0.05)
    shape[BLANK] = 1.0
    lattices = [Lattice(rng.dirichlet(shape, size=columns).astype(np.float32), CHARACTERS) for _ in range(recognizers)]
    text = [INDEX[character] for character in read(*lattices).text]
    assert any(_passes(text, lattice) for lattice in lattices)


def _passes(text: list[int], lattice: Lattice) -> bool:
    """Whether the characters stand in the columns one after the other, each where it is likely enough."""
    columns = iter(lattice.chances)
    return all(any(column[index] > SEEN for column in columns) for index in text)


def test_the_search_returns_no_text_twice_and_the_best_one_first():
    rng = np.random.default_rng(3)
    found = likeliest(
        Lattice(rng.dirichlet(np.full(len(CHARACTERS), 0.1), size=9).astype(np.float32), CHARACTERS),
        language.recipes(),
        Weights(),
    )
    assert 1 < len(found) == len(set(found)) <= Weights().beam
