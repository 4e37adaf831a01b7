import re
from itertools import combinations

import pytest

from ray_app.evaluation.page.plots import Dot, against_cost

NAMES = ("auto", "paddle", "paddle,second_below=0.9", "paddle-stock", "tesseract", "easyocr")


def names(svg):
    """The boxes of the names in a plot: left, top, right, bottom."""
    found = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(start|end)">([^<]+)</text></g>', svg)
    boxes = []
    for x, y, anchor, name in found:
        width = 6.5 * len(name)
        left = float(x) - (width if anchor == "end" else 0)
        boxes.append((left, float(y) - 10, left + width, float(y) + 2))
    return boxes


@pytest.mark.parametrize("share", [0.02, 0.9, 1.0])
@pytest.mark.parametrize("apart", [0.0, 0.02])
def test_names_of_modes_that_are_as_good_and_as_dear_stand_apart_and_within_the_plot(share, apart):
    dots = [
        Dot(name=name, index=index, x=0.5 + apart * index, y=share - apart * index / 10)
        for index, name in enumerate(NAMES)
    ]

    boxes = names(against_cost("quantities right", dots))

    assert len(boxes) == len(NAMES)
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert all(left > 0 and top > 18 and right < 430 and bottom < 260 for left, top, right, bottom in boxes)
