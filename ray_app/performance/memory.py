"""Memory of processes over time: looked at from outside while they work, then judged for growth. Knows processes and bytes."""

import contextlib
import itertools
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psutil
from pydantic import BaseModel, ConfigDict

_PERIOD_S = 1.0
_SEARCH = 10
"""New processes are looked for at every tenth look: reading all command lines costs what is measured."""

_MIB = 1024 * 1024

WARM_UP = 0.25
"""Share of a process's time that may fill caches and pools."""

_WINDOW = 0.1
"""Growth is what is held in the last tenth of the time over what was held in the tenth after the warm-up."""

ALLOWED = 0.05
"""Growth that is no leak."""


@dataclass(slots=True)
class Trace:
    """What one process held: moments (seconds since the watch began) and bytes."""

    name: str
    pid: int
    samples: list[tuple[float, int]] = field(default_factory=list)

    @property
    def began(self) -> float:
        """When it was first seen."""
        return self.samples[0][0]

    @property
    def ended(self) -> float:
        """When it was last seen."""
        return self.samples[-1][0]

    @property
    def lived(self) -> float:
        """For how long it was seen."""
        return self.ended - self.began

    def held(self, first: float, last: float) -> list[int]:
        """Returns what was held between two shares (0..1) of its own time."""
        return [size for at, size in self.samples if first <= (at - self.began) / (self.lived or 1.0) <= last]


class Watch:
    """Looks every second, from ``with`` to its end, at processes that have a name; ``traces`` has what was seen.

    Args:
        root: this process and all below it are looked at.
        name_of: names a process; None leaves it out. Asked again now and then, as Ray's workers change their names.
    """

    def __init__(self, root: int, name_of: Callable[[psutil.Process], str | None]) -> None:
        self._root, self._name_of = root, name_of
        self._found: dict[psutil.Process, Trace] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="memory")

    @property
    def traces(self) -> list[Trace]:
        """Every process that was seen at least once, in the order in which they were found."""
        return [trace for trace in self._found.values() if trace.samples]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        for look in itertools.count():
            if look % _SEARCH == 0:
                self._search()
            for process, trace in self._found.items():
                with contextlib.suppress(psutil.Error):
                    trace.samples.append((time.monotonic() - began, process.memory_info().rss))
            if self._stop.wait(_PERIOD_S):
                return

    def _search(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(self._root)
            for process in (root, *root.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    if name := self._name_of(process):
                        self._found.setdefault(process, Trace(name, process.pid)).name = name


class Growth(BaseModel):
    """One process, judged; MiB.

    Attributes:
        early_mb: median of the tenth of its time after the warm-up.
        late_mb: median of its last tenth.
        growth: late over early, less one; None where it lived too short a time to tell.
        ended_early: it was gone before the work was over: it died or was replaced, which hides growth.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    seconds: float
    peak_mb: float
    early_mb: float
    late_mb: float
    growth: float | None
    ended_early: bool

    @property
    def steady(self) -> bool:
        """Whether it held the same all the time, as far as one can tell."""
        return not self.ended_early and (self.growth is None or self.growth <= ALLOWED)


def judge(traces: Iterable[Trace], began: float, ended: float) -> tuple[Growth, ...]:
    """Returns the growth of each process.

    Args:
        traces: what was seen.
        began: when work began, in the traces' seconds; what a process did before counts for nothing.
        ended: when it was over. A process that is gone before the last tenth of the time ended early; one that is gone
            before the warm-up is over belonged to the start, and is left out. One that was there for less than half of
            the time is too young to be judged.
    """
    span = ended - began
    found = []
    for whole in traces:
        trace = Trace(whole.name, whole.pid, [one for one in whole.samples if began <= one[0] <= ended])
        if not trace.samples or trace.ended < began + WARM_UP * span:
            continue
        early, late = _median(trace.held(WARM_UP, WARM_UP + _WINDOW)), _median(trace.held(1 - _WINDOW, 1.0))
        known = early > 0 and trace.lived >= span / 2
        found.append(
            Growth(
                name=trace.name,
                pid=trace.pid,
                seconds=round(trace.lived, 1),
                peak_mb=round(max(trace.held(0.0, 1.0)) / _MIB, 1),
                early_mb=round(early / _MIB, 1),
                late_mb=round(late / _MIB, 1),
                growth=round(late / early - 1, 4) if known else None,
                ended_early=trace.ended < began + (1 - _WINDOW) * span,
            )
        )
    return tuple(found)


def _median(sizes: Sequence[int]) -> float:
    return statistics.median(sizes) if sizes else 0.0
