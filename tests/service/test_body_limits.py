import asyncio
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel

from ray_app.serving import body_limits
from ray_app.serving.bodies import PartLimits, each_part
from ray_app.serving.body_limits import BodyLimits
from ray_app.serving.problems import Problem, ServiceCode, install
from tests.unit.serving.forms import MULTIPART, field_part, file_part, form

SECONDS = 0.4
SMALL, LARGE = 1000, 300_000
START = form(file_part("files", "a.jpg", b"x")).split(b"x")[0]
"""A form up to the bytes of its file."""


class Note(BaseModel):
    text: str


class Seen:
    """What came of the requests for the application's side."""

    def __init__(self):
        self.kept, self.dropped, self.running = [], 0, 0


async def read_form_of(request: Request) -> int:
    seen = request.app.state.seen
    seen.running += 1
    try:
        kept = [part async for part in each_part(request, PartLimits(file_bytes=LARGE, files=10))]
    except BaseException:
        seen.dropped += 1
        raise
    finally:
        seen.running -= 1
    seen.kept += kept
    return len(kept)


async def read_note(note: Note) -> int:
    return len(note.text)


async def refuse() -> None:
    raise Problem(ServiceCode.FORBIDDEN, "not for you")


async def read_slowly(request: Request) -> int:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        await asyncio.sleep(0.2)
    return size


async def hello() -> str:
    return "hello"


def application(seen):
    app = FastAPI()
    install(app)
    app.state.seen = seen
    for path, endpoint in (("/form", read_form_of), ("/note", read_note), ("/closed", refuse), ("/slow", read_slowly)):
        app.post(path)(endpoint)
    app.get("/hello")(hello)
    return BodyLimits(app, max_bytes=SMALL, seconds=SECONDS, by_path={"/form": LARGE, "/slow": LARGE})


@pytest.fixture(scope="module")
def seen():
    return Seen()


@pytest.fixture(scope="module", params=["httptools", "h11"])
def port(request, seen):
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(application(seen), http=request.param, log_level="warning", timeout_graceful_shutdown=2)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(body_limits, "LINGER_S", 0.4)


