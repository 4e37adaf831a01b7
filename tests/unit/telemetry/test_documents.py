from pathlib import Path

import pytest

from scripts.monitoring.table import inserted

ROOT = Path(__file__).parents[3]


def test_table_in_docs_is_that_of_the_code():
    page = (ROOT / "docs" / "monitoring.md").read_text()

    assert inserted(page) == page, "stale: run make monitoring"


def test_page_without_marks_is_refused():
    with pytest.raises(ValueError, match="lacks"):
        inserted("# Seeing it work")
