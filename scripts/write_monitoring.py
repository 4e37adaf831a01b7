"""Writes what is made of the table of metrics again (make monitoring): its copy in docs, and Grafana's dashboards."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.monitoring.dashboards import written  # noqa: E402 -- found in the checkout, which is no package
from scripts.monitoring.panels import DASHBOARDS  # noqa: E402
from scripts.monitoring.table import inserted  # noqa: E402

PAGE = ROOT / "docs" / "monitoring.md"
FOLDER = ROOT / "deploy" / "grafana" / "dashboards"


def main() -> None:
    """Writes."""
    PAGE.write_text(inserted(PAGE.read_text()))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for dashboard in DASHBOARDS:
        (FOLDER / f"{dashboard.uid}.json").write_text(written(dashboard))


if __name__ == "__main__":
    main()
