import numpy as np
import pytest
from numpy.typing import NDArray

from ray_app.engines.crops import GRAY, WIDTH_STEP, cut, size


def corners(left: float, top: float, right: float, bottom: float) -> NDArray[np.float32]:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)


def ramp(height: int, width: int) -> NDArray[np.uint8]:
    """Gets brighter to the right (red) and downwards (green)."""
    image = np.zeros((height, width, 3), dtype=np.uint8)
    image[:, :, 0] = np.linspace(0, 250, width, dtype=np.uint8)[None, :]
    image[:, :, 1] = np.linspace(0, 250, height, dtype=np.uint8)[:, None]
    return image


def test_a_line_is_scaled_to_its_height_and_filled_up_with_gray() -> None:
    line = cut(np.zeros((100, 400, 3), np.uint8), corners(10, 10, 310, 40), height=48, max_width=3200)

    assert line.shape == (48, 480, 3)
    wider = cut(np.zeros((100, 400, 3), np.uint8), corners(10, 10, 311, 40), height=48, max_width=3200)
    assert wider.shape == (48, 480 + WIDTH_STEP, 3)
    assert (wider[:, 482:] == GRAY).all()
    assert (wider[:, :480] == 0).all()


def test_a_line_that_is_too_long_is_squeezed() -> None:
    line = cut(np.zeros((100, 400, 3), np.uint8), corners(0, 10, 400, 20), height=48, max_width=640)

    assert line.shape == (48, 640, 3)


def test_a_standing_digit_is_not_laid_on_its_side() -> None:
    line = cut(ramp(100, 100), corners(10, 10, 30, 60), height=48, max_width=3200)

    assert line[40, 5, 1] > line[5, 5, 1] + 50


def test_a_standing_line_is_turned_so_that_it_starts_at_the_top_right() -> None:
    image = ramp(400, 100)
    line = cut(image, corners(20, 20, 60, 380), height=48, max_width=3200)

    assert line.shape[1] == 448
    assert line[24, 5, 1] < line[24, 420, 1]
    assert line[2, 200, 0] > line[45, 200, 0]


@pytest.mark.parametrize("box", [(5, 5, 5, 5), (5, 5, 6, 5), (0, 0, 1, 1)])
def test_boxes_of_no_size_give_a_line_all_the_same(box: tuple[int, int, int, int]) -> None:
    assert cut(ramp(20, 20), corners(*box), height=48, max_width=3200).shape[0] == 48


def test_size_is_along_and_across_the_text() -> None:
    tilted = np.array([[0, 0], [30, 40], [22, 46], [-8, 6]], dtype=np.float32)

    assert size(tilted) == (50, 10)
