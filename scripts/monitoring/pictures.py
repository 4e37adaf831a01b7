"""A picture of each panel's lines, drawn from the same queries that Grafana would ask. Knows Prometheus' HTTP API."""

import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.monitoring.panels import Dashboard, Query

_COLUMNS = 3
_STEP_S = 2


def lines_of(prometheus: str, query: Query, seconds: float) -> dict[str, tuple[list[float], list[float]]]:
    """Returns each line of a query over the last ``seconds``: by its legend, times (s before now) and values."""
    now = time.time()
    asked = {"query": query.expression, "start": now - seconds, "end": now, "step": _STEP_S}
    with urllib.request.urlopen(
        f"{prometheus}/api/v1/query_range?{urllib.parse.urlencode(asked)}", timeout=60
    ) as answer:
        body = json.loads(answer.read())
    found = {}
    for series in body["data"]["result"]:
        points = [(float(at) - now, float(value)) for at, value in series["values"]]
        found[_named(query.legend, series["metric"])] = ([at for at, _ in points], [value for _, value in points])
    return found


def _named(legend: str, labels: Mapping[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), legend)


def draw(prometheus: str, dashboard: Dashboard, target: Path, *, seconds: float) -> None:
    """Draws a dashboard's panels, those without a line as empty, into one picture.

    Args:
        prometheus: its address.
        dashboard: what is drawn.
        target: the picture's file.
        seconds: how far back.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    rows = -(-len(dashboard.panels) // _COLUMNS)
    figure, axes = plt.subplots(rows, _COLUMNS, figsize=(15, 3.1 * rows), squeeze=False, layout="constrained")
    figure.suptitle(dashboard.title)
    for place in axes.flat[len(dashboard.panels) :]:
        place.set_axis_off()
    for place, panel in zip(axes.flat, dashboard.panels, strict=False):
        lines = {name: line for query in panel.queries for name, line in lines_of(prometheus, query, seconds).items()}
        _panel(place, panel.title, panel.unit, lines, seconds)
    figure.savefig(target, dpi=60)
    plt.close(figure)


def _panel(
    place: Any,  # noqa: ANN401 -- matplotlib's axes
    title: str,
    unit: str,
    lines: Mapping[str, tuple[list[float], list[float]]],
    seconds: float,
) -> None:
    divisor, words = {"bytes": (2**20, "MiB"), "percentunit": (0.01, "%"), "reqps": (1, "a second")}.get(
        unit, (1, unit)
    )
    for name, (times, values) in sorted(lines.items()):
        place.plot(times, [value / divisor for value in values], label=name, linewidth=1.4)
    place.set_title(title, fontsize=10)
    place.set_ylabel("" if words == "short" else words, fontsize=8)
    place.set_xlim(-seconds, 0)
    place.tick_params(labelsize=8)
    place.grid(alpha=0.3)
    if lines:
        place.set_ylim(bottom=0)
        place.legend(fontsize=6, loc="upper left")
    else:
        place.text(0.5, 0.5, "nothing to show", ha="center", va="center", transform=place.transAxes, color="gray")
