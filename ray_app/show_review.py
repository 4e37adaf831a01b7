"""What a person should look at, as a table on the terminal: file, line as read, the field in doubt, why, and where."""

from pathlib import PurePath

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ray_app.bulk.review import Entry, Review

_WIDTH = 140
"""Of a file or a pipe, where nothing says how wide it is."""


def show_review(console: Console, found: Review) -> None:
    """Prints the entries and how many there are in all."""
    if not console.is_terminal:
        console = Console(file=console.file, width=_WIDTH)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("sure", justify="right")
    table.add_column("file")
    for head in ("read", "in doubt", "why", "crop: left, top, right, bottom"):
        table.add_column(head, overflow="fold")
    for entry in found.entries:
        crop = ", ".join(map(str, entry.crop))
        cells = (f"{entry.confidence:.2f}", _file(entry), entry.line, entry.doubt.field, entry.doubt.why, crop)
        table.add_row(*map(escape, cells))
    if found.entries:
        console.print(table)
    shown = f", the {len(found.entries)} least sure above" if len(found.entries) < found.doubtful else ""
    console.print(f"{found.doubtful:,} of {found.ingredients:,} ingredients are in doubt{shown}", highlight=False)


def _file(entry: Entry) -> str:
    page = f" p. {entry.page}" if entry.page > 1 else ""
    return PurePath(entry.path).name + page
