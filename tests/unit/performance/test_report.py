"""Reports for machines, for a pull request, and to look at."""

import json
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from ray_app.cli import app
from ray_app.performance.page import page
from ray_app.performance.report import markdown, read
from ray_app.performance.suite import write
from tests.unit.performance.reports import cell, report


@pytest.fixture
def found():
    return report(cell(1, 1.0, 1.1), cell(4, 3.0, 3.3), cell(8, 12.0, 12.2, count=30, status=200))


def test_json_holds_everything(found, tmp_path):
    write(found, tmp_path)

    assert read(tmp_path) == read(tmp_path / "report.json") == found


def test_markdown_has_a_verdict_for_each_row_and_a_line_for_each_load(found):
    text = markdown(found)

    assert text.count("| met |") + text.count("| missed |") + text.count("| not measured |") == len(found.rows) == 7
    assert "Judged: 4 clients" in text
    assert [line.split(" | ")[0] for line in text.splitlines() if line.endswith("0.60 |")] == ["| 1", "| 4", "| 8"]


def test_the_page_is_whole_and_shows_every_verdict(found):
    class Count(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open, self.seen = 0, []

        def handle_starttag(self, tag, attrs):
            self.open += 1
            self.seen.append(tag)

        def handle_endtag(self, tag):
            self.open -= 1

    counted, text = Count(), page(found)
    counted.feed(text)

    assert counted.open == 0
    assert counted.seen.count("svg") == 5
    assert all(row.name in text and row.verdict in text for row in found.rows)


def test_the_page_shows_fewer_plots_where_nobody_could_look(found):
    blind = [
        one.model_copy(update={"rounds": tuple(r.model_copy(update={"cpu": None}) for r in one.rounds)})
        for one in found.cells
    ]

    assert page(report(*blind)).count("<svg") == 4


def run(*words):
    return CliRunner().invoke(app, ["bench", *map(str, words)])


def test_the_commands_compare_report_and_clean(tmp_path, found):
    slow = report(cell(1, 2.0, 2.1), cell(4, 6.0, 6.3), cell(8, 24.0, 24.2))
    write(found, tmp_path / "a")
    write(slow, tmp_path / "b")
    (tmp_path / "a" / "report.md").unlink()
    (tmp_path / "budgets.yaml").write_text("budgets: [{figure: success, at_least: 2}]")

    assert run("compare", tmp_path / "a", tmp_path / "a").exit_code == 0
    told = run("compare", tmp_path / "a", tmp_path / "b")
    assert told.exit_code == 1
    assert "worse" in told.stdout
    assert run("compare", tmp_path / "a", "--budgets", tmp_path / "budgets.yaml").exit_code == 1
    assert run("compare", tmp_path / "a").exit_code == 2
    assert run("compare", tmp_path / "nowhere", tmp_path / "a").exit_code == 2
    assert run("report", tmp_path / "a").exit_code == 0
    assert (tmp_path / "a" / "report.md").exists()
    (tmp_path / "b" / "mine.txt").write_text("kept")
    assert run("clean", tmp_path / "a").exit_code == run("clean", tmp_path / "b").exit_code == 0
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["b"]
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "words",
    [
        ("benchmark", "--concurrency", "0"),
        ("benchmark", "--duration", "x"),
        ("benchmark", "--environment", "moon", "--api-url", "http://127.0.0.1:9"),
        ("benchmark", "--images", "/nowhere", "--api-url", "http://127.0.0.1:9"),
        ("profile",),
    ],
)
def test_wrong_usage_has_its_exit_code(words, tmp_path):
    assert run(*words).exit_code == 2


def test_the_report_for_machines_is_plain_json(found, tmp_path):
    write(found, tmp_path)

    assert json.loads((tmp_path / "report.json").read_text())["ratios"]["scaling_4"] > 0
