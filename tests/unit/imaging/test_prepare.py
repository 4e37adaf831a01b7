import cv2
import numpy as np
import pytest
from PIL import Image

from ray_app.errors import FailureCode, NoticeCode
from ray_app.imaging.identity import image_id
from ray_app.imaging.ink import find_ink
from ray_app.imaging.prepare import PrepareStep
from ray_app.imaging.skew import find_skew, straighten
from ray_app.options import PrepareOptions
from ray_app.types import Failure, ImageInput, PreparedImage
from tests.counter import View, photo
from tests.unit.imaging.pictures import encode, encrypted_pdf, page

STEP = PrepareStep(PrepareOptions())


def given(data: bytes, source: str = "a.png", number: int = 1) -> ImageInput:
    return ImageInput(image_id=f"{image_id(data)}-{number}", data=data, source=source, page=number)


def prepared(data: bytes, options: PrepareOptions | None = None) -> PreparedImage:
    (outcome,) = PrepareStep(options or PrepareOptions()).process([given(data)])
    assert isinstance(outcome, PreparedImage), outcome
    return outcome


def _huge_bmp() -> bytes:
    data = bytearray(encode(page(), "BMP"))
    data[18:26] = (60_000).to_bytes(4, "little") * 2
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", FailureCode.EMPTY_FILE),
        (b"Dear aunt, here is", FailureCode.NOT_AN_IMAGE),
        (b"8BPS\0\1", FailureCode.UNSUPPORTED_FORMAT),
        (encode(page())[:2000], FailureCode.TRUNCATED_IMAGE),
        (encrypted_pdf(), FailureCode.ENCRYPTED_PDF),
        (encode(np.full((300, 300, 3), 255, np.uint8)), FailureCode.BLANK_PAGE),
        (encode(page(), "BMP").replace((900).to_bytes(4, "little"), bytes(4), 1), FailureCode.ZERO_SIZE_IMAGE),
        (_huge_bmp(), FailureCode.IMAGE_TOO_LARGE),
    ],
    ids=lambda value: value if isinstance(value, FailureCode) else "",
)
def test_bad_input_becomes_its_failure_and_leaves_its_neighbours_alone(data, code):
    good = encode(page())
    before, bad, after = STEP.process([given(good), given(data), given(good)])
    assert isinstance(bad, Failure)
    assert (bad.code, bad.step) == (code, "prepare")
    assert bad.advice
    assert isinstance(before, PreparedImage)
    assert isinstance(after, PreparedImage)


def test_a_wrong_extension_is_read_and_remarked():
    (outcome,) = STEP.process([given(encode(page(), "JPEG"), "card.png")])
    assert isinstance(outcome, PreparedImage)
    assert [notice.code for notice in outcome.notices] == [NoticeCode.WRONG_EXTENSION]
    (outcome,) = STEP.process([given(encode(page(), "JPEG"), "card.jpg")])
    assert isinstance(outcome, PreparedImage)
    assert outcome.notices == ()


def test_order_and_ids_are_kept():
    images = [given(encode(page(noise=n)), number=n + 1) for n in range(1)] + [given(b""), given(encode(page(size=24)))]
    outcomes = STEP.process(images)
    assert [type(one) for one in outcomes] == [PreparedImage, Failure, PreparedImage]
    assert outcomes[0].image_id == images[0].image_id
    assert STEP.process([]) == []


def test_pages_of_a_document_are_prepared_one_by_one():
    frames = [Image.fromarray(page()), Image.fromarray(page(700, 900))]
    data = encode(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    first, second = STEP.process([given(data, "a.tif", 1), given(data, "a.tif", 2)])
    assert (first.quality.width, second.quality.width) == (900, 700)


@pytest.mark.parametrize("limit", [2048, 700])
@pytest.mark.parametrize("tilt", [0.0, 5.0, -8.0])
def test_marks_are_led_back_to_the_original_after_scaling_and_deskewing(tilt, limit):
    original, _ = straighten(page(1000, 800), -tilt)
    mark = (original.shape[1] - 130.0, original.shape[0] - 140.0)
    x, y = map(int, mark)
    original[y - 8 : y + 8, x - 8 : x + 8] = (255, 0, 0)
    outcome = prepared(encode(original), PrepareOptions(max_dimension=limit))
    assert outcome.quality.skew_degrees == pytest.approx(tilt, abs=0.3)
    assert (outcome.quality.width, outcome.quality.height) == (original.shape[1], original.shape[0])
    red, green, blue = (outcome.pixels[:, :, channel].astype(int) for channel in range(3))
    spots = np.argwhere((red > 150) & (green < 100) & (blue < 100))
    found = outcome.to_original.apply(tuple(spots.mean(axis=0)[::-1] + 0.5))
    assert np.hypot(found[0] - mark[0], found[1] - mark[1]) < 1.5


def test_pixels_are_ready_for_an_engine():
    for pixels in (page(), straighten(page(), -4.0)[0]):
        ready = prepared(encode(pixels, "JPEG")).pixels
        assert ready.dtype == np.uint8
        assert ready.shape[2] == 3
        assert ready.flags.c_contiguous
        assert ready.flags.writeable


def test_threads_of_opencv_are_left_as_they_were():
    before = cv2.getNumThreads()
    STEP.process([given(encode(page())), given(b"")])
    assert cv2.getNumThreads() == before


def test_a_card_on_a_counter_is_seen_from_above_and_leads_back_to_the_photo():
    picture, corners = photo(View(pitch=45, roll=5))
    outcome = prepared(encode(picture))
    assert outcome.card is not None
    for corner in corners:
        assert min(np.hypot(*(np.array(one) - corner)) for one in outcome.card.points) < 7
    assert outcome.pixels.shape != picture.shape
    for row, column in ((0.4, 0.4), (0.5, 0.5), (0.6, 0.6)):
        y, x = int(row * outcome.pixels.shape[0]), int(column * outcome.pixels.shape[1])
        there = [int(value) for value in outcome.to_original.apply((x + 0.5, y + 0.5))]
        assert np.abs(outcome.pixels[y, x].astype(int) - picture[there[1], there[0]].astype(int)).max() < 40
    assert abs(find_skew(find_ink(outcome.pixels), 10.0)) < 1.0


def test_cards_are_left_alone_where_the_setting_says_so():
    picture, _ = photo(View(pitch=30))
    outcome = prepared(encode(picture), PrepareOptions(find_card=False, max_skew_degrees=0))
    assert outcome.card is None
    assert outcome.pixels.shape == picture.shape


def test_a_card_seen_from_above_is_found_and_not_resampled():
    picture, _ = photo(View(roll=2))
    outcome = prepared(encode(picture), PrepareOptions(max_skew_degrees=0))
    assert outcome.card is not None
    assert (outcome.pixels == picture).all()
