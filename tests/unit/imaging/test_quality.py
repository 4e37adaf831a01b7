import cv2
import numpy as np
import pytest

from ray_app.errors import NoticeCode
from ray_app.imaging.handwriting import handwritten_probability, stroke_features
from ray_app.imaging.ink import find_ink
from ray_app.imaging.quality import is_blank, measure, resolution_notice
from tests.unit.imaging.pictures import page

RNG = np.random.default_rng(5)
SHAPE = (900, 700, 3)


def _grain(mean, deviation):
    return np.clip(RNG.normal(mean, deviation, SHAPE), 0, 255).astype(np.uint8)


def _gradient():
    down, across = np.mgrid[0:900, 0:700]
    light = 250 - 0.12 * across - 0.06 * down
    return np.clip(light[:, :, None] + RNG.normal(0, 3, SHAPE), 0, 255).astype(np.uint8)


def _fibres():
    web = cv2.GaussianBlur(RNG.normal(0, 1, SHAPE[:2]), (0, 0), 3) * 40
    return np.clip(225 + web[:, :, None] + RNG.normal(0, 2, SHAPE), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "pixels",
    [
        np.full(SHAPE, 255, np.uint8),
        np.zeros(SHAPE, np.uint8),
        np.full(SHAPE, 128, np.uint8),
        np.full((1, 1, 3), 7, np.uint8),
        _grain(230, 3),
        _grain(200, 10),
        _gradient(),
        _fibres(),
    ],
    ids=["white", "black", "grey", "pixel", "grain", "strong grain", "gradient", "fibres"],
)
def test_pages_without_ink_are_blank(pixels):
    assert is_blank(find_ink(pixels))


@pytest.mark.parametrize(
    "pixels",
    [page(), page(paper=20, ink=235), page(paper=235, ink=210, noise=3), page(paper=235, ink=205, noise=6)],
    ids=["print", "dark", "pencil", "pencil on rough paper"],
)
def test_faint_and_dark_pages_are_not_blank(pixels):
    assert not is_blank(find_ink(pixels))


def test_a_single_word_is_not_blank():
    pixels = np.full((900, 700, 3), 255, np.uint8)
    cv2.putText(pixels, "Jam", (300, 400), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (30, 30, 30), 2)
    assert not is_blank(find_ink(pixels))


def _measured(pixels):
    return measure(pixels, find_ink(pixels), (pixels.shape[1], pixels.shape[0]), 0.0)


def test_denser_pages_measure_denser():
    sparse = _measured(page(900, 1300, repeat=1))
    full = _measured(page(900, 1300, size=28, repeat=4))
    assert 0.0 < sparse.text_density < full.text_density <= 1.0
    assert 0.0 < sparse.ink < full.ink < 0.3


def test_blur_measures_less_sharp():
    sharp = page()
    assert _measured(cv2.GaussianBlur(sharp, (0, 0), 2.0)).sharpness < 0.2 * _measured(sharp).sharpness


def test_print_does_not_look_handwritten():
    for pixels in (page(), page(noise=6), page(paper=20, ink=235), cv2.GaussianBlur(page(), (0, 0), 1.0)):
        assert handwritten_probability(find_ink(pixels)) < 0.5


def test_joined_uneven_loops_look_handwritten():
    pixels = np.full((800, 900, 3), 250, np.uint8)
    rng = np.random.default_rng(2)
    for row in range(12):
        for word in range(5):
            x = np.linspace(0, 1, 60)
            rise = rng.uniform(8, 24)
            curve = np.column_stack(
                [60 + word * 165 + 110 * x + 6 * np.sin(50 * x), 60 + row * 60 + rise * np.sin(25 * x)]
            )
            cv2.polylines(pixels, [curve.astype(np.int32)], False, (40, 40, 90), 2)
    assert handwritten_probability(find_ink(pixels)) > 0.8


def test_too_few_letters_tell_nothing():
    ink = find_ink(np.full((300, 300, 3), 255, np.uint8))
    assert stroke_features(ink) is None
    assert handwritten_probability(ink) == 0.5


def test_small_letters_are_remarked_and_large_are_not():
    notice = resolution_notice(find_ink(page(300, 240, size=8)))
    assert notice is not None
    assert notice.code is NoticeCode.LOW_RESOLUTION
    assert resolution_notice(find_ink(page())) is None
    assert resolution_notice(find_ink(np.full((50, 50, 3), 255, np.uint8))) is None