@contextmanager
def connection(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        yield sock


def head(path, *lines, content_type=MULTIPART, method="POST"):
    return "\r\n".join(
        (f"{method} {path} HTTP/1.1", "Host: x", f"Content-Type: {content_type}", *lines, "", "")
    ).encode()


def whole(path, body, **keywords):
    return head(path, f"Content-Length: {len(body)}", **keywords) + body


def rest(sock):
    """All that comes until the server closes the connection."""
    return b"".join(iter(lambda: sock.recv(65536), b""))


def one_answer(sock, data=b""):
    """One answer, of which ``data`` has come already, on a connection that stays open."""
    while b"\r\n\r\n" not in data:
        data += sock.recv(65536)
    top, body = data.split(b"\r\n\r\n", 1)
    length = int(top.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += sock.recv(65536)
    return top + b"\r\n\r\n" + body


def send_without_end(sock):
    sock.sendall(head("/note", "Content-Length: 5000000000"))
    for _ in range(500):
        sock.sendall(b"x" * 1000)
        time.sleep(0.01)


def until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def status(answer):
    return int(answer.split(b" ", 2)[1])


def test_connection_stays_open_over_good_requests(port):
    good = whole("/form", form(file_part("files", "a.jpg", b"x" * 200_000)))
    with connection(port) as sock:
        for sent in (
            good,
            head("/hello", method="GET"),
            whole("/note", b'{"text": "abc"}', content_type="application/json"),
            good,
        ):
            sock.sendall(sent)
            assert status(one_answer(sock)) == 200


def test_declared_size_is_refused_before_the_body_comes(port):
    with connection(port) as sock:
        sock.sendall(head("/note", "Content-Length: 5000000000"))
        sock.settimeout(1.0)
        answer = one_answer(sock)

    assert status(answer) == 413
    assert b'"code":"body_too_large"' in answer
    assert b"connection: close" in answer.lower()


def test_client_that_asks_before_sending_is_not_told_to_go_on(port):
    with connection(port) as sock:
        sock.sendall(head("/note", "Content-Length: 5000000", "Expect: 100-continue"))

        assert status(one_answer(sock)) == 413


@pytest.mark.parametrize("path", ["/form", "/note"])
def test_size_is_counted_where_none_was_declared(port, seen, path):
    chunk = b"%x\r\n%s\r\n" % (40_000, b"x" * 40_000)
    before = seen.running
    with connection(port) as sock:
        sock.sendall(head(path, "Transfer-Encoding: chunked"))
        start = START
        sock.sendall(b"%x\r\n%s\r\n" % (len(start), start) + chunk * 8)
        answer = one_answer(sock)

    assert status(answer) == 413
    until(lambda: seen.running == before)


def test_client_that_sends_on_gets_the_answer_all_the_same(port):
    body = b"x" * 8_000_000
    with connection(port) as sock:
        sock.sendall(head("/closed", f"Content-Length: {SMALL}") + b"x" * 10)
        sock.sendall(b"x" * (SMALL - 10))
        answer = rest(sock)
    with connection(port) as sock:
        sock.sendall(whole("/note", body))
        large = rest(sock)

    assert (status(answer), status(large)) == (403, 413)


def test_client_that_never_stops_sending_is_cut_off(port):
    before = time.monotonic()
    with connection(port) as sock, pytest.raises((BrokenPipeError, ConnectionResetError)):
        send_without_end(sock)
    assert time.monotonic() - before < 2


@pytest.mark.parametrize("path", ["/form", "/note"])
def test_slow_body_is_refused_in_time(port, seen, path):
    dropped = seen.dropped
    before = time.monotonic()
    with connection(port) as sock:
        sock.sendall(head(path, "Content-Length: 900") + START)
        sock.settimeout(0.05)
        answer = b""
        while not answer:
            sock.sendall(b"-")
            try:
                answer = sock.recv(65536)
            except TimeoutError:
                assert time.monotonic() - before < 5
        sock.settimeout(5)
        answer = one_answer(sock, answer)  # head and body may come apart

    assert status(answer) == 408
    assert b'"code":"upload_too_slow"' in answer
    assert SECONDS <= time.monotonic() - before < SECONDS + 1
    if path == "/form":
        until(lambda: seen.dropped == dropped + 1)


def test_time_that_the_application_takes_is_not_counted(port):
    with connection(port) as sock:
        sock.sendall(head("/slow", "Content-Length: 30"))
        for _ in range(3):
            sock.sendall(b"x" * 10)
            time.sleep(0.2)

        assert one_answer(sock).endswith(b"30")


@pytest.mark.parametrize("ending", ["close", "reset", "half"])
def test_client_that_goes_away_leaves_nothing(port, seen, ending, caplog):
    kept, dropped = len(seen.kept), seen.dropped
    body = form(file_part("files", "a.jpg", b"x" * 1000), file_part("files", "b.jpg", b"x" * 1000))
    with connection(port) as sock:
        sock.sendall(head("/form", f"Content-Length: {len(body)}") + body[:1500])
        until(lambda: seen.running == 1)
        if ending == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        elif ending == "half":
            sock.shutdown(socket.SHUT_WR)
            rest(sock)

    until(lambda: (seen.running, seen.dropped) == (0, dropped + 1))
    assert len(seen.kept) == kept
    assert "Traceback" not in caplog.text


def test_body_that_is_longer_than_it_says_is_no_part_of_it(port, seen):
    body = form(field_part("a", b"1"))
    kept = len(seen.kept)
    with connection(port) as sock:
        sock.sendall(whole("/form", body))
        answer = one_answer(sock)
        sock.sendall(b"more of it\r\n\r\n")
        more = rest(sock)

    assert (status(answer), status(more)) == (200, 400)
    assert len(seen.kept) == kept + 1


def test_body_that_is_shorter_than_it_says_is_slow(port):
    body = form(field_part("a", b"1"))
    with connection(port) as sock:
        sock.sendall(head("/form", f"Content-Length: {len(body) + 10}") + body)

        assert status(rest(sock)) == 408
