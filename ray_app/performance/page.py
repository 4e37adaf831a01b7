"""The report to look at: verdicts, plots over the number of clients, all figures. One HTML file that needs nothing else."""

import statistics
from collections.abc import Callable, Sequence
from importlib.resources import files

from ray_app.evaluation.page.markup import Markup, join, tag
from ray_app.performance.figures import Cell
from ray_app.performance.report import HEADS, Report, line, number, told

_PLOTS = (
    ("Answers a second", ("per_second",)),
    ("Seconds until the answer", ("p50_s", "p95_s", "p99_s")),
    ("Share answered", ("success",)),
    ("Memory, MiB", ("peak_mb", "front_peak_mb")),
    ("CPU of the machine", ("cpu",)),
)
_LEFT, _TOP, _WIDTH, _HEIGHT = 48.0, 34.0, 330.0, 200.0


def page(report: Report) -> str:
    """Returns the report as HTML."""
    style = (files("ray_app.evaluation.page") / "report.css").read_text(encoding="utf-8")
    title = f"Performance against the targets of {report.environment}"
    longest = max(cell.seconds for cell in report.cells)
    cells = sorted((cell for cell in report.cells if cell.seconds == longest), key=lambda cell: cell.clients)
    body = join(
        tag("h1", title),
        tag("p", told(report)),
        tag("h2", f"Verdicts at {report.judged_clients} clients for {report.judged_seconds:g} s"),
        _verdicts(report),
        *(tag("p", words, class_="note") for words in report.advice),
        tag("h2", "With more clients"),
        tag("div", *(_plot(name, figures, cells) for name, figures in _PLOTS), class_="plots"),
        tag("h2", "All runs"),
        tag("div", _table(HEADS, [line(cell) for cell in report.cells]), class_="wide"),
        tag("h2", "Ratios"),
        _table(("ratio", "value"), [(name, f"{value:.2f}") for name, value in report.ratios.items()]),
    )
    head = tag("head", tag("meta", charset="utf-8"), tag("title", title), tag("style", Markup(style)))
    return "<!doctype html>\n" + tag("html", head, tag("body", tag("main", body)), lang="en")


def _verdicts(report: Report) -> Markup:
    head = tag("tr", *(tag("th", name) for name in ("target", "asked", "measured", "verdict")))
    lines = [
        tag(
            "tr",
            tag("th", row.name),
            tag("td", f"{'at least' if row.at_least else 'at most'} {number(row.target, row.unit)}"),
            tag("td", number(row.measured, row.unit)),
            tag("td", row.verdict, class_={True: "best", False: "bad", None: "note"}[row.met]),
        )
        for row in report.rows
    ]
    return tag("table", tag("thead", head), tag("tbody", *lines), class_="figures")


def _table(heads: tuple[str, ...], lines: list[tuple[str, ...]]) -> Markup:
    body = [tag("tr", tag("th", one[0]), *(tag("td", text) for text in one[1:])) for one in lines]
    head = tag("tr", *(tag("th", name) for name in heads))
    return tag("table", tag("thead", head), tag("tbody", *body), class_="figures")


def _plot(title: str, figures: tuple[str, ...], cells: list[Cell]) -> Markup | None:
    """Figures over the number of clients; a bar at each dot spans the rounds. None where nothing was measured."""
    series = {name: [(cell.clients, cell.values(name)) for cell in cells if cell.values(name)] for name in figures}
    series = {name: found for name, found in series.items() if found}
    if not series:
        return None
    most = max(value for found in series.values() for _, values in found for value in values) * 1.1 or 1.0
    clients = [cell.clients for cell in cells]

    def across(count: int) -> float:
        return round(_LEFT + _WIDTH * (clients.index(count) + 0.5) / len(clients), 1)

    def down(value: float) -> float:
        return round(_TOP + _HEIGHT * (1 - value / most), 1)

    grid = [
        join(
            tag("line", x1=_LEFT, x2=_LEFT + _WIDTH, y1=down(most * step / 4), y2=down(most * step / 4), class_="grid"),
            tag(
                "text",
                f"{most * step / 4:.3g}",
                x=_LEFT - 5,
                y=down(most * step / 4) + 3.5,
                class_="tick",
                text_anchor="end",
            ),
        )
        for step in range(5)
    ]
    names = [
        tag("text", str(count), x=across(count), y=_TOP + _HEIGHT + 13, class_="tick", text_anchor="middle")
        for count in clients
    ]
    lines = [_line(index, name, found, across, down) for index, (name, found) in enumerate(series.items())]
    axis = tag("text", "clients", x=_LEFT + _WIDTH / 2, y=_TOP + _HEIGHT + 30, class_="tick", text_anchor="middle")
    heading = tag("text", title, x=_LEFT, y=18, class_="plot-title")
    return tag(
        "svg", heading, *grid, *names, *lines, axis, viewBox="0 0 430 280", class_="plot", role="img", aria_label=title
    )


def _line(
    index: int,
    name: str,
    found: Sequence[tuple[int, list[float]]],
    across: Callable[[int], float],
    down: Callable[[float], float],
) -> Markup:
    bars = [
        tag(
            "line",
            x1=across(clients),
            x2=across(clients),
            y1=down(min(values)),
            y2=down(max(values)),
            stroke="currentColor",
        )
        for clients, values in found
    ]
    dots = [tag("circle", cx=across(clients), cy=down(statistics.median(values)), r=4.0) for clients, values in found]
    clients, values = found[-1]
    label = tag("text", name, x=across(clients) - 8, y=down(statistics.median(values)) - 8, text_anchor="end")
    points = " ".join(f"{across(clients)},{down(statistics.median(values))}" for clients, values in found)
    way = tag("polyline", points=points, fill="none", stroke=f"var(--m{index})")
    return tag("g", way, *bars, *dots, label, class_=f"dot mode-{index}")
