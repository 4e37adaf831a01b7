"""Memory over time as one picture: a curve a process, with names, figures and verdicts beside it. Knows numbers and pixels."""

from collections.abc import Sequence
from importlib.resources import files

from ray_app.evaluation.page.frame import Frame, axis_name, grid_x, grid_y
from ray_app.evaluation.page.markup import Markup, tag
from ray_app.performance.memory import Growth, Trace

_WIDTH, _LEGEND, _LEADING = 980, 500.0, 17.0
_DASHES = (None, "5 3", "1.5 2.5")
"""Colours are six; the seventh curve is dashed."""

_MIB = 1024 * 1024


def drawn(title: str, traces: Sequence[Trace], grown: Sequence[Growth]) -> str:
    """Returns an SVG that stands by itself; the largest processes come first."""
    verdicts = {one.pid: one for one in grown}
    curves = sorted((one for one in traces if one.pid in verdicts), key=lambda one: -verdicts[one.pid].peak_mb)
    minutes = max(one.ended for one in curves) / 60
    most = max(verdicts[one.pid].peak_mb for one in curves) * 1.05
    height = max(340.0, 60 + _LEADING * len(curves))
    frame = Frame(48, 34, 430, height - 80, (0.0, minutes), (0.0, most))
    shapes = [_curve(frame, number, one) for number, one in enumerate(curves)]
    names = [_name(number, verdicts[one.pid]) for number, one in enumerate(curves)]
    style = (files("ray_app.evaluation.page") / "report.css").read_text(encoding="utf-8")
    return tag(
        "svg",
        tag("style", Markup(style + "\n.plot { max-width: none; }")),
        tag("text", title, x=frame.left, y=18, class_="plot-title"),
        *(grid_y(frame, value) for value in _steps(most)),
        *(grid_x(frame, value) for value in _steps(minutes)),
        axis_name(frame, "minutes"),
        *shapes,
        *names,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {height:g}",
        class_="plot",
        role="img",
        aria_label=f"{title}: " + "; ".join(_told(verdicts[one.pid]) for one in curves),
    )


def _steps(most: float) -> list[float]:
    """Four to eight round numbers from 0 on."""
    step = next(one * 10**power for power in range(-3, 7) for one in (1, 2, 5) if most / (one * 10**power) <= 8)
    return [round(step * number, 3) for number in range(int(most / step) + 1)]


def _curve(frame: Frame, number: int, trace: Trace) -> Markup:
    every = max(1, len(trace.samples) // 400)
    points = " ".join(f"{frame.across(at / 60):g},{frame.down(held / _MIB):g}" for at, held in trace.samples[::every])
    return tag("polyline", points=points, fill="none", stroke_width=1.3, **_look(number))


def _look(number: int) -> dict[str, str | None]:
    return {"stroke": f"var(--m{number % 6})", "stroke_dasharray": _DASHES[number // 6 % len(_DASHES)]}


def _name(number: int, grown: Growth) -> Markup:
    y = 34 + _LEADING * number
    stroke = tag("line", x1=_LEGEND, x2=_LEGEND + 22, y1=y - 4, y2=y - 4, stroke_width=2, **_look(number))
    return tag("g", stroke, tag("text", _told(grown), x=_LEGEND + 28, y=y, class_=None if grown.steady else "bad"))


def _told(grown: Growth) -> str:
    if grown.ended_early:
        verdict = "ended early"
    else:
        verdict = "too young to tell" if grown.growth is None else f"{grown.growth:+.1%}"
    return f"{grown.name} ({grown.pid}): {grown.early_mb:,.0f} to {grown.late_mb:,.0f} MiB, {verdict}"
