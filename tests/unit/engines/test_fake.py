import time

import numpy as np

from ray_app.engines.fake import FakeEngine
from ray_app.options import FakeOptions


def test_lines_lie_inside_the_image_from_top_to_bottom() -> None:
    (lines,) = FakeEngine(FakeOptions()).recognize([np.eye(200, dtype=np.uint8)[:, :, None].repeat(3, 2) * 255])

    tops = [line.quad.bounds[1] for line in lines]
    assert [line.text for line in lines] == list(FakeOptions().lines)
    assert tops == sorted(tops)
    for line in lines:
        left, top, right, bottom = line.quad.bounds
        assert 0 <= left < right <= 200
        assert 0 <= top < bottom <= 200


def test_no_lines_and_empty_lines_are_possible() -> None:
    image = np.zeros((10, 10, 3), dtype=np.uint8)
    image[0] = 255

    assert FakeEngine(FakeOptions(lines=())).recognize([image]) == [()]
    assert [line.text for line in FakeEngine(FakeOptions(lines=("",))).recognize([image])[0]] == [""]


def test_it_takes_the_time_it_is_told() -> None:
    started = time.perf_counter()

    FakeEngine(FakeOptions(seconds=0.05)).recognize([np.zeros((4, 4, 3), dtype=np.uint8)])

    assert time.perf_counter() - started >= 0.05
