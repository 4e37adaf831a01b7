"""The step protocol and ``apply``: the one place where an exception becomes a Failure.

Knows nothing of what a step does; knows that one bad item must not touch its neighbours.
"""

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ray_app.errors import EngineUnavailable, FailureCode, InputError, RecognitionFailed
from ray_app.types import Failure

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out")
Item = TypeVar("Item")


class Step(Protocol[In, Out]):
    """Turns a batch of one type into a batch of another: same length, same order."""

    @property
    def name(self) -> str:
        """The step's name in failures, timings and metrics."""
        ...

    def process(self, items: Sequence[In]) -> list[Out | Failure]:
        """Works on all items; may return a Failure for one, may raise when it cannot tell which one is at fault."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEvent:
    """What an observer is told after each batch: ``items`` went in, ``failures`` of them failed, in ``seconds``."""

    step: str
    items: int
    failures: int
    seconds: float


Observer = Callable[[StepEvent], None]


def ignore(event: StepEvent) -> None:
    """The observer that does nothing."""


def apply(step: Step[Item, Out], items: Sequence[Item | Failure], observe: Observer = ignore) -> list[Out | Failure]:
    """Runs a step over a batch, passing earlier failures on untouched.

    A batch that raises is tried again item by item, so that the fault ends at the item that has it. What stops the
    program, not the image (no memory, an engine that is not there), is raised.

    Returns:
        One output or failure an item, in the order of ``items``.
    """
    started = time.perf_counter()
    todo = [(index, item) for index, item in enumerate(items) if not isinstance(item, Failure)]
    results: list[Out | Failure | None] = [item if isinstance(item, Failure) else None for item in items]
    outcomes: list[Out | Failure] = _process(step, [item for _, item in todo])
    for (index, _), outcome in zip(todo, outcomes, strict=True):
        results[index] = outcome
    done = [result for result in results if result is not None]
    failures = sum(isinstance(done[index], Failure) for index, _ in todo)
    observe(StepEvent(step=step.name, items=len(todo), failures=failures, seconds=time.perf_counter() - started))
    return done


def _process(step: Step[Item, Out], items: Sequence[Item]) -> list[Out | Failure]:
    if not items:
        return []
    try:
        outcomes = step.process(items)
        if len(outcomes) != len(items):
            raise AssertionError(f"step {step.name} returned {len(outcomes)} results for {len(items)} items")
    except (MemoryError, EngineUnavailable):
        raise
    except Exception as error:  # noqa: BLE001 -- one bad item must not take its batch along
        if len(items) == 1:
            return [_failure(error, step.name)]
        return [outcome for item in items for outcome in _process(step, [item])]
    return outcomes


def _failure(error: Exception, step: str) -> Failure:
    if isinstance(error, InputError | RecognitionFailed):
        return Failure.of(error, step)
    where = traceback.extract_tb(error.__traceback__)[-3:]
    trail = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(where))
    return Failure(
        code=FailureCode.INTERNAL,
        step=step,
        message=f"{type(error).__name__}: {error} ({trail})",
        advice="This is a bug of ours, not a fault of the image. Please report it with this message.",
    )
