import json
from dataclasses import replace
from fractions import Fraction

import pytest
from typer.testing import CliRunner

from ray_app.bulk.places import Place
from ray_app.bulk.review import review
from ray_app.bulk.rows import to_row, to_table
from ray_app.cli import app
from ray_app.options import ReviewOptions
from ray_app.types import Amount
from tests.unit.evaluation.results import ingredient, result


@pytest.fixture
def out(tmp_path):
    rows = []
    for number, sure in enumerate((0.95, 0.2, 0.6, 0.4)):
        found = result(
            "Cake", ingredient(f"1 cup flour {number}", 1, "cup", "flour", 1, sure), source=f"/cards/{number}.png"
        )
        rows.append(to_row(found))
    rows.append({"image_id": "x", "path": "/cards/again.png", "page": 1, "status": "duplicate"})
    place = Place.at(str(tmp_path))
    (place / "part-0.parquet").write_rows(to_table(rows))
    (place / "_SUCCESS").write(b"")
    return place


def test_the_least_sure_come_first(out):
    found = review(out, ReviewOptions(), 10)

    assert [entry.path for entry in found.entries] == ["/cards/1.png", "/cards/3.png", "/cards/2.png"]
    assert (found.doubtful, found.ingredients) == (3, 4)


def test_only_as_many_as_asked_for_are_kept(out):
    found = review(out, ReviewOptions(), 1)

    assert [entry.path for entry in found.entries] == ["/cards/1.png"]
    assert found.doubtful == 3


def test_an_entry_tells_where_to_look(out):
    row = review(out, ReviewOptions(), 1).entries[0].row()

    assert row == {
        "path": "/cards/1.png",
        "page": 1,
        "recipe": "Cake",
        "line": "1 cup flour 1",
        "quantity": "1",
        "unit": "cup",
        "name": "flour",
        "confidence": 0.2,
        "crop": (100, 150, 500, 190),
        "field": "quantity",
        "why": "“1” is right about 2 times in 10",
        "field_confidence": 0.2,
    }


def test_an_ingredient_that_was_read_in_two_ways_is_listed_with_both(tmp_path):
    sure = ingredient("1 cup flour", 1, "cup", "flour", 1, 0.99)
    two = (Amount(quantity=Fraction(1), unit="cup", text="1 cup"), Amount(quantity=None, unit="cup", text="'/ cup"))
    found = result("Cake", replace(sure, readings_disagree=two), replace(sure, text="1 cup milk", name="milk"))
    place = Place.at(str(tmp_path))
    (place / "part-0.parquet").write_rows(to_table([to_row(found)]))

    (entry,) = review(place, ReviewOptions(), 10).entries

    assert (entry.line, entry.doubt.field) == ("1 cup flour", "quantity")
    assert entry.row()["why"] == "read as “1 cup” and as “'/ cup”"


def test_the_command_prints_a_table_or_json_lines(out):
    table = CliRunner().invoke(app, ["review", out.path])
    lines = CliRunner().invoke(app, ["review", out.path, "--jsonl", "-", "--limit", "2"])
    few = CliRunner().invoke(
        app,
        [
            "review",
            out.path,
            "--set",
            "review.quantity_below=0.3",
            "--set",
            "review.unit_below=0",
            "--set",
            "review.name_below=0",
            "--set",
            "review.ingredient_below=0",
        ],
    )

    assert "3 of 4 ingredients are in doubt" in table.stdout
    assert "100, 150, 500, 190" in table.stdout
    assert [json.loads(line)["path"] for line in lines.stdout.splitlines()] == ["/cards/1.png", "/cards/3.png"]
    assert "1 of 4 ingredients are in doubt" in few.stdout
