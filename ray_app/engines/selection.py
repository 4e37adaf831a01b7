"""The mission's rule: which engine reads a page, from what the page looks like. Loads no engine.

Dense text goes to PaddleOCR, likely handwriting to EasyOCR, the rest to Tesseract. Measured on the labelled images the
rule is worse than PaddleOCR for all (docs/engines.md); it is kept as a choice, not as the default.
"""

from dataclasses import dataclass
from typing import Literal

from ray_app.engines.base import check_engine
from ray_app.errors import EngineUnavailable, NoticeCode
from ray_app.options import EasyOptions, RuleOptions
from ray_app.types import Notice, Quality

EngineName = Literal["paddle", "easyocr", "tesseract", "fake"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The engine for one page, and what to say about the choice."""

    engine: EngineName
    notices: tuple[Notice, ...] = ()


def choose(quality: Quality, rule: RuleOptions, easyocr_missing: str | None) -> Choice:
    """Returns the engine that the rule names for a page like this.

    Args:
        quality: the page's measures.
        rule: holds the thresholds; a measure that equals its threshold has reached it.
        easyocr_missing: why EasyOCR cannot be used; PaddleOCR then stands in and a notice says so.
    """
    if quality.text_density >= rule.density_threshold:
        return Choice(engine="paddle")
    if quality.handwritten_probability < rule.handwriting_threshold:
        return Choice(engine="tesseract")
    if easyocr_missing is None:
        return Choice(engine="easyocr")
    message = f"likely handwriting, but {easyocr_missing}; read with PaddleOCR"
    return Choice(engine="paddle", notices=(Notice(code=NoticeCode.ENGINE_DEGRADED, message=message),))


def why_not_easyocr(options: EasyOptions) -> str | None:
    """Returns why EasyOCR cannot serve the rule (missing, or on a CPU: ten seconds a page), or None if it can."""
    if not options.device.startswith("gpu"):
        return "EasyOCR would run on the CPU"
    try:
        check_engine(options)
    except EngineUnavailable as error:
        return f"EasyOCR is not available: {error}"
    return None
