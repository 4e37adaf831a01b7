"""How our log lines look in a terminal and in a job's log: time and message; other libraries only from warnings on."""

import logging
import sys


def to_terminal() -> None:
    """Sends log lines to standard error. Called by programs, never by the library."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    logging.getLogger("ray_app").setLevel(logging.INFO)
