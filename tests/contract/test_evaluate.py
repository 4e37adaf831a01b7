"""``recipe-ocr evaluate`` with real weights on a few samples, and the curves that belong to those weights."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ray_app.engines.base import create_engine
from ray_app.evaluation.labels import load
from ray_app.evaluation.metrics import figures
from ray_app.evaluation.scoring import Content, Item
from ray_app.options import RuleOptions, engine_options
from ray_app.recipe.confidence import curves_of

SAMPLES = Path(__file__).parents[2] / "samples"
PROGRAM = str(Path(sys.executable).parent / "recipe-ocr")
FEW = ("two_recipes", "screenshot_dark", "two_pages")
STOCK = "paddle-stock,structure.calibrate=false"
TIMES = {"images_per_core_second"}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("few")
    for stem in FEW:
        for path in SAMPLES.glob(f"{stem}.*"):
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.fixture(scope="module")
def report(few: Path) -> dict:
    out = few / "out"
    command = [PROGRAM, "evaluate", str(few), "--engine", "paddle-stock", "--engine", STOCK, "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=500)
    assert "all images (3)" in done.stdout
    assert (out / "report.html").read_text().count("data:image/jpeg") == 4
    return json.loads((out / "report.json").read_text())


def test_modes_stand_side_by_side_with_speed_and_calibration(report: dict) -> None:
    mended, said = report["modes"]

    assert (mended["name"], said["name"]) == ("paddle-stock", STOCK)
    for mode in (mended, said):
        assert mode["figures"]["all"]["line_f1"] > 0.8
        assert mode["figures"]["all"]["wrong_quantity"] < 0.2
        assert 0.05 < mode["figures"]["all"]["images_per_core_second"] < 50
        assert mode["reliability"]["all"]["quantity"]["count"] > 20
    text = [
        {name: value for name, value in mode["figures"]["all"].items() if name not in TIMES | {"calibration_error"}}
        for mode in (mended, said)
    ]
    assert text[0] == text[1]
    assert mended["reliability"] != said["reliability"]


def test_figures_are_those_of_what_extract_writes(report: dict, few: Path) -> None:
    lines = few / "lines.jsonl"
    images = [str(one.path) for one in load(few)]
    subprocess.run(
        [PROGRAM, "extract", *images, "--engine", "paddle-stock", "--jsonl", str(lines)], check=True, timeout=500
    )
    rows = {Path(row["path"]).stem: row for row in map(json.loads, lines.read_text().splitlines())}

    for one, image in zip(load(few), report["modes"][0]["images"], strict=True):
        row = rows[one.stem]
        items = tuple(Item.model_validate(item) for item in row["ingredients"])
        guess = Content(text=row["text"], titles=tuple(filter(None, row["titles"])), ingredients=items)
        assert image["figures"] == pytest.approx(figures(one.label, guess))


@pytest.mark.skipif(
    not Path(os.environ.get("REFEREE", "../shared/eval/score.py")).exists(), reason="no referee (set REFEREE)"
)
def test_figures_are_the_referees(report: dict, few: Path) -> None:
    lines = few / "judged.jsonl"
    images = [str(one.path) for one in load(few)]
    subprocess.run(
        [PROGRAM, "extract", *images, "--engine", "paddle-stock", "--jsonl", str(lines)], check=True, timeout=500
    )
    command = [sys.executable, os.environ.get("REFEREE", "../shared/eval/score.py"), str(few), str(lines), "--json"]
    judged = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    for group, expected in judged.items():
        assert expected.pop("images") == report["counts"][group]
        ours = report["modes"][0]["figures"][group]
        assert {name: ours[name] for name in expected} == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("name", ["paddle-stock", "tesseract"])
def test_engines_that_give_no_probabilities_have_curves_of_their_own(name: str) -> None:
    """Fails when weights change: scripts/fit_calibration.py NAME --write fits new ones."""
    options = engine_options(name)
    assert not isinstance(options, RuleOptions)
    engine = create_engine(options)
    engine.close()

    assert curves_of(engine.info)
