import numpy as np
import pytest

from ray_app.imaging.ink import find_ink
from ray_app.imaging.skew import find_skew, straighten
from tests.unit.imaging.pictures import page


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
@pytest.mark.parametrize("degrees", [-12.0, -3.0, -0.8, 1.0, 4.5, 9.0])
def test_tilt_is_found_whichever_way_the_page_lies(degrees, quarter):
    tilted, _ = straighten(np.ascontiguousarray(np.rot90(page(), quarter)), -degrees)
    assert find_skew(find_ink(tilted), 15.0) == pytest.approx(degrees, abs=0.15)


@pytest.mark.parametrize("pixels", [page(), page(noise=8), page(paper=25, ink=230), np.rot90(page()).copy()])
def test_an_upright_page_is_left_alone(pixels):
    assert find_skew(find_ink(pixels), 15.0) == 0.0


def test_dark_pages_are_measured_too():
    tilted, _ = straighten(page(paper=25, ink=230), -3.0)
    assert find_skew(find_ink(tilted), 15.0) == pytest.approx(3.0, abs=0.15)


@pytest.mark.parametrize("marks", [10, 40, 100, 500])
def test_nothing_is_turned_by_scattered_marks(marks):
    rng = np.random.default_rng(marks)
    pixels = np.full((800, 800, 3), 255, np.uint8)
    for x, y in rng.integers(20, 780, (marks, 2)):
        pixels[y : y + rng.integers(6, 20), x : x + 7] = 0
        pixels[y : y + 3, x : x + 12] = 0
    assert find_skew(find_ink(pixels), 15.0) == 0.0


def test_a_limit_of_zero_turns_nothing():
    tilted, _ = straighten(page(), -5.0)
    assert find_skew(find_ink(tilted), 0.0) == 0.0


@pytest.mark.parametrize("degrees", [-7.0, 0.5, 12.0])
def test_straightening_keeps_all_and_leads_back(degrees):
    pixels = np.full((300, 500, 3), 255, np.uint8)
    marks = [(60, 40), (440, 60), (250, 150), (70, 260)]
    for number, (x, y) in enumerate(marks):
        pixels[y - 3 : y + 3, x - 3 : x + 3, number % 3] = 0
    turned, back = straighten(pixels, degrees)
    assert turned.flags.c_contiguous
    assert turned.flags.writeable
    for number, mark in enumerate(marks):
        others = [turned[:, :, channel] > 128 for channel in range(3) if channel != number % 3]
        spots = np.argwhere((turned[:, :, number % 3] < 128) & others[0] & others[1])
        places = [back.apply((x + 0.5, y + 0.5)) for y, x in spots]
        near = [place for place in places if np.hypot(place[0] - mark[0], place[1] - mark[1]) < 30]
        assert np.hypot(*(np.mean(near, axis=0) - mark)) < 1.0
