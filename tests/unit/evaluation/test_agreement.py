"""Our figures against the referee's: as kept in figures.json, and by its own program where that is at hand (REFEREE)."""

import json
import os
from pathlib import Path

import pytest

from ray_app.evaluation.labels import Content
from ray_app.evaluation.metrics import figures
from tests.unit.evaluation.garbled import KEPT, cases, referee

CASES = cases()
EXPECTED = json.loads(KEPT.read_text(encoding="utf-8"))
REFEREE = Path(os.environ.get("REFEREE", "../shared/eval/score.py"))


def ours(name: str) -> dict[str, float]:
    truth, guess = (Content.model_validate(side) for side in CASES[name])
    return figures(truth, guess)


@pytest.mark.parametrize("name", CASES)
def test_figures_are_those_that_the_referee_gave(name: str) -> None:
    assert ours(name) == pytest.approx(EXPECTED[name], abs=1e-6)


@pytest.mark.skipif(not REFEREE.exists(), reason=f"no referee at {REFEREE} (set REFEREE)")
def test_figures_are_those_that_the_referee_gives() -> None:
    judge = referee(REFEREE).score_image

    assert {name: ours(name) for name in CASES} == {name: pytest.approx(judge(*case)) for name, case in CASES.items()}
