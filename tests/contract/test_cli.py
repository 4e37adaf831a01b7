"""What is promised to the outside: keys, order and exit codes of ``recipe-ocr extract``, with real weights."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

PROGRAM = str(Path(sys.executable).parent / "recipe-ocr")
LINES = ("Plain Cake", "2 cups flour", "1/2 cup sugar", "3 eggs", "Mix all and bake for one hour.")
KEYS = {"path", "status", "error", "engine", "text", "title", "titles", "ingredients", "directions"}
INGREDIENT_KEYS = {"line", "quantity", "unit", "name", "preparation", "confidence", "polygon", "recipe"}


def recipe_ocr(*arguments: str | Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ if home is None else {"PATH": os.environ["PATH"], "HOME": str(home)}
    command = [PROGRAM, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cards") / "card.png"
    page = Image.new("RGB", (900, 640), "white")
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(LINES):
        size = 52 if number == 0 else 34
        draw.text((60, 50 + 100 * number), line, fill="black", font=ImageFont.load_default(size))
    page.save(path)
    return path


@pytest.fixture(scope="module")
def answers(card: Path) -> tuple[int, list[dict[str, object]]]:
    """The card between two inputs that cannot be read."""
    letter = card.parent / "letter.jpg"
    letter.write_text("Dear aunt, the cake was good.")
    out = card.parent / "out.jsonl"
    done = recipe_ocr("extract", letter, card, card.parent / "gone.png", "--jsonl", out)
    return done.returncode, [json.loads(line) for line in out.read_text().splitlines()]


def test_one_line_an_input_in_input_order(answers: tuple[int, list[dict[str, object]]]) -> None:
    names = [Path(str(row["path"])).name for row in answers[1]]

    assert names == ["letter.jpg", "card.png", "gone.png"]


def test_some_failed_is_exit_code_1_and_their_rows_explain(answers: tuple[int, list[dict[str, object]]]) -> None:
    code, (letter, card, gone) = answers

    assert code == 1
    assert [row["status"] for row in (letter, card, gone)] == ["failed", "ok", "failed"]
    assert letter["error"]["code"] == "not_an_image"
    assert gone["error"]["code"] == "unreadable_file"
    assert all(set(row["error"]) == {"code", "message", "advice"} for row in (letter, gone))


def test_a_row_has_the_promised_keys_and_values(answers: tuple[int, list[dict[str, object]]]) -> None:
    row = answers[1][1]

    assert set(row) >= KEYS
    assert row["error"] is None
    assert (row["title"], row["titles"]) == ("Plain Cake", ["Plain Cake"])
    assert row["engine"] == "paddle"
    assert "flour" in row["text"]
    assert [set(one) >= INGREDIENT_KEYS for one in row["ingredients"]] == [True] * 3
    read = [(one["quantity"], one["unit"], one["name"], one["recipe"]) for one in row["ingredients"]]
    assert read == [("2", "cup", "flour", 0), ("1/2", "cup", "sugar", 0), ("3", None, "eggs", 0)]
    assert row["directions"] == ["Mix all and bake for one hour."]


def test_polygons_lie_where_the_lines_were_drawn(answers: tuple[int, list[dict[str, object]]]) -> None:
    for number, one in enumerate(answers[1][1]["ingredients"], start=1):
        xs, ys = zip(*one["polygon"], strict=True)
        assert 40 <= min(xs) <= 70
        assert 50 + 100 * number - 10 <= min(ys) < max(ys) <= 50 + 100 * number + 60


def test_all_read_is_exit_code_0_and_the_table_names_the_recipe(card: Path) -> None:
    done = recipe_ocr("extract", card)

    assert done.returncode == 0, done.stderr
    assert "Plain Cake" in done.stdout
    assert "1/2" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["extract"], "PATH"),
        (["extract", "x.png", "--engine", "tesserakt"], "tesserakt"),
        (["extract", "x.png", "--set", "pipeline.prepare.max_dimensoin=9"], "max_dimension"),
        (["extract", "x.png", "--set", "pipeline.read.engine.device=gpu:0"], "onnxruntime-gpu"),
        (["extract", "x.png", "--jsonl", "no/such/folder/out.jsonl"], "no/such/folder"),
        (["bulk", "only-one"], "OUT"),
        (["bulk", "no/such/folder", "out"], "no/such/folder"),
        (["export", "no/such/folder", "--to", "x"], "_SUCCESS"),
        (["fly"], "fly"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_says_what_is_wrong(arguments: list[str], said: str) -> None:
    done = recipe_ocr(*arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("engine", ["paddle", "tesseract", "rule"])
def test_only_our_own_cache_is_left_in_the_home(engine: str, card: Path, tmp_path: Path) -> None:
    """No device id of onnxruntime, no folder of downloads: what a library leaves there tells of calls home."""
    home = tmp_path / "home"
    home.mkdir()
    done = recipe_ocr("extract", card, "--engine", engine, home=home)

    assert done.returncode == 0, done.stderr
    left = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    assert [path for path in sorted(left) if not path.startswith(".cache/recipe-ocr/")] == []
