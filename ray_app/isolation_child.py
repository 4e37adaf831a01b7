"""The other side of ``isolation``: the program that loads the work, answers batches, and may die of them.

Started as ``python -m ray_app.isolation_child FD PARENT_PID``. Knows only a connection, a factory's name and the
factory's options, and sends the notes of stages along with each answer; knows nothing of images, Ray or files.
"""

import contextlib
import ctypes
import faulthandler
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any, Protocol

from ray_app.errors import RecipeOcrError
from ray_app.spans import kept

OUT_OF_MEMORY = 86
"""Exit code of a child that ran out of memory; any free number does, the parent only names it."""

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Work(Protocol):
    """What a factory builds: answers batches, same length, same order."""

    def run(self, items: Sequence[Any]) -> list[Any]:
        """Works on a batch; must not raise for one item."""
        ...


def find(name: str) -> Callable[[Any], Work]:
    """Returns what ``module:attribute.path`` names.

    Raises:
        ImportError: there is no such module.
        AttributeError: the module has no such attribute.
    """
    module, _, path = name.partition(":")
    found: Any = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


def die_with(parent: int) -> None:
    """Asks the kernel to kill this process when its parent ends, however that ends; a no-op outside Linux."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the kernel was asked
        os._exit(1)


def serve(connection: Connection) -> None:
    """Builds the work that the first message names, then answers batches until the parent hangs up."""
    factory, options = connection.recv()
    try:
        work = find(factory)(options)
    except RecipeOcrError as error:
        connection.send(error)
        return
    connection.send(getattr(work, "fingerprint", ""))
    with contextlib.suppress(EOFError):
        while (items := connection.recv()) is not None:
            with kept() as spans:
                answer = _answer(work, items)
            connection.send((answer, spans))
    close = getattr(work, "close", None)
    if close is not None:
        close()


def _answer(work: Work, items: Sequence[Any]) -> list[Any] | RecipeOcrError:
    try:
        return work.run(items)
    except RecipeOcrError as error:
        return error
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # what is left of the heap is not to be trusted with a clean exit


def main() -> None:
    """Entry point; see the module's docstring."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what it means
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    faulthandler.enable()
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    die_with(parent)
    with Connection(descriptor) as connection, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        serve(connection)


if __name__ == "__main__":
    main()
