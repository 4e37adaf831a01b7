"""The table of all metrics, as docs/monitoring.md shows it."""

from ray_app.telemetry.catalog import METRICS
from ray_app.telemetry.metrics import Counter, Histogram, Label, Metric

BEGIN, END = "<!-- metrics: written by make monitoring -->", "<!-- /metrics -->"


def kind(metric: Metric) -> str:
    """Returns a metric's kind in Prometheus' words."""
    return "counter" if isinstance(metric, Counter) else "histogram" if isinstance(metric, Histogram) else "gauge"


def table() -> str:
    """Returns the metrics, their labels, and the bounds of histograms, as Markdown."""
    rows = ["| metric | kind | labels | meaning | told by |", "|---|---|---|---|---|"]
    rows += [
        f"| `{one.name}` | {kind(one)} | {', '.join(f'`{label.name}`' for label in one.labels)} | {one.help} | {one.told_by} |"
        for one in METRICS
    ]
    rows += ["", "| label | values |", "|---|---|"]
    rows += [f"| `{label.name}` of `{'`, `'.join(names)}` | {values(label)} |" for label, names in used().items()]
    histograms = [one for one in METRICS if isinstance(one, Histogram)]
    bounds: dict[tuple[float, ...], list[str]] = {}
    for one in histograms:
        bounds.setdefault(one.buckets, []).append(f"`{one.name}`")
    rows += [
        "",
        *(f"Bounds of {', '.join(names)}: {', '.join(f'{b:g}' for b in all_)}." for all_, names in bounds.items()),
    ]
    return "\n".join(rows)


def used() -> dict[Label, list[str]]:
    """Returns each label with the metrics that have it, their common prefix left out."""
    found: dict[Label, list[str]] = {}
    for metric in METRICS:
        for label in metric.labels:
            found.setdefault(label, []).append(metric.name.removeprefix("recipe_ocr_"))
    return found


def values(label: Label) -> str:
    """Returns what a label can be, in words."""
    return ", ".join(f"`{value}`" for value in sorted(label.values)) if label.values else label.bound


def inserted(page: str) -> str:
    """Returns the page with the table between its marks.

    Raises:
        ValueError: the page lacks the marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"
