import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ray_app.config import load_mode
from ray_app.errors import ConfigError, EngineUnavailable
from ray_app.evaluation.modes import Mode
from ray_app.evaluation.reading import read_all
from ray_app.evaluation.run import evaluate, write
from ray_app.options import PipelineOptions
from tests.unit.evaluation.results import LABEL, SAMPLES, ingredient, labelled, reading, result

GOOD = result("Cake", ingredient("1 cup flour", 1, "cup", "flour", 1), ingredient("2 eggs", 2, None, "eggs", 2))
BAD = result(
    "<i>Cake", ingredient("14 cup flour", 14, "cup", "flour", 1), ingredient("Zebra quartz vow", 2, None, "x", 2)
)
OPTIONS = PipelineOptions()


def modes() -> dict[str, list]:
    answers = iter([reading(GOOD), reading(BAD, seconds=0.1)])
    ways = [Mode(name=name, options=OPTIONS) for name in ("good", "b&d")]
    return evaluate([labelled()], ways, lambda options, paths: [next(answers)])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    write("labels", modes(), out, out / "copy.json")
    return out


def test_the_json_holds_every_figure_by_mode_and_category(written: Path) -> None:
    report = json.loads((written / "report.json").read_text())
    good, bad = report["modes"]

    assert (written / "copy.json").read_text() == (written / "report.json").read_text()
    assert report["counts"] == {"all": 1, "printed_page": 1}
    assert good["figures"]["all"] == good["figures"]["printed_page"]
    assert good["figures"]["all"]["quantity_acc"] == 1.0
    assert good["figures"]["all"]["images_per_core_second"] == 2.0
    assert bad["figures"]["all"]["wrong_quantity"] == 0.5
    assert bad["figures"]["all"]["invented"] == 0.5
    assert bad["figures"]["all"]["calibration_error"] == pytest.approx(0.9)
    assert "escalated" not in bad["figures"]["all"]
    assert good["reliability"]["all"]["quantity"]["count"] == 2
    assert bad["images"][0]["verdicts"]["wrong_quantity"] == 1


def test_the_share_of_lines_that_were_read_again_is_told_by_category(tmp_path: Path) -> None:
    assert GOOD.page is not None
    first, *others = GOOD.page.lines
    twice = replace(GOOD, page=replace(GOOD.page, lines=(replace(first, readings=("Coke", "Cake")), *others)))
    labels = [labelled(), labelled(SAMPLES / "two_pages.pdf", LABEL.model_copy(update={"category": "book"}))]
    answers = iter([reading(twice), reading(BAD, stem="two_pages")])
    found = evaluate(labels, [Mode(name="a", options=OPTIONS)], lambda options, paths: answers)

    figures = write("labels", found, tmp_path).modes[0].figures

    shares = {group: figures[group]["escalated"] for group in figures}
    assert shares == {"all": pytest.approx(1 / 6), "printed_page": pytest.approx(1 / 3), "book": 0.0}


class Reader(HTMLParser):
    """Notes elements that are left open, and every address that is named."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.classes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.addresses += [value for name in ("src", "href") if (value := given.get(name))]
        self.classes += (given.get("class") or "").split()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_needs_nothing_from_elsewhere_and_escapes_what_was_read(written: Path) -> None:
    html = (written / "report.html").read_text()
    reader = Reader()
    reader.feed(html)

    assert reader.open == []
    assert [address[:23] for address in reader.addresses] == ["data:image/jpeg;base64,"]
    assert {"wrong_quantity", "invented", "missing", "right", "bin", "dot"} <= set(reader.classes)
    assert "<i>Cake" not in html
    assert "&lt;i&gt;Cake" in html


def test_the_same_mode_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="twice"):
        evaluate([labelled()], [Mode(name="a", options=OPTIONS)] * 2, lambda options, paths: [])


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="cannot be written"):
        write("labels", modes(), tmp_path / "file" / "out")


def test_a_mode_is_an_engine_with_settings_of_its_own() -> None:
    mode = load_mode("paddle,read.engine.detection_side=1280,structure.calibrate=false", overrides=["bulk.workers=3"])

    assert mode.name == "paddle,read.engine.detection_side=1280,structure.calibrate=false"
    assert mode.options.read.engine.detection_side == 1280
    assert not mode.options.structure.calibrate
    with pytest.raises(ConfigError, match="did you mean 'detection_side'"):
        load_mode("paddle,read.engine.detection_sid=1280")
    with pytest.raises(ConfigError, match="no engine is called"):
        load_mode("paddel")


class Stub:
    """Answers any file with nothing read."""

    built: int = 0
    closed: int = 0

    def __init__(self, options: PipelineOptions) -> None:
        Stub.built += 1

    def read(self, path: Path):
        return reading(stem=path.stem)

    def close(self) -> None:
        Stub.closed += 1


def test_readings_come_in_order_and_readers_are_closed(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.png" for name in "dacb"]

    found = [one.stem for one in read_all(OPTIONS, paths, processes=2, build=Stub)]

    assert found == list("dacb")
    assert Stub.built == Stub.closed == 2


def test_a_missing_engine_is_told_before_a_file_is_opened(tmp_path: Path) -> None:
    def missing(options: PipelineOptions) -> Stub:
        raise EngineUnavailable("EasyOCR is not installed")

    with pytest.raises(EngineUnavailable):
        next(read_all(OPTIONS, [tmp_path / "never.png"], build=missing))
