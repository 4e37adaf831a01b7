"""The default engine's two recognizers with real weights, on a page whose fractions the second one has no signs for."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from ray_app.options import PaddleOptions, PipelineOptions, ReadOptions
from ray_app.pipeline import RecipePipeline
from ray_app.types import ImageInput, ImageResult

COOKBOOK = Path(__file__).parents[2] / "samples" / "old_cookbook.jpg"


@pytest.fixture(scope="module")
def read() -> Callable[[float], ImageResult]:
    """Reads the page, lines less sure than the argument twice."""
    image = ImageInput(image_id="cookbook", data=COOKBOOK.read_bytes(), source=COOKBOOK.name)

    def run(below: float) -> ImageResult:
        engine = PaddleOptions(second_below=below)
        return RecipePipeline.from_options(PipelineOptions(read=ReadOptions(engine=engine))).run([image])[0]

    return run


def test_lines_in_doubt_carry_both_readings_and_amounts_that_differ_are_flagged(read) -> None:
    result = read(1.0)

    assert result.page is not None
    assert all(len(line.readings) == 2 for line in result.page.lines)
    found = {one.name: one for one in result.recipes[0].ingredients}
    first, second = found["molasses"].readings_disagree
    assert found["molasses"].amount.quantity == first.quantity == Fraction(2, 3)
    assert second.quantity != first.quantity
    assert found["rye meal"].readings_disagree == ()
    assert 0 < sum(bool(one.readings_disagree) for one in found.values()) < len(found)


def test_a_page_without_doubtful_lines_is_read_once(read) -> None:
    result = read(0.0)

    assert result.page is not None
    assert not any(line.readings for line in result.page.lines)
    assert not any(one.readings_disagree for one in result.recipes[0].ingredients)
