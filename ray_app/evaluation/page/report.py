"""The whole report: figures, accuracy against cost, reliability, then every image."""

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files

from ray_app.evaluation.matching import Verdict
from ray_app.evaluation.metrics import ALL
from ray_app.evaluation.observations import Field
from ray_app.evaluation.page import differences, plots
from ray_app.evaluation.page.figures import HEADS, MEANINGS, table
from ray_app.evaluation.page.markup import Child, Markup, join, tag
from ray_app.evaluation.report import Report
from ray_app.evaluation.scoring import Judged

MOST_PICTURES = 150
"""Images that are shown, the worst first; a page with more would be slow to open."""

_FOLDERS = re.compile(r",(?:\w+\.)+(?=\w+=)")
"""Where a setting stands in the tree: of "paddle,read.engine.second_below=0.9" a plot names "paddle,second_below=0.9"."""

_PLOTTED = ("quantity_acc", "wrong_quantity", "ingredient_f1")


def page(report: Report, modes: Mapping[str, Sequence[Judged]]) -> str:
    """Returns the report as one HTML file.

    Args:
        report: the figures.
        modes: the judged images that they are of, by mode.
    """
    body = join(
        _head(report),
        tag("h2", "Figures"),
        *(join(tag("h3", _group(report, group)), table(report, group)) for group in report.counts),
        tag("details", tag("summary", "What the figures mean"), _meanings(HEADS, MEANINGS)),
        tag("h2", "Accuracy against cost"),
        tag("div", *_costs(report), class_="plots"),
        tag("h2", "Do confidences mean what they say?"),
        tag(
            "p",
            "A dot on the diagonal does: of what was read with that confidence, that share was right. Below it the "
            "mode is too sure of itself. A dot's area is how many were seen.",
        ),
        *_reliabilities(report),
        tag("h2", "Image by image"),
        _images(report, modes),
    )
    return "<!doctype html>\n" + tag("html", _html_head(report), tag("body", tag("main", body), _script()), lang="en")


def _html_head(report: Report) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"Recipe OCR on {report.labels}"),
        tag("style", _file("report.css")),
    )


def _script() -> Markup:
    return tag("script", _file("report.js"))


def _file(name: str) -> Markup:
    return Markup((files(__package__) / name).read_text(encoding="utf-8"))


def _head(report: Report) -> Markup:
    count = report.counts[ALL]
    engines = "; ".join(f"{mode.name}: {', '.join(mode.engines) or 'nothing read'}" for mode in report.modes)
    return tag(
        "header",
        tag("h1", "Recipe OCR, measured"),
        tag(
            "p",
            f"{count} labelled images of {report.labels} · version {report.version} · {report.made:%Y-%m-%d %H:%M} UTC",
        ),
        tag("p", engines, class_="note"),
    )


def _group(report: Report, group: str) -> str:
    count = report.counts[group]
    name = "All images" if group == ALL else group.replace("_", " ").capitalize()
    return f"{name} ({count})"


def _meanings(heads: Mapping[str, str], meanings: Mapping[str, str]) -> Markup:
    return tag("dl", *(join(tag("dt", heads[name]), tag("dd", meaning)) for name, meaning in meanings.items()))


def _costs(report: Report) -> list[Markup]:
    drawn = []
    for name in _PLOTTED:
        dots = [
            plots.Dot(name=_FOLDERS.sub(",", mode.name), index=index, x=found["images_per_core_second"], y=found[name])
            for index, mode in enumerate(report.modes)
            if {"images_per_core_second", name} <= (found := mode.figures[ALL]).keys()
        ]
        if dots:
            drawn.append(plots.against_cost(HEADS[name], dots))
    return drawn


def _reliabilities(report: Report) -> list[Markup]:
    found = []
    for index, mode in enumerate(report.modes):
        drawn = [
            plots.reliability(field, seen.bins, seen.error)
            for field in Field
            if (seen := mode.reliability[ALL][field]).count
        ]
        head = tag("h3", tag("i", class_=f"swatch mode-{index % 6}"), mode.name)
        found.append(join(head, tag("div", *drawn, class_=f"plots mode-{index % 6}")))
    return found


def _images(report: Report, modes: Mapping[str, Sequence[Judged]]) -> Markup:
    together = list(zip(*modes.values(), strict=True))
    worst = sorted(together, key=_quality)[:MOST_PICTURES]
    left_out = len(together) - len(worst)
    note = f"The {len(worst)} worst are shown, {left_out} others are not." if left_out else "The worst come first."
    return join(
        tag("nav", _choices(report), _legend(), class_="choices"),
        tag("p", note, class_="note", id="shown"),
        *(differences.image(one) for one in worst),
    )


def _quality(modes: Sequence[Judged]) -> tuple[float, float]:
    """Sorts by the first mode: its quantities, then its ingredients."""
    found = modes[0].figures
    return (
        found.get("quantity_acc", 1.0) - found.get("wrong_quantity", 0.0),
        found.get("ingredient_f1", 1.0 - found["cer"]),
    )


def _choices(report: Report) -> Markup:
    buttons = [
        tag("button", tag("i", class_=f"swatch mode-{index % 6}"), mode.name, type="button", data_show=index)
        for index, mode in enumerate(report.modes)
    ]
    kinds: list[Child] = [tag("option", "all kinds", value="")]
    kinds += [tag("option", group.replace("_", " "), value=group) for group in report.counts if group != ALL]
    return tag(
        "div",
        tag("span", "As read by ", *buttons, role="group", aria_label="mode"),
        tag("label", "Kind ", tag("select", *kinds, id="kind")),
        class_="row",
    )


def _legend() -> Markup:
    marks = [
        tag("span", differences.WORDS[verdict], class_=f"badge {verdict}", title=differences.MEANINGS[verdict])
        for verdict in Verdict
    ]
    return tag("div", *marks, class_="row legend")
