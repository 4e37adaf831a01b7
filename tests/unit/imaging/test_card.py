import numpy as np
import pytest

from ray_app.geometry import Quad
from ray_app.imaging.card import find_card
from ray_app.imaging.flatten import LEAST_LEAN, flatten, lean
from tests.counter import CARD, View, card, counter, photo
from tests.unit.imaging.pictures import page

VIEWS = {
    "from above, turned": View(roll=7),
    "tilted": View(pitch=30, roll=3),
    "tilted far": View(pitch=45, roll=-4, share=0.75),
    "from the side": View(yaw=30, roll=2),
    "from a corner": View(pitch=25, yaw=-25, roll=10, share=0.6),
    "small": View(pitch=15, roll=-12, share=0.45, shift=(0.1, -0.15)),
}


def apart(found: Quad, true: np.ndarray) -> float:
    """Largest distance from a true corner to the nearest one found."""
    return float(max(np.hypot(*(np.array(found.points) - corner).T).min() for corner in true))


@pytest.mark.parametrize("kind", ["granite", "wood", "cloth"])
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_card_on_a_counter_is_found(view: View, kind: str) -> None:
    picture, corners = photo(view, kind=kind, beside=("Kitchen News of July",))

    found = find_card(picture)

    assert found is not None
    assert apart(found, corners) < 0.008 * max(picture.shape)


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_card_is_flattened_and_every_place_is_known_in_the_photo(view: View) -> None:
    picture, corners = photo(view)
    flat, back = flatten(picture, Quad(tuple((float(x), float(y)) for x, y in corners)))

    width = max(np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[3])))
    height = max(np.hypot(*(corners[3] - corners[0])), np.hypot(*(corners[2] - corners[1])))
    inverse = np.linalg.inv(np.array(back.rows))
    there = np.array([inverse @ (x, y, 1.0) for x, y in corners])
    level = there[:, :2] / there[:, 2:]
    assert level - level[0] == pytest.approx(np.array([[0, 0], [width, 0], [width, height], [0, height]]), abs=1.0)
    for place in ((0.3, 0.3), (0.7, 0.6)):
        x, y = level[0] + np.array(place) * (width, height)
        column, row = back.apply((x, y))
        assert np.abs(flat[int(y), int(x)].astype(int) - picture[int(row), int(column)].astype(int)).max() < 40


def test_what_lies_around_a_card_is_kept() -> None:
    picture, corners = photo(View(pitch=20, roll=3))
    flat, back = flatten(picture, Quad(tuple((float(x), float(y)) for x, y in corners)))

    inverse = np.linalg.inv(np.array(back.rows))
    for x, y in ((0, 0), (600, 0), (600, 780), (0, 780)):
        a, b, w = inverse @ (x, y, 1.0)
        assert -1 <= a / w <= flat.shape[1] + 1
        assert -1 <= b / w <= flat.shape[0] + 1


def test_a_card_seen_very_flatly_does_not_fill_the_memory() -> None:
    flat, _ = flatten(counter("wood", 600, 800), Quad(((270, 120), (330, 120), (590, 720), (10, 720))))

    assert flat.shape[0] <= 1.5 * 800 + 1
    assert flat.shape[1] <= 1.5 * 600 + 1


def half_of(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(picture[:, picture.shape[1] // 2 :])


def two_cards() -> np.ndarray:
    one, _ = photo(View(roll=4), size=(600, 420))
    return np.concatenate([one, photo(View(roll=-5, share=0.6), size=(600, 420))[0]])


def box_on_a_page() -> np.ndarray:
    picture = page(600, 800, paper=205).copy()
    picture[330:660, 70:470] = page(400, 330, paper=255)
    return picture


@pytest.mark.parametrize(
    "picture",
    [
        page(),
        np.full((600, 800, 3), 255, np.uint8),
        counter("granite", 800, 600),
        counter("wood", 800, 600),
        counter("cloth", 800, 600),
        half_of(photo(View(roll=5))[0]),
        two_cards(),
        box_on_a_page(),
        photo(View(roll=5, share=0.12))[0],
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((3, 900, 3), np.uint8),
    ],
    ids=["page", "blank", "granite", "wood", "cloth", "half a card", "two cards", "box", "tiny", "pixel", "strip"],
)
def test_in_doubt_there_is_no_card(picture: np.ndarray) -> None:
    assert find_card(picture) is None


def test_a_card_with_a_round_or_torn_outline_is_left_alone() -> None:
    sheet = card()
    rows, columns = np.mgrid[0 : CARD[1], 0 : CARD[0]]
    outside = ((columns - 750) / 750) ** 2 + ((rows - 470) / 470) ** 2 > 1
    sheet[outside] = (95, 85, 78)

    assert find_card(photo(View(roll=5), sheet=sheet)[0]) is None


def test_lean_is_the_largest_difference_from_a_right_angle() -> None:
    assert lean(Quad(((0, 0), (100, 0), (100, 50), (0, 50)))) == pytest.approx(0)
    assert lean(Quad(((10, 0), (90, 0), (100, 57), (0, 57)))) == pytest.approx(9.95, abs=0.01)
    assert LEAST_LEAN > 0
