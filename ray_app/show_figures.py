"""An evaluation's figures as tables on the terminal: one a category, a row a mode, the best of each column bold."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ray_app.evaluation.metrics import ALL
from ray_app.evaluation.page.figures import HEADS, cells
from ray_app.evaluation.report import Report

_SHORT: Mapping[str, str] = {
    "quantity_acc": "quantity\nright",
    "wrong_quantity": "quantity\nwrong",
    "ingredient_f1": "ingr.\nF1",
    "line_f1": "line\nF1",
    "title_f1": "title\nF1",
    "cer": "CER\n",
    "word_f1": "word\nF1",
    "invented": "in-\nvented",
    "calibration_error": "calib.\nerror",
    "images_per_core_second": "images/s\na core",
    "escalated": "esca-\nlated",
}
_WIDTH = 132
"""Of a file or a pipe, where nothing says how wide it is."""


def show_figures(console: Console, report: Report, out: Path) -> None:
    """Prints the tables and where the report is."""
    if not console.is_terminal:
        console = Console(file=console.file, width=_WIDTH)
    for group, count in report.counts.items():
        name = "all images" if group == ALL else escape(group)
        table = Table(
            title=f"{name} ({count})", title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0)
        )
        table.add_column("\nmode", overflow="fold", min_width=12)
        for head in HEADS:
            table.add_column(_SHORT[head], justify="right", no_wrap=True)
        for mode, row in zip(report.modes, cells(report.modes, group), strict=True):
            figures = (f"[bold green]{cell.text}[/bold green]" if cell.best else cell.text for cell in row)
            table.add_row(escape(mode.name), *figures)
        console.print(table)
        console.print()
    unread = sum(image.error is not None for mode in report.modes for image in mode.images)
    if unread:
        console.print(f"[yellow]{unread} readings failed; report.json says why[/yellow]")
    console.print(f"The report to look at: [bold]{escape(str(out / 'report.html'))}[/bold]", highlight=False)
