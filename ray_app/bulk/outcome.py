"""What a job's end means to the shell that started it: the one table of exit codes, and one line for a person.

Knows outcomes; knows nothing of how they came about.
"""

import logging
import signal
import threading
from collections.abc import Callable
from enum import IntEnum
from types import FrameType

from ray_app.bulk.summary import Summary
from ray_app.errors import ConfigError, EngineError, EngineUnavailable, PreflightFailed, RecipeOcrError, RunExists

log = logging.getLogger(__name__)


class ExitCode(IntEnum):
    """Exit codes of the bulk job, of ``recipe-ocr bulk`` and of a submitted job."""

    OK = 0
    """Every input has its row and none failed (duplicates and skipped files are no failures)."""
    SOME_FAILED = 1
    """Finished; some inputs failed, their rows and ``failed/failed.jsonl`` say why."""
    USAGE = 2
    """Nothing was read: wrong usage or setting, no input, engine not installed, or OUT is another run's."""
    BROKEN = 3
    """The job gave up, was stopped by Ray, or its ledger does not balance; the same command goes on from there."""
    INTERRUPTED = 130
    """Ctrl-C (128 + SIGINT); the same command goes on from there."""
    TERMINATED = 143
    """Ended by ``ray job stop``, Kubernetes or ``kill`` (128 + SIGTERM); the same command goes on from there."""


def code_of_error(error: RecipeOcrError) -> ExitCode:
    """Returns the exit code that an error of a run means."""
    if isinstance(error, ConfigError | PreflightFailed | RunExists | EngineUnavailable):
        return ExitCode.USAGE
    return ExitCode.BROKEN


def code_of(summary: Summary) -> ExitCode:
    """Returns the exit code that a finished run means."""
    return ExitCode.SOME_FAILED if summary.failed else ExitCode.OK


def finish(run: Callable[[], Summary], output: str) -> ExitCode:
    """Runs a job to its end, says in one line what became of it, and returns its exit code.

    SIGTERM ends it as Ctrl-C does: in order, with the lease given back and the cluster shut down.
    """
    before = None
    if threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGTERM, _terminate)
    try:
        summary = run()
    except RecipeOcrError as error:
        log.error("%s", error)
        if isinstance(error, EngineError):
            log.error("%s", error.advice)
        return code_of_error(error)
    except KeyboardInterrupt as stop:
        code = ExitCode.TERMINATED if isinstance(stop, Terminated) else ExitCode.INTERRUPTED
        log.error("ended by %s; run the same command again to go on", "SIGTERM" if code == 143 else "Ctrl-C")
        return code
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
    log.info("%s", sentence(summary, output))
    return code_of(summary)


def sentence(summary: Summary, output: str) -> str:
    """Returns a run's outcome in one line."""
    parts = [
        f"{summary.inputs:,} inputs: {summary.ok:,} ok",
        f"{summary.partial:,} partial",
        f"{summary.failed:,} failed",
    ]
    parts += [
        f"{summary.duplicates:,} duplicates",
        f"{summary.skipped:,} skipped" + " (not images)" * bool(summary.skipped),
    ]
    speed = f"; {summary.images_per_second:.2f} images/s" if summary.images_per_second else ""
    return f"{', '.join(parts)}{speed}; {output}"


class Terminated(KeyboardInterrupt):
    """SIGTERM came. A KeyboardInterrupt, so that whatever cleans up after Ctrl-C cleans up after it, too."""


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated
