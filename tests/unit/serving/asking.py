"""One request to an ASGI application, without a server."""

import asyncio
import json
from dataclasses import dataclass, field

from starlette.datastructures import Headers


@dataclass
class Answer:
    status: int = 0
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def json(self):
        return json.loads(self.body)


def ask(app, path="/", *, method="GET", headers=None, body=b"", scheme="http"):
    """Returns the answer. An exception that the application raises after it has answered is left aside, as by servers."""
    answer = Answer()
    sent = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], Headers(raw=message["headers"])
        else:
            answer.body += message.get("body", b"")

    raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": raw,
        "server": ("test", 80),
        "client": ("127.0.0.1", 1),
    }
    try:
        asyncio.run(app(scope, receive, send))
    except Exception:
        if not answer.status:
            raise
    return answer
