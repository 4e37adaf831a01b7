"""What a client gets: the JSON line of ``recipe-ocr extract``, and what only the service knows beside it.

Knows results and their form outside; knows nothing of Ray, caches or how a request came in.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from ray_app.recipe.export import to_json_line, verdict
from ray_app.types import Failure, ImageResult, Quality

CacheLevel = Literal["memory", "redis", "disk"]

_SHARP = 300.0
"""Variance of the Laplacian from which on print is sharp; scans of the sample set lie far above, blurred photos below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What became of one file.

    Attributes:
        results: one a page.
        cached: level that held it, or None where it was read now.
        degraded: why another engine than the one wanted has read, in words, or None.
        seconds: from the request to the answer.
    """

    results: tuple[ImageResult, ...]
    cached: CacheLevel | None
    degraded: str | None
    seconds: float

    @property
    def failure(self) -> Failure | None:
        """Why the whole file counts as failed, or None."""
        return verdict(self.results)


def body(extraction: Extraction, *, name: str, threshold: float) -> dict[str, Any]:
    """Returns the answer to ``POST /process``, but for the job's id, which differs where the answer is repeated.

    Args:
        extraction: what became of the file.
        name: of the file, as the client called it.
        threshold: ingredients less sure than this are named in ``review``, with those whose number is lost or was
            read in two ways.
    """
    line = to_json_line(extraction.results)
    seen = [(page.page_number, page.quality) for page in extraction.results if page.quality]
    return {
        **line,
        "path": name,
        "cached": extraction.cached is not None,
        "cache_level": extraction.cached,
        "degraded": extraction.degraded,
        "processing_ms": round(extraction.seconds * 1000, 1),
        "quality_score": quality_score(seen[0][1]) if seen else None,
        "confidence": confidence(extraction.results),
        "review": [
            index
            for index, ingredient in enumerate(line["ingredients"])
            if ingredient["confidence"] < threshold
            or (ingredient["unit"] and not ingredient["quantity"])
            or ingredient["readings_disagree"]
        ],
        "images": [{"page": page, "width": one.width, "height": one.height} for page, one in seen],
        "fingerprint": extraction.results[0].fingerprint,
    }


def confidence(results: Sequence[ImageResult]) -> float | None:
    """Returns the mean confidence of all ingredients, 0..1; None where there is none."""
    found = [one.confidence for result in results for recipe in result.recipes for one in recipe.ingredients]
    return round(fmean(found), 4) if found else None


def quality_score(quality: Quality) -> float:
    """Returns how good the picture is for reading, 0..1: its sharpness and its size, the worse of the two.

    A picture counts as large enough at two megapixels, which is a card of 5 by 3 inches at 370 dpi.
    """
    sharp = min(1.0, math.sqrt(quality.sharpness / _SHARP))
    large = min(1.0, math.sqrt(quality.width * quality.height / 2_000_000))
    return round(min(sharp, large), 3)
