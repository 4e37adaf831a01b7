"""Figures of reading, the same for both doors: made of results, and of the notes that came with them.

Knows results and spans; knows nothing of who reads.
"""

from collections.abc import Iterable, Sequence

from ray_app.errors import InputError
from ray_app.spans import Span
from ray_app.telemetry import catalog, tracing
from ray_app.types import ImageResult


def count_results(results: Iterable[ImageResult], engine: str) -> None:
    """Counts pages by engine and outcome; ``engine`` stands for those that no engine has read."""
    for result in results:
        kind = result.page.engine.kind if result.page else engine
        catalog.PAGES.add(engine=kind, status=str(result.status))
        catalog.LINES.add(len(result.page.lines) if result.page else 0, engine=kind)
        if result.failure is not None:
            catalog.FAILURES.add(code=str(result.failure.code))


def count_unread(errors: Iterable[InputError], engine: str) -> None:
    """Counts files that did not get as far as the engine."""
    for error in errors:
        catalog.PAGES.add(engine=engine, status="failed")
        catalog.FAILURES.add(code=str(error.code))


def tell_spans(spans: Sequence[Span], engine: str) -> None:
    """Tells the stages of one batch, as figures and as spans."""
    tracing.record(spans)
    for span in spans:
        catalog.STAGE_SECONDS.observe(span.seconds, stage=span.stage, engine=engine)
        if span.stage == "second_reading":
            catalog.ESCALATIONS.add(span.items, kind="line")
