import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ray_app.engines.joint_reading import LineReading
from ray_app.engines.line_starts import Start, find_starts, read_starts, with_start
from ray_app.types import RgbImage

FONT = ImageFont.load_default(30)
ROWS = (60, 120, 180)
"""Baselines of the drawn lines."""


def page(amounts: tuple[str, str, str] = ("2", "1", "3"), *, gap: int = 40, light: bool = False) -> Image.Image:
    image = Image.new("RGB", (500, 240), "black" if light else "white")
    pen = ImageDraw.Draw(image)
    for row, amount in zip(ROWS, amounts, strict=True):
        pen.text((100, row), amount, fill="white" if light else "black", font=FONT, anchor="ls")
        pen.text((120 + gap, row), "cups flour", fill="white" if light else "black", font=FONT, anchor="ls")
    return image


def box(row: int, left: float, right: float = 330) -> list[list[float]]:
    return [[left, row - 32], [right, row - 32], [right, row + 10], [left, row + 10]]


def boxes(middle: float = 154) -> NDArray[np.float32]:
    """The first and the last line with their amounts; the second begins at ``middle``."""
    return np.array([box(60, 94), box(120, middle), box(180, 94)], np.float32)


TEXTS = ("2 cups flour", "cups flour", "3 cups flour")


def starts(image: Image.Image, found: NDArray[np.float32], texts: tuple[str, ...] = TEXTS) -> dict[int, Start]:
    return find_starts(np.array(image), found, texts)


@pytest.mark.parametrize("light", [False, True])
def test_a_digit_without_a_box_is_found_before_its_line(light: bool) -> None:
    (start,) = starts(page(light=light), boxes()).items()

    assert start[0] == 1
    assert start[1].line[0][0] == pytest.approx(94, abs=9)
    assert start[1].line[1].tolist() == [330, 88]
    assert start[1].gap is not None
    assert start[1].gap[1].tolist() == [154, 88]


def test_a_digit_that_is_cut_by_the_edge_of_the_box_has_no_gap_of_its_own() -> None:
    (start,) = starts(page(), boxes(middle=108)).values()

    assert start.line[0][0] < 100
    assert start.gap is None


def test_a_digit_that_stands_on_a_ruled_line_is_found() -> None:
    image = page()
    ImageDraw.Draw(image).line((0, 121, 500, 121), fill="black", width=2)

    assert list(starts(image, boxes())) == [1]


@pytest.mark.parametrize(
    "mark",
    [
        ((94, 0), (94, 240)),  # a rule or an edge that goes on
        ((100, 105), (106, 111)),  # a bullet
        ((0, 116), (110, 116)),  # a ruled line
        ((10, 95), (14, 120)),  # too far away
    ],
)
def test_what_is_no_digit_is_no_beginning(mark: tuple[tuple[int, int], tuple[int, int]]) -> None:
    image = page(("2", "", "3"))
    ImageDraw.Draw(image).rectangle((*mark[0], mark[1][0] + 2, mark[1][1] + 2), fill="black")

    assert starts(image, boxes()) == {}


def test_ink_of_another_box_is_no_beginning() -> None:
    found = np.concatenate([boxes(), np.array([box(120, 90, 125)], np.float32)])

    assert starts(page(), found, (*TEXTS, "1")) == {}


def test_ink_that_stands_in_no_column_of_amounts_is_no_beginning() -> None:
    assert starts(page(), boxes(), ("Two cups flour", "cups flour", "flour")) == {}
    assert starts(page(), boxes(), ("", "1 cups flour", "")) == {}


@pytest.mark.parametrize("size", [(1, 1), (3, 60)])
def test_boxes_of_no_size_have_no_beginning(size: tuple[int, int]) -> None:
    height, width = size
    tiny = np.array([[[50, 50], [50 + width, 50], [50 + width, 50 + height], [50, 50 + height]]], np.float32)

    assert starts(page(), np.concatenate([tiny, tiny]), ("1", "2")) == {}


@pytest.mark.parametrize(
    ("line", "whole", "gap", "expected"),
    [
        (("cup milk", 0.9), ("1 cup milk", 0.8), None, ("1 cup milk", 0.8)),
        (("½ cup milk", 0.9), ("1½ cup milk", 0.8), None, ("1½ cup milk", 0.8)),
        (("l cup milk", 0.9), ("1 cup milk", 0.8), None, ("1 cup milk", 0.8)),
        (("cup milk", 0.9), ("Icup milk", 0.8), ("1", 0.95), ("1 cup milk", 0.9)),
        (("cup milk", 0.9), ("Icup milk", 0.8), ("1", 0.8), None),
        (("cup milk", 0.9), ("Icup milk", 0.8), ("1 cup", 0.95), None),
        (("cup milk", 0.9), ("Icup milk", 0.8), ("•", 0.99), None),
        (("cup milk", 0.9), ("0 cup milk", 0.8), ("0", 0.99), None),
        (("2 cups milk", 0.9), ("7 2 cups milk", 0.8), None, None),
        (("1/2 cup milk", 0.9), ("1 1/2 cup milk", 0.8), None, ("1 1/2 cup milk", 0.8)),
        (("2 cups milk", 0.9), ("3 cups milk", 0.8), ("1", 0.99), None),
        (("cup milk", 0.9), ("1 Tbsp oil", 0.99), None, None),
        (("cup milk", 0.9), ("1", 0.99), None, None),
        (("", 0.0), ("1 cup", 0.99), None, None),
    ],
)
def test_an_amount_is_taken_over_only_where_the_rest_agrees_or_it_is_sure(
    line: tuple[str, float],
    whole: tuple[str, float],
    gap: tuple[str, float] | None,
    expected: tuple[str, float] | None,
) -> None:
    found = with_start(LineReading(*line), LineReading(*whole), LineReading(*gap) if gap else None)
    assert found == (LineReading(*expected) if expected else None)


def test_only_lines_with_ink_before_them_are_read_again_and_keep_their_places() -> None:
    pages = [np.array(page(("2", "", "3"))), np.array(page())]
    found = [boxes(), boxes()]
    answers = [LineReading(text, 0.9) for text in TEXTS * 2]
    asked: list[int] = []

    def read(crops: list[RgbImage], text: str) -> list[LineReading]:
        asked.append(len(crops))
        return [LineReading(text, 0.95)] * len(crops)

    read_starts(
        pages,
        found,
        answers,
        read_lines=lambda c: read(list(c), "? cups flour"),
        read_amounts=lambda c: read(list(c), "1"),
    )

    assert asked == [1, 1]
    assert answers == [LineReading(text, 0.9) for text in (*TEXTS, TEXTS[0], "1 cups flour", TEXTS[2])]
    assert (found[0] == boxes()).all()
    assert found[1][1][0][0] < 105
