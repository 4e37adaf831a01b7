"""All figures of one evaluation: by mode, by category, by image. What is printed, written as JSON and drawn.

Knows judged images; knows nothing of how they are shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from pydantic import BaseModel, ConfigDict

from ray_app.evaluation.calibration import Bin, Seen, expected_error, reliability
from ray_app.evaluation.labels import Labelled
from ray_app.evaluation.matching import Verdict
from ray_app.evaluation.metrics import ALL, means
from ray_app.evaluation.observations import Field
from ray_app.evaluation.reading import Reading
from ray_app.evaluation.scoring import Judged, judge, read_again


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Reliability(_Part):
    """How far one field's confidences mean what they say: expected calibration error over ``count`` values."""

    count: int
    error: float | None
    bins: tuple[Bin, ...]


class ImageFigures(_Part):
    """One image: its figures, and how many ingredients met which end. ``error`` is why it was not read."""

    stem: str
    category: str
    error: str | None
    cpu_seconds: float
    figures: Mapping[str, float]
    verdicts: Mapping[str, int]


class ModeFigures(_Part):
    """One mode over all images.

    Attributes:
        engines: names of the engines that read.
        figures: means by category and figure (``metrics.NAMES``), with the quantities' ``calibration_error`` and
            ``images_per_core_second``, and ``escalated`` where the mode does so. ``all`` is over all images.
        reliability: by category and field.
    """

    name: str
    engines: tuple[str, ...]
    fingerprint: str
    figures: Mapping[str, Mapping[str, float]]
    reliability: Mapping[str, Mapping[str, Reliability]]
    images: tuple[ImageFigures, ...]


class Report(_Part):
    """One evaluation. ``counts`` are the images of each category."""

    labels: str
    made: datetime
    version: str
    counts: Mapping[str, int]
    modes: tuple[ModeFigures, ...]


def judged(labels: Sequence[Labelled], readings: Iterable[Reading]) -> list[Judged]:
    """Returns each labelled image judged by its reading, in the labels' order."""
    by_stem = {reading.stem: reading for reading in readings}
    return [judge(labelled, by_stem[labelled.stem]) for labelled in labels]


def report(labels: str, modes: Mapping[str, Sequence[Judged]]) -> Report:
    """Returns the figures of all modes; ``labels`` names the folder."""
    first = next(iter(modes.values()))
    return Report(
        labels=labels,
        made=datetime.now(UTC).replace(microsecond=0),
        version=version("recipe-ocr"),
        counts={group: len(images) for group, images in _groups(first).items()},
        modes=tuple(_mode(name, images) for name, images in modes.items()),
    )


def _mode(name: str, images: Sequence[Judged]) -> ModeFigures:
    groups = _groups(images)
    found = means([(one.labelled.label.category, one.figures) for one in images])
    seen = {group: _observed(inside) for group, inside in groups.items()}
    pages = [result.page for one in images for result in one.reading.results if result.page]
    escalates = any(line.readings for page in pages for line in page.lines)
    return ModeFigures(
        name=name,
        engines=tuple(dict.fromkeys(page.engine.name for page in pages)),
        fingerprint=next((result.fingerprint for one in images for result in one.reading.results), ""),
        figures={group: found[group] | _more(groups[group], seen[group], escalates=escalates) for group in groups},
        reliability={
            group: {field: _reliability(values) for field, values in fields.items()} for group, fields in seen.items()
        },
        images=tuple(_image(one) for one in images),
    )


def _groups(images: Sequence[Judged]) -> dict[str, list[Judged]]:
    categories = sorted({one.labelled.label.category for one in images})
    return {ALL: list(images)} | {
        category: [one for one in images if one.labelled.label.category == category] for category in categories
    }


def _observed(images: Sequence[Judged]) -> dict[Field, list[Seen]]:
    return {field: [seen for one in images for seen in one.observed[field]] for field in Field}


def _more(images: Sequence[Judged], seen: Mapping[Field, Sequence[Seen]], *, escalates: bool) -> dict[str, float]:
    """The figures that are not means over images; ``escalates`` says whether the mode reads any line again."""
    again, lines = (sum(counts) for counts in zip(*(read_again(one.reading.results) for one in images), strict=True))
    error = expected_error(seen[Field.QUANTITY])
    seconds = sum(one.reading.cpu_seconds for one in images)
    pages = sum(len(one.reading.results) for one in images)
    found = {
        "calibration_error": error,
        "images_per_core_second": pages / seconds if seconds else None,
        "escalated": again / lines if escalates and lines else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _reliability(seen: Sequence[Seen]) -> Reliability:
    return Reliability(count=len(seen), error=expected_error(seen), bins=reliability(seen))


def _image(one: Judged) -> ImageFigures:
    failure = next((result.failure for result in one.reading.results if result.failure), None)
    verdicts = [comparison.verdict for comparison in one.compared]
    return ImageFigures(
        stem=one.labelled.stem,
        category=one.labelled.label.category,
        error=None if failure is None else f"{failure.code}: {failure.message}",
        cpu_seconds=round(one.reading.cpu_seconds, 3),
        figures=dict(one.figures),
        verdicts={verdict: verdicts.count(verdict) for verdict in Verdict},
    )
