"""One suite over every engine, with its real weights."""

import os
import threading
from collections.abc import Iterator
from difflib import SequenceMatcher

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ray_app.engines.base import OcrEngine, check_engine, create_engine
from ray_app.errors import EngineUnavailable
from ray_app.options import (
    EasyOptions,
    FakeOptions,
    PaddleOptions,
    SingleEngineOptions,
    TesseractOptions,
)
from ray_app.types import RgbImage, TextLine

TEXT = "Stir the flour"
PLACE = (60, 120)
"""Left and top of the drawn line, in pixels."""

ENGINES: dict[str, SingleEngineOptions] = {
    "tesserocr": TesseractOptions(),
    "pytesseract": TesseractOptions(api="pytesseract"),
    "paddle-small": PaddleOptions(),
    "paddle-tiny": PaddleOptions(detector="tiny", recognizer="tiny"),
    "easyocr": EasyOptions(),
    "fake": FakeOptions(lines=(TEXT,)),
}


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Iterator[OcrEngine]:
    options = ENGINES[request.param]
    try:
        check_engine(options)
    except EngineUnavailable as error:
        if request.param != "easyocr" or os.environ.get("CI") == "true":
            pytest.fail(f"CI installs every engine, but {error}")
        pytest.skip(str(error))
    made = create_engine(options)
    yield made
    made.close()
    made.close()


def page(text: str = TEXT, place: tuple[int, int] = PLACE, size: tuple[int, int] = (700, 300)) -> RgbImage:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text(place, text, fill="black", font=ImageFont.load_default(40))
    return np.array(image)


def white(height: int, width: int) -> RgbImage:
    return np.full((height, width, 3), 255, dtype=np.uint8)


def text_of(lines: tuple[TextLine, ...]) -> str:
    return " ".join(line.text for line in lines)


def alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()


def test_an_empty_batch_gives_an_empty_list(engine: OcrEngine) -> None:
    assert engine.recognize([]) == []


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 500), (2, 2), (500, 1), (300, 400)])
def test_an_image_without_text_gives_no_lines(engine: OcrEngine, height: int, width: int) -> None:
    assert engine.recognize([white(height, width)]) == [()]


def test_text_is_read_with_confidence(engine: OcrEngine) -> None:
    (lines,) = engine.recognize([page()])

    assert alike(text_of(lines), TEXT) > 0.85
    assert all(line.confidence is not None and 0.5 < line.confidence <= 1.0 for line in lines)


def test_the_line_is_found_where_it_stands(engine: OcrEngine) -> None:
    if engine.info.kind == "fake":
        pytest.skip("the fake does not look")
    (lines,) = engine.recognize([page()])
    boxes = [line.quad.bounds for line in lines]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    drawn = ImageFont.load_default(40).getbbox(TEXT)

    assert left == pytest.approx(PLACE[0] + drawn[0], abs=12)
    assert top == pytest.approx(PLACE[1] + drawn[1], abs=12)
    assert right == pytest.approx(PLACE[0] + drawn[2], abs=12)
    assert bottom == pytest.approx(PLACE[1] + drawn[3], abs=12)


def test_corners_start_at_the_top_left_and_go_clockwise(engine: OcrEngine) -> None:
    (lines,) = engine.recognize([page()])

    for line in lines:
        top_left, top_right, bottom_right, bottom_left = line.quad.points
        assert top_left[0] < top_right[0]
        assert bottom_left[0] < bottom_right[0]
        assert top_left[1] < bottom_left[1]
        assert top_right[1] < bottom_right[1]


def test_order_and_length_of_the_batch_are_kept(engine: OcrEngine) -> None:
    if engine.info.kind == "fake":
        pytest.skip("the fake says the same of every image")
    texts = ["Chop the onions", TEXT, "Bake one hour"]

    read = engine.recognize([page(texts[0]), white(80, 90), page(texts[1]), page(texts[2], size=(900, 400))])

    assert len(read) == 4
    assert read[1] == ()
    for lines, text in zip([read[0], read[2], read[3]], texts, strict=True):
        assert alike(text_of(lines), text) > 0.85


def test_neighbours_in_the_batch_change_nothing(engine: OcrEngine) -> None:
    alone = engine.recognize([page()])[0]

    among = engine.recognize([page("1/2 cup"), page(), page("Whip the cream until it is stiff", (5, 20))])[1]

    assert [(line.text, line.quad) for line in among] == [(line.text, line.quad) for line in alone]


def test_the_same_image_gives_the_same_lines_again(engine: OcrEngine) -> None:
    image = page()

    assert engine.recognize([image]) == engine.recognize([image])


def test_the_image_is_left_as_it_was(engine: OcrEngine) -> None:
    image = page()
    before = image.copy()

    engine.recognize([image])

    assert np.array_equal(image, before)


def test_read_only_and_strided_pixels_are_read_too(engine: OcrEngine) -> None:
    turned = np.rot90(np.rot90(page()).copy(), -1)
    turned.flags.writeable = False

    assert alike(text_of(engine.recognize([turned])[0]), TEXT) > 0.85


def test_another_thread_may_use_it(engine: OcrEngine) -> None:
    answers: list[list[tuple[TextLine, ...]]] = []
    thread = threading.Thread(target=lambda: answers.append(engine.recognize([page()])))

    thread.start()
    thread.join(timeout=120)

    assert answers == [engine.recognize([page()])]


def test_it_says_who_reads(engine: OcrEngine) -> None:
    info = engine.info

    assert info.version
    assert info.device == "cpu"
    assert info.kind == "fake" or (all(":" in model for model in info.models) and info.models)
