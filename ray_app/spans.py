"""How long each stage took, noted where the work is done. Where nobody keeps notes it costs one look at a variable.

Knows clocks; knows nothing of metrics or traces: ``telemetry`` makes both of the notes, perhaps in another process.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, get_args

Stage = Literal[
    "decode",
    "preparation",
    "orientation",
    "text_detection",
    "ocr_processing",
    "second_reading",
    "layout",
    "ingredient_parsing",
]
"""Stages follow one another and never overlap, so that their times add up."""

STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One stage of one batch: ``items`` of its own kind (pages, or lines) in ``seconds``.

    Attributes:
        began_ns: clock time at its start, in nanoseconds since 1970.
        failed: an exception ended it.
    """

    stage: Stage
    began_ns: int
    seconds: float
    items: int
    failed: bool = False


SpanObserver = Callable[[Sequence[Span]], None]

_notes: ContextVar[list[Span] | None] = ContextVar("spans", default=None)


def forget(spans: Sequence[Span]) -> None:
    """The observer that does nothing."""


@contextmanager
def stage(name: Stage, items: int = 1) -> Iterator[None]:
    """Notes how long the block takes, for whoever keeps notes."""
    notes = _notes.get()
    if notes is None:
        yield
        return
    began, started, failed = time.time_ns(), time.perf_counter(), True
    try:
        yield
        failed = False
    finally:
        seconds = time.perf_counter() - started
        notes.append(Span(stage=name, began_ns=began, seconds=seconds, items=items, failed=failed))


@contextmanager
def kept() -> Iterator[list[Span]]:
    """Keeps notes of the stages of this block, in the list that it gives, in the order of their ends."""
    notes: list[Span] = []
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)
