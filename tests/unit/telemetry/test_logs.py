import io
import json
import logging
import sys

import pytest

from ray_app.telemetry import logs
from ray_app.telemetry.trail import Trail, following


class Stream(io.StringIO):
    def __init__(self, terminal):
        super().__init__()
        self._terminal = terminal

    def isatty(self):
        return self._terminal


@pytest.fixture
def written(monkeypatch):
    """Logs one line of ours and one of another library, and gives what came out."""
    root, ours = logging.getLogger(), logging.getLogger("ray_app")
    before = (root.handlers[:], root.level, ours.level)

    def write(form, *, terminal):
        stream = Stream(terminal)
        monkeypatch.setattr(sys, "stderr", stream)
        root.handlers[:] = []
        logs.to_terminal(form)
        with following(Trail(trace_id="7" * 32, job_id="raysubmit_1")):
            logging.getLogger("ray_app.bulk.run").info("%d rows of “%s”", 3, "Cake")
            logging.getLogger("urllib3").info("chatter")
        return stream.getvalue()

    yield write
    root.handlers[:], root.level, ours.level = before


@pytest.mark.parametrize(("form", "terminal"), [("auto", True), ("text", False)])
def test_people_get_time_and_message(written, form, terminal):
    line = written(form, terminal=terminal)

    assert line.endswith(" 3 rows of “Cake”\n")
    assert len(line) == len("12:34:56 3 rows of “Cake”\n")


@pytest.mark.parametrize(("form", "terminal"), [("auto", False), ("json", True)])
def test_machines_get_one_object_a_line_with_ids(written, form, terminal):
    (line,) = written(form, terminal=terminal).splitlines()
    found = json.loads(line)

    assert found.pop("time").endswith("+00:00")
    assert found == {
        "level": "INFO",
        "logger": "ray_app.bulk.run",
        "message": "3 rows of “Cake”",
        "trace_id": "7" * 32,
        "job_id": "raysubmit_1",
    }


def test_an_exception_is_part_of_its_line():
    try:
        raise ValueError("of two\nlines")
    except ValueError:
        record = logging.LogRecord("ray_app", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    line = logs.JsonLines().format(record)

    assert "\n" not in line
    assert json.loads(line)["exception"].endswith("ValueError: of two\nlines")
    assert "trace_id" not in json.loads(line)
