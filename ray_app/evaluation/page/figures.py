"""The tables of figures: one a category, a row a mode, the best of each column marked. The terminal shows the same ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ray_app.evaluation.metrics import LOWER_IS_BETTER, NAMES
from ray_app.evaluation.page.markup import Markup, tag
from ray_app.evaluation.report import ModeFigures, Report

HEADS: Mapping[str, str] = {
    "quantity_acc": "quantities right",
    "wrong_quantity": "quantities wrong",
    "ingredient_f1": "ingredient F1",
    "line_f1": "line F1",
    "title_f1": "title F1",
    "cer": "CER",
    "word_f1": "word F1",
    "invented": "invented",
    "calibration_error": "calibration error",
    "images_per_core_second": "images/s a core",
    "escalated": "escalated",
}
MEANINGS: Mapping[str, str] = {
    "quantity_acc": "share of the labelled quantities that were given to their ingredient",
    "wrong_quantity": "share of them in whose place another one was given",
    "ingredient_f1": "quantity, unit and name agree",
    "line_f1": "the ingredient's line was read, nine letters in ten",
    "title_f1": "titles of recipes",
    "cer": "character error rate of the whole text in reading order",
    "word_f1": "words of the whole text, order ignored",
    "invented": "share of the ingredients given that stand nowhere on the page",
    "calibration_error": "expected calibration error of the quantities: how far confidences are from the share right",
    "images_per_core_second": "pages a second of processor time, the loading of the engine apart",
    "escalated": "share of all lines that were read again by a stronger recognizer; n.a. where a mode never does that",
}
assert set(NAMES) < set(HEADS)


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure as it is shown, and whether it is the best of its column."""

    text: str
    best: bool


def cells(modes: Sequence[ModeFigures], group: str) -> list[list[Cell]]:
    """Returns a row a mode of a category's table, a cell a figure (``HEADS``)."""
    best = {name: _best(modes, group, name) for name in HEADS}
    return [
        [Cell(shown(name, value := mode.figures[group].get(name)), _is(value, best[name], name)) for name in HEADS]
        for mode in modes
    ]


def shown(name: str, value: float | None) -> str:
    """Returns a figure as people read it."""
    if value is None:
        return "n.a." if name == "escalated" else "–"
    return f"{value:.2f}" if name == "images_per_core_second" else f"{value:.3f}"


def _best(modes: Sequence[ModeFigures], group: str, name: str) -> float | None:
    values = [value for mode in modes if (value := mode.figures[group].get(name)) is not None]
    if len(values) < 2 or name == "escalated":
        return None
    return min(values) if name in LOWER_IS_BETTER else max(values)


def _is(value: float | None, best: float | None, name: str) -> bool:
    return value is not None and best is not None and shown(name, value) == shown(name, best)


def table(report: Report, group: str) -> Markup:
    """Returns one category's table."""
    heads = [tag("th", head, title=MEANINGS[name], scope="col") for name, head in HEADS.items()]
    rows = [
        tag(
            "tr",
            tag("th", tag("i", class_=f"swatch mode-{index % 6}"), mode.name, scope="row"),
            *(tag("td", cell.text, class_="best" if cell.best else None) for cell in row),
        )
        for index, (mode, row) in enumerate(zip(report.modes, cells(report.modes, group), strict=True))
    ]
    head = tag("thead", tag("tr", tag("th", "mode", scope="col"), *heads))
    return tag("div", tag("table", head, tag("tbody", *rows), class_="figures"), class_="wide")
