"""What columns of probabilities say by themselves."""

import itertools
import math

import numpy as np
import pytest

from ray_app.engines.lattice import BLANK, Lattice

CHARACTERS = ("", "a", "b", "½")


def lattice(*columns: tuple[float, ...]) -> Lattice:
    return Lattice(np.array(columns, dtype=np.float32), CHARACTERS)


def spelled(path: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(one for one, _ in itertools.groupby(path) if one != BLANK)


def test_greedy_drops_blanks_and_what_a_column_repeats():
    text, sure = lattice((0.1, 0.9, 0, 0), (0.2, 0.8, 0, 0), (1, 0, 0, 0), (0, 0.7, 0.3, 0), (0, 0, 0, 1)).greedy()
    assert text == "aa½"
    assert sure == pytest.approx((0.9 + 0.7 + 1) / 3)


def test_nothing_seen_is_an_empty_text():
    assert lattice((1, 0, 0, 0)).greedy() == ("", 0.0)


@pytest.mark.parametrize("text", [(), (1,), (1, 1), (1, 2), (3,), (2, 1, 2), (1, 2, 1, 2, 1)])
def test_a_text_is_as_likely_as_all_its_ways_through_the_columns(text):
    rng = np.random.default_rng(7)
    chances = rng.dirichlet((1, 1, 1, 1), size=5).astype(np.float32)
    ways = sum(
        math.prod(float(chances[at, one]) for at, one in enumerate(path))
        for path in itertools.product(range(4), repeat=5)
        if spelled(path) == text
    )
    found = Lattice(chances, CHARACTERS).likelihoods([text, (2,)])[0]
    assert math.exp(found) == pytest.approx(ways, rel=1e-4)


def test_a_text_that_does_not_fit_is_impossible():
    assert lattice((0.5, 0.5, 0, 0)).likelihoods([(1, 1)])[0] == -math.inf
