"""The read step with the fake engine and with engines that misbehave; rotation with a stub."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ray_app.engines import read
from ray_app.engines.fake import FakeEngine
from ray_app.engines.read import ReadStep
from ray_app.engines.selection import Choice
from ray_app.errors import FailureCode, NoticeCode, RecognitionFailed
from ray_app.geometry import Homography, Quad
from ray_app.options import EasyOptions, FakeOptions, ReadOptions, RuleOptions
from ray_app.steps import apply
from ray_app.types import EngineInfo, Failure, Notice, PageText, PreparedImage, Quality, RgbImage, TextLine

QUALITY = Quality(
    width=200,
    height=100,
    text_density=0.5,
    handwritten_probability=0.1,
    sharpness=1.0,
    skew_degrees=0.0,
    ink=0.1,
)


def prepared(*, scale: float = 1.0, quality: Quality = QUALITY, image_id: str = "a") -> PreparedImage:
    pixels = np.zeros((100, 200, 3), dtype=np.uint8)
    pixels[::2] = 255
    return PreparedImage(
        image_id=image_id,
        pixels=pixels,
        to_original=Homography(scale, 0.0, 0.0, 0.0, scale, 0.0),
        quality=quality,
    )


class Marks:
    """Answers one line: the box of the image's red pixels."""

    info = EngineInfo(kind="marks", version="1", models=())

    def recognize(self, images: Sequence[RgbImage]) -> list[tuple[TextLine, ...]]:
        return [self._one(image) for image in images]

    def close(self) -> None:
        pass

    def _one(self, image: RgbImage) -> tuple[TextLine, ...]:
        rows, columns = np.nonzero((image[:, :, 0] == 255) & (image[:, :, 1] == 0))
        box = Quad.box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        return (TextLine(text=" x ", confidence=None, quad=box),)


class Picky(Marks):
    """Gives up on black images."""

    def recognize(self, images: Sequence[RgbImage]) -> list[tuple[TextLine, ...]]:
        if any(not image.any() for image in images):
            raise RecognitionFailed("too dark")
        return [(TextLine(text="fine", confidence=1.0, quad=Quad.box(0, 0, 1, 1)),) for _ in images]


def only(engine: Marks, rotation: int = 0) -> ReadStep:
    return ReadStep({"fake": engine}, lambda quality: Choice(engine="fake"), orient=lambda image: rotation)


def test_lines_lose_their_margins_and_empty_ones_go() -> None:
    step = ReadStep.from_options(ReadOptions(engine=FakeOptions(lines=("  Cake ", "   ", "2 eggs"))))

    (page,) = step.process([prepared()])

    assert isinstance(page, PageText)
    assert page.text == "Cake\n2 eggs"
    assert page.size == (200, 100)
    assert page.engine.kind == "fake"
    assert page.rotation == 0


def test_a_page_without_text_is_a_blank_page() -> None:
    step = ReadStep.from_options(ReadOptions(engine=FakeOptions(lines=(" ",))))

    (failure,) = step.process([prepared()])

    assert isinstance(failure, Failure)
    assert failure.code is FailureCode.BLANK_PAGE
    assert failure.step == "read"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_places_lead_back_to_the_original_whatever_the_turn(rotation: int) -> None:
    item = prepared(scale=3.0)
    item.pixels[:] = 0
    item.pixels[20:30, 50:90, 0] = 255

    (page,) = only(Marks(), rotation).process([item])

    assert isinstance(page, PageText)
    assert page.rotation == rotation
    assert page.lines[0].quad.bounds == pytest.approx((150, 60, 270, 90))
    assert page.lines[0].text == "x"


def test_an_image_that_the_engine_gives_up_on_leaves_its_neighbours_alone() -> None:
    dark = replace(prepared(), pixels=np.zeros((10, 10, 3), dtype=np.uint8))

    good, bad, also_good = apply(only(Picky()), [prepared(), dark, prepared()])

    assert isinstance(good, PageText)
    assert isinstance(also_good, PageText)
    assert isinstance(bad, Failure)
    assert bad.code is FailureCode.RECOGNITION_FAILED


def test_pages_go_to_their_engines_and_come_back_in_order() -> None:
    engines = {name: FakeEngine(FakeOptions(lines=(name,))) for name in ("paddle", "tesseract")}
    notice = Notice(code=NoticeCode.ENGINE_DEGRADED, message="why")

    def pick(quality: Quality) -> Choice:
        if quality.text_density > 0.8:
            return Choice(engine="paddle", notices=(notice,))
        return Choice(engine="tesseract")

    step = ReadStep(engines, pick)  # type: ignore[arg-type]
    dense = replace(QUALITY, text_density=0.9)

    pages = step.process([prepared(), prepared(quality=dense), prepared()])

    assert [page.text for page in pages if isinstance(page, PageText)] == ["tesseract", "paddle", "tesseract"]
    assert [page.notices for page in pages if isinstance(page, PageText)] == [(), (notice,), ()]


@pytest.mark.parametrize(
    ("device", "loaded"), [("auto", {"paddle", "tesseract"}), ("gpu:0", {"paddle", "tesseract", "easyocr"})]
)
def test_the_rule_loads_easyocr_only_where_it_can_use_it(
    monkeypatch: pytest.MonkeyPatch, device: str, loaded: set[str]
) -> None:
    made: list[str] = []

    def create(options: object) -> FakeEngine:
        made.append(options.kind)  # type: ignore[attr-defined]
        return FakeEngine(FakeOptions())

    monkeypatch.setattr(read, "create_engine", create)
    monkeypatch.setattr(read, "why_not_easyocr", lambda options: None if options.device == "gpu:0" else "no GPU")

    step = ReadStep.from_options(
        ReadOptions(engine=RuleOptions(easyocr=EasyOptions(device=device)), find_rotation=False)
    )
    (page,) = step.process([prepared(quality=replace(QUALITY, handwritten_probability=0.9))])

    assert set(made) == loaded
    assert isinstance(page, PageText)
    assert bool(page.notices) == (device == "auto")


def test_identity_changes_with_engine_and_weights() -> None:
    class Other(Marks):
        info = EngineInfo(kind="marks", version="1", models=("net:0123",), device="gpu:0")

    assert only(Marks()).identity == ("marks 1", "cpu")
    assert only(Other()).identity == ("marks 1", "net:0123", "gpu:0")
    oriented = ReadStep({"fake": Marks()}, lambda quality: Choice(engine="fake"), orient_identity=("tiny:1",))
    assert oriented.identity == ("marks 1", "cpu", "tiny:1")


def test_close_reaches_engines_and_orienter_and_may_be_repeated() -> None:
    closed: list[str] = []

    class Closing(Marks):
        def close(self) -> None:
            closed.append("engine")

    step = ReadStep(
        {"fake": Closing()}, lambda quality: Choice(engine="fake"), on_close=lambda: closed.append("orienter")
    )

    step.close()
    step.close()

    assert closed == ["engine", "orienter"] * 2


def test_an_empty_batch_is_read() -> None:
    assert ReadStep.from_options(ReadOptions(engine=FakeOptions())).process([]) == []
