import pytest

from ray_app.engines.tesseract_lines import lines_of
from ray_app.geometry import Quad

HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"


def row(text: str, left: int, *, line: int = 1, width: int = 50, height: int = 20, confidence: float = 90.0) -> str:
    return f"5\t1\t1\t1\t{line}\t1\t{left}\t{100 * line}\t{width}\t{height}\t{confidence}\t{text}"


def test_words_of_a_line_are_joined_and_boxed() -> None:
    (line,) = lines_of("\n".join([HEADER, row("2", 10, confidence=80.0), row("cups", 70, height=26)]))

    assert line.text == "2 cups"
    assert line.quad == Quad.box(10, 100, 120, 126)
    assert line.confidence == pytest.approx(0.85)


def test_lines_stay_apart() -> None:
    lines = lines_of("\n".join([row("Cake", 10), row("Flour", 10, line=2)]))

    assert [line.text for line in lines] == ["Cake", "Flour"]


def test_a_gap_as_wide_as_between_columns_cuts_the_line() -> None:
    lines = lines_of("\n".join([row("flour", 10), row("sugar", 70), row("Mix", 161), row("well", 220)]))

    assert [line.text for line in lines] == ["flour sugar", "Mix well"]


def test_a_gap_of_justified_text_does_not() -> None:
    (line,) = lines_of("\n".join([row("flour", 10), row("sugar", 100)]))

    assert line.text == "flour sugar"


@pytest.mark.parametrize("table", ["", HEADER, "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t", row(" ", 10), "5\t1\tbroken"])
def test_rows_without_a_word_are_left_out(table: str) -> None:
    assert lines_of(table) == ()


def test_a_tab_or_newline_less_table_of_the_library_is_read_like_the_programs() -> None:
    rows = [row("Salt", 10), row("Pepper", 200, line=2)]

    assert lines_of("\n".join(rows)) == lines_of("\n".join([HEADER, *rows]) + "\n")
