"""Writes the table of docs/monitoring.md again, from the code (make monitoring)."""

from pathlib import Path

from monitoring.table import inserted

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "monitoring.md"


def main() -> None:
    """Writes."""
    PAGE.write_text(inserted(PAGE.read_text()))


if __name__ == "__main__":
    main()
