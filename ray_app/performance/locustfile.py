"""Locust's users: each posts one picture after the other and waits for its answer. Run by ``load``, or by ``locust -f``.

Reads its orders from the JSON in RECIPE_OCR_LOAD (see ``load.Orders``) and writes one JSON line an answer.
"""

import itertools
import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

from locust import FastHttpUser, task

ORDERS: dict[str, Any] = json.loads(os.environ["RECIPE_OCR_LOAD"])


def _body(file: Path) -> tuple[bytes, str]:
    """Returns a form with the picture, made once: its making shall not be measured."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in ORDERS["fields"].items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
    end = f"\r\n--{boundary}--\r\n".encode()
    return b"".join([*parts, head.encode(), file.read_bytes(), end]), f"multipart/form-data; boundary={boundary}"


_BODIES = itertools.cycle([_body(Path(name)) for name in ORDERS["files"]])
_ANSWERS = Path(ORDERS["answers"]).open("a", encoding="utf-8")  # noqa: SIM115 -- for as long as the program runs


class Cook(FastHttpUser):
    """A client who waits for each answer before asking again."""

    connection_timeout = 60.0
    network_timeout = 300.0

    @task
    def process(self) -> None:
        """Posts the next picture."""
        body, kind = next(_BODIES)
        headers = {"Content-Type": kind} | ORDERS["headers"]
        at, started = time.time(), time.perf_counter()
        posted = self.client.post(
            "/process",
            data=body,  # type: ignore[arg-type]  # it takes bytes; its type says text
            headers=headers,
            catch_response=True,
        )
        with posted as answer:
            seconds = time.perf_counter() - started
            says_when = answer.headers is not None and "Retry-After" in answer.headers
            answer.success()  # what an answer is worth is judged from the lines
        line = {"at": at, "seconds": seconds, "status": answer.status_code or 0, "says_when": says_when}
        print(json.dumps(line), file=_ANSWERS, flush=True)
