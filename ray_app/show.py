"""Tables for people: what was found in each image, and what became of a run. Knows rows as JSON; prints, decides nothing."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ray_app.bulk.summary import Summary
from ray_app.errors import INCOMPLETE
from ray_app.options import ReviewOptions

SHOWN = 30
"""Files of a dataset that are shown on a terminal; more scroll away unread."""


def show_file(console: Console, row: Mapping[str, Any], doubtful: float = ReviewOptions().ingredient_below) -> None:
    """Prints one input's recipe as a table, or why there is none.

    Args:
        console: where to.
        row: a line of ``--jsonl``.
        doubtful: ingredients less sure than this are marked for a second look, as are those read in two ways.
    """
    name = escape(Path(row["path"]).name)
    error = row["error"]
    if error is not None:
        style = "red" if row["status"] == "failed" else "yellow"
        console.print(
            f"\n[bold]{name}[/bold]  [{style}]{error['code']}[/{style}]: {escape(error['message'])}", highlight=False
        )
        console.print(f"  {escape(error['advice'])}", highlight=False)
    if error is None or row["ingredients"]:
        titles = " · ".join(title or "(untitled)" for title in row["titles"]) or "(untitled)"
        console.print(
            f"\n[bold]{escape(titles)}[/bold]  [dim]{name}, read by {escape(row['engine'] or '?')}[/dim]",
            highlight=False,
        )
        if row["ingredients"]:
            console.print(_ingredients(row["ingredients"], len(row["titles"]), doubtful))
        steps = row["directions"]
        if steps:
            first = steps[0] if len(steps[0]) < 90 else steps[0][:87].rsplit(" ", 1)[0] + " …"
            more = f" [dim](+{len(steps) - 1} more)[/dim]" if len(steps) > 1 else ""
            console.print(f"  [dim]Directions:[/dim] {escape(first)}{more}", highlight=False)
        if row["mentioned"]:
            named = "; ".join(one["line"] for one in row["mentioned"])
            console.print(f"  [dim]Named in them only:[/dim] {escape(named)}", highlight=False)
        if row["status"] == "partial":
            why = "; ".join(one["message"] for one in row["warnings"] if one["code"] in INCOMPLETE)
            console.print(f"  [yellow]partial[/yellow]: {escape(why)}", highlight=False)


def _ingredients(ingredients: Sequence[Mapping[str, Any]], recipes: int, doubtful: float) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=True)
    if recipes > 1:
        table.add_column("recipe", justify="right")
    table.add_column("quantity", justify="right")
    for column in ("unit", "ingredient", "preparation"):
        table.add_column(column)
    table.add_column("sure", justify="right")
    for item in ingredients:
        sure = item["confidence"]
        cells = [item["quantity"] or "", item["unit"] or "", item["name"] or item["line"], item["preparation"] or ""]
        look = sure < doubtful or bool(item["readings_disagree"])
        marked = Text(f"{sure:.2f}" + (" ?" if look else ""), style="yellow" if look else "dim")
        lead = [str(item["recipe"] + 1)] if recipes > 1 else []
        table.add_row(*map(escape, lead + cells), marked)
    return table


def show_total(console: Console, rows: Sequence[Mapping[str, Any]], where: Path | None) -> None:
    """Prints the closing line of an extraction."""
    failed = sum(row["status"] == "failed" for row in rows)
    found = sum(len(row["ingredients"]) for row in rows)
    style = "red" if failed else "green"
    ok = len(rows) - failed
    partial = sum(row["status"] == "partial" for row in rows)
    line = f"[{style}]{ok} of {len(rows)} read[/{style}], {found} ingredients"
    if partial:
        line += f", {partial} with less than a whole recipe"
    if where is not None and str(where) != "-":
        line += f"; written to {escape(str(where))}"
    console.print(("\n" if where is None else "") + line, highlight=False)


def show_run(console: Console, rows: Iterable[Mapping[str, Any]], summary: Summary, output: str) -> None:
    """Prints the first files of a dataset, what failed among them, and the counts of the whole."""
    images = (row for row in rows if row["status"] != "skipped")
    for number, row in enumerate(images):
        if number == SHOWN:
            console.print(f"\n[dim]… the first {SHOWN} files; recipe-ocr export has them all[/dim]", highlight=False)
            break
        if row["status"] != "duplicate":
            show_file(console, row)
            continue
        name = escape(Path(row["path"]).name)
        console.print(
            f"\n[bold]{name}[/bold]  [dim]the same picture as {escape(row['duplicate_of'])}[/dim]", highlight=False
        )
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    counts = {
        "inputs": summary.inputs,
        "ok": summary.ok,
        "partial": summary.partial,
        "failed": summary.failed,
        "duplicates": summary.duplicates,
        "skipped": summary.skipped,
    }
    cells = [f"{count:,}" for count in counts.values()]
    for name in (*counts, "images/s", "seconds"):
        table.add_column(name, justify="right")
    rate = "" if summary.images_per_second is None else f"{summary.images_per_second:.2f}"
    table.add_row(*cells, rate, f"{summary.seconds:.1f}")
    console.print()
    console.print(table)
    for code, count in summary.errors.items():
        console.print(f"  {count:,} x {code}", highlight=False)
    if summary.skipped:
        console.print(f"  {summary.skipped:,} skipped: files beside the images that are none", highlight=False)
    console.print(f"\nParquet, summary.json and failed/ are in [bold]{escape(output)}[/bold]", highlight=False)
