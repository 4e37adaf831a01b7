"""How far the job is: a bar with rate and time left in a terminal, a line every ten seconds in a log.

Workers tell a small Ray actor; a thread of the driver asks it. Knows counts; knows nothing of what is counted.
"""

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ray_app.bulk.stages import Tally
from ray_app.telemetry import catalog

log = logging.getLogger(__name__)

LOG_EVERY_S = 10.0
_ASK_EVERY_S = 0.5


@dataclass
class Scoreboard:
    """Adds up what the workers tell; runs as an actor. A worker that is replaced counts on under another name."""

    tallies: dict[str, Tally] = field(default_factory=dict)

    def tell(self, tally: Tally) -> None:
        """Takes a worker's newest tally."""
        self.tallies[tally.worker] = tally

    def score(self) -> "Score":
        """Returns the sums."""
        tallies = self.tallies.values()
        return Score(
            done=sum(tally.done for tally in tallies),
            failed=sum(tally.failed for tally in tallies),
            workers=len(tallies),
            peak_bytes=max((tally.peak_bytes for tally in tallies), default=0),
            began=min((tally.began for tally in tallies if tally.began), default=None),
        )


@dataclass(frozen=True)
class Score:
    """All workers together.

    Attributes:
        began: clock time at which the first image was taken up, in seconds since 1970.
    """

    done: int = 0
    failed: int = 0
    workers: int = 0
    peak_bytes: int = 0
    began: float | None = None


class Teller:
    """The workers' end: sends a tally and doesn't wait."""

    def __init__(self, actor: Any) -> None:  # noqa: ANN401 -- Ray's handles have no type
        self._actor = actor

    def tell(self, tally: Tally) -> None:
        """Sends one tally."""
        self._actor.tell.remote(tally)


class Watch:
    """The driver's end: shows the score until ``stop``."""

    def __init__(self, total: int) -> None:
        import ray

        # No CPU of its own: it sleeps, and a small cluster has none to spare.
        self._actor: Any = ray.remote(Scoreboard).options(num_cpus=0).remote()
        self.teller = Teller(self._actor)
        self.total = total
        self.score = Score()
        self._stop = threading.Event()

    def ask(self) -> Score:
        """Returns the newest score."""
        import ray

        try:
            self.score = ray.get(self._actor.score.remote(), timeout=30.0)
        except (ray.exceptions.GetTimeoutError, ray.exceptions.RayActorError) as error:
            log.warning("progress is not known at the moment: %s", error)
        self._tell()
        return self.score

    def _tell(self) -> None:
        done, failed = min(self.score.done, self.total), self.score.failed
        ledger = {"waiting": self.total - done, "ok": max(0, done - failed), "failed": failed}
        for state, rows in ledger.items():
            catalog.JOB_ITEMS.set(rows, door="bulk", state=state)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Shows progress for the time of the block."""
        show = self._bar if sys.stderr.isatty() else self._lines
        thread = threading.Thread(target=show, daemon=True, name="progress")
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(timeout=35.0)

    def _lines(self) -> None:
        started = time.time()
        log.info("0/%d read; the readers are loading", self.total)
        while not self._stop.wait(LOG_EVERY_S):
            log.info(line(self.ask(), self.total, started))

    def _bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("reading"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
        )
        started = time.time()
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("reading", total=self.total, note="the readers are loading")
            while not self._stop.wait(_ASK_EVERY_S):
                score = self.ask()
                progress.update(task, completed=min(score.done, self.total), note=note(score, self.total, started))


def line(score: Score, total: int, started: float) -> str:
    """Returns one log line: how many of how many, and the note."""
    done = min(score.done, total)
    return f"{done:,}/{total:,} read ({100 * done / max(1, total):.0f} %), {note(score, total, started)}"


def note(score: Score, total: int, started: float) -> str:
    """Returns rate, time left and failures, in words."""
    if not score.done:
        return "the readers are loading"
    done = min(score.done, total)
    rate = done / max(1e-6, time.time() - (score.began or started))
    return f"{rate:.1f} images/s, {clock((total - done) / max(rate, 1e-6))} left, {score.failed:,} failed"


def clock(seconds: float) -> str:
    """Returns seconds as ``1:02:03`` or ``2:03``."""
    hours, rest = divmod(round(seconds), 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
