"""The orienter with its real weights, on pages of print drawn here, turned every way."""

from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ray_app.engines.orientation import PageOrienter
from ray_app.types import RgbImage

RECIPE = (
    "Plain Cake",
    "2 cups flour",
    "1 cup sugar",
    "3 teaspoons baking powder",
    "Mix the dry ingredients, add milk and eggs,",
    "and bake for forty minutes in a slow oven.",
)


@pytest.fixture(scope="module")
def orienter() -> Iterator[PageOrienter]:
    made = PageOrienter()
    yield made
    made.close()
    made.close()


def page(lines: tuple[str, ...], size: tuple[int, int] = (900, 700)) -> RgbImage:
    image = Image.new("RGB", size, "white")
    for row, text in enumerate(lines):
        ImageDraw.Draw(image).text((60, 40 + 90 * row), text, fill="black", font=ImageFont.load_default(34))
    return np.array(image)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("lines", [RECIPE, RECIPE[:1], RECIPE[4:]], ids=["page", "title", "method"])
def test_a_turned_page_is_turned_back(orienter: PageOrienter, lines: tuple[str, ...], degrees: int) -> None:
    turned = np.ascontiguousarray(np.rot90(page(lines), -degrees // 90))

    assert orienter.find(turned) == (360 - degrees) % 360


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 400), (600, 400)])
def test_a_page_without_lines_is_left_alone(orienter: PageOrienter, height: int, width: int) -> None:
    assert orienter.find(np.full((height, width, 3), 255, dtype=np.uint8)) == 0


def test_a_few_digits_are_left_alone(orienter: PageOrienter) -> None:
    assert orienter.find(page(("1", "2", "8"))) == 0


def test_weights_are_named(orienter: PageOrienter) -> None:
    assert [part.partition(":")[0] for part in orienter.identity] == ["PP-OCRv6_tiny_det", "PP-OCRv6_tiny_rec"]
