import pytest

from ray_app.geometry import Homography, Quad

TURN = Homography(0.0, -1.0, 5.0, 1.0, 0.0, 2.0)
TILT = Homography(1.1, 0.2, 3.0, -0.1, 0.9, 4.0, 0.001, -0.0005)


@pytest.mark.parametrize("first", [TURN, TILT, Homography()])
@pytest.mark.parametrize("second", [TURN, TILT, Homography(a=2.0, e=3.0)])
def test_maps_are_joined(first: Homography, second: Homography) -> None:
    for point in ((0.0, 0.0), (120.0, 40.0), (-7.0, 300.0)):
        assert second.after(first).apply(point) == pytest.approx(second.apply(first.apply(point)))


def test_perspective_divides_by_the_distance() -> None:
    assert Homography(g=0.5).apply((2.0, 3.0)) == (1.0, 1.5)


def test_a_figure_holds_what_lies_within() -> None:
    quad = Quad(((10, 0), (90, 10), (100, 60), (0, 50)))

    assert quad.holds(quad.middle)
    assert quad.middle == (50, 30)
    assert not quad.holds((2, 5))
    assert not quad.holds((50, 70))
    assert Quad.box(0, 0, 10, 10).holds((10, 10))
