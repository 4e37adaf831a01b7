"""How log lines look: time and message for people, one JSON object a line with trace and job ids for machines.

Other libraries only from warnings on. Called by programs and by workers, never by the library.
"""

import json
import logging
import sys
from datetime import UTC, datetime

from ray_app.telemetry import trail
from ray_app.telemetry.options import LogForm


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line."""
        whose = trail.current()
        line: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        ids = {"trace_id": whose.trace_id, "job_id": whose.job_id}
        line |= {name: value for name, value in ids.items() if value}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def to_terminal(form: LogForm = "auto") -> None:
    """Sends a program's log lines to standard error; ``auto`` is text in a terminal and JSON elsewhere."""
    text = form == "text" or (form == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S") if text else JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("ray_app").setLevel(logging.INFO)


def in_worker(form: LogForm) -> None:
    """Sends our log lines in a worker or replica of Ray's to its standard error, which Ray keeps in files and shows."""
    ours = logging.getLogger("ray_app")
    if ours.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S") if form == "text" else JsonLines())
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = False
