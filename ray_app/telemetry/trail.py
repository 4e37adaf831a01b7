"""Whose work this is: the ids that a request or a job hands on, through processes, to log lines and spans.

Knows ids; knows nothing of who logs or traces. Two context variables cost nothing that could be measured.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """What travels with work from process to process.

    Attributes:
        trace_id: 32 hex characters, or "".
        job_id: of the batch, or of Ray's job; or "".
        traceparent: the span above, in W3C's form; "" where nothing is traced.
    """

    trace_id: str = ""
    job_id: str = ""
    traceparent: str = ""


NOBODY = Trail()

_current: ContextVar[Trail] = ContextVar("trail", default=NOBODY)


def current() -> Trail:
    """Returns whose work is done here now."""
    return _current.get()


def trace_id() -> str:
    """Returns the id of the request that is being answered: 32 hex characters, or "" where none is."""
    return _current.get().trace_id


@contextmanager
def following(trail: Trail) -> Iterator[None]:
    """Does the block's work for this trail."""
    token = _current.set(trail)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def of_job(job_id: str) -> Iterator[None]:
    """Does the block's work for this job."""
    with following(replace(current(), job_id=job_id)):
        yield
