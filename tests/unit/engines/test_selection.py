import pytest

from ray_app.engines import selection
from ray_app.engines.selection import choose, why_not_easyocr
from ray_app.errors import EngineUnavailable, NoticeCode
from ray_app.options import EasyOptions, RuleOptions
from ray_app.types import Quality


def quality(density: float, handwritten: float) -> Quality:
    return Quality(
        width=100,
        height=100,
        text_density=density,
        handwritten_probability=handwritten,
        sharpness=1.0,
        skew_degrees=0.0,
        ink=0.1,
    )


@pytest.mark.parametrize(
    ("density", "handwritten", "engine"),
    [
        (0.8, 0.0, "paddle"),
        (0.79, 0.0, "tesseract"),
        (0.79, 0.5, "easyocr"),
        (0.79, 0.49, "tesseract"),
        (0.9, 0.9, "paddle"),
    ],
)
def test_dense_text_then_handwriting_then_the_rest(density: float, handwritten: float, engine: str) -> None:
    choice = choose(quality(density, handwritten), RuleOptions(), easyocr_missing=None)

    assert choice.engine == engine
    assert choice.notices == ()


def test_thresholds_are_settings() -> None:
    rule = RuleOptions(density_threshold=0.2, handwriting_threshold=0.1)

    assert choose(quality(0.2, 0.0), rule, None).engine == "paddle"
    assert choose(quality(0.1, 0.1), rule, None).engine == "easyocr"


def test_handwriting_without_easyocr_goes_to_paddle_and_says_so() -> None:
    choice = choose(quality(0.1, 0.9), RuleOptions(), easyocr_missing="EasyOCR would run on the CPU")

    assert choice.engine == "paddle"
    (notice,) = choice.notices
    assert notice.code is NoticeCode.ENGINE_DEGRADED
    assert "EasyOCR would run on the CPU" in notice.message


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_easyocr_on_a_cpu_is_too_slow_for_the_rule(device: str) -> None:
    assert why_not_easyocr(EasyOptions(device=device)) == "EasyOCR would run on the CPU"


def test_easyocr_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(options: EasyOptions) -> None:
        raise EngineUnavailable("run: uv sync --extra easyocr")

    monkeypatch.setattr(selection, "check_engine", missing)

    assert why_not_easyocr(EasyOptions(device="gpu:0")) == "EasyOCR is not available: run: uv sync --extra easyocr"


def test_easyocr_on_a_gpu_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "check_engine", lambda options: None)

    assert why_not_easyocr(EasyOptions(device="gpu:0")) is None
