import asyncio
import json
import logging
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import example, given
from hypothesis import strategies as st

from ray_app.serving import webhooks
from ray_app.serving.problems import Problem, ServiceCode
from ray_app.serving.security_options import WebhookOptions
from ray_app.serving.webhooks import (
    WAITS_S,
    NotDelivered,
    Postman,
    check_url,
    deliver,
    is_public,
    retry_at,
    sign,
    verify,
)
from ray_app.storage.database import Database
from ray_app.storage.jobs import JobStore
from ray_app.storage.jobs_queue import JobQueue
from ray_app.storage.jobs_values import Job, JobKind, JobStatus, NewItem, NewJob, Outcome
from ray_app.storage.options import DatabaseOptions
from ray_app.storage.webhooks import DueDelivery, WebhookStore

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LOCAL = WebhookOptions(allow_http=True, allow_private=True, timeout_s=5.0)
PRIVATE = (
    "127.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.192",
    "168.63.129.16",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2002:808:808::",  # nobody has a server behind 6to4 any more
    "2001:0:808:808::1",
)
PUBLIC = ("8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")


class Receiver:
    """A server on this machine; keeps what it is told."""

    def __init__(self):
        self.told = []
        self.answer = lambda: web.Response()

    async def take(self, request):
        self.told.append((request.path_qs, dict(request.headers), await request.read()))
        return self.answer()


def with_receiver(scenario, receiver=None):
    receiver = receiver or Receiver()

    async def run():
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", receiver.take)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            await scenario(runner.addresses[0][1])
        finally:
            await runner.cleanup()
        return receiver

    return asyncio.run(run())


def not_delivered(url, options=LOCAL):
    with pytest.raises(NotDelivered) as caught:
        asyncio.run(deliver(url, b"{}", {}, options))
    return caught.value


def refused(url, **options):
    with pytest.raises(Problem) as caught:
        asyncio.run(check_url(url, WebhookOptions(**options)))
    assert caught.value.code is ServiceCode.INVALID_REQUEST
    return str(caught.value)


@pytest.fixture
def names(monkeypatch):
    """What names lead to, in place of the name service: each lookup takes the next of a name's addresses."""
    answers = {}
    real = socket.getaddrinfo

    def lookup(host, *rest, **more):
        if host not in answers:
            return real(host, *rest, **more)
        found = answers[host].pop(0)
        return [one for address in found for one in real(address, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return answers


def test_a_signature_holds_for_this_body_secret_and_time_only():
    signature = sign("s3cret", b"{}", 1000)

    # printf '1000.{}' | openssl dgst -sha256 -hmac s3cret
    assert signature == "t=1000,v1=ba0820710ec0b179a7a98a686fdab3bfc9f3e3d02e89561ab1db87bef26581bb"
    assert verify("s3cret", b"{}", signature, now=1299.0)
    assert verify("s3cret", b"{}", signature, now=701.0)
    assert not verify("s3cret", b"{}", signature, now=1301.0)
    assert not verify("s3cret", b"{}", signature, now=699.0)
    assert not verify("other", b"{}", signature, now=1000.0)
    assert not verify("s3cret", b"{ }", signature, now=1000.0)
    assert not verify("s3cret", b"{}", signature.replace("t=1000", "t=1001"), now=1000.0)


@given(st.text())
def test_what_is_no_signature_is_not_verified(text):
    assert not verify("s3cret", b"{}", text, now=1000.0)


def test_each_wait_is_longer_and_the_last_attempt_is_the_seventh():
    waits = [(retry_at(attempt, NOW) - NOW).total_seconds() for attempt in range(1, 7)]

    assert all(0.8 * wait <= found <= 1.2 * wait for wait, found in zip(WAITS_S, waits, strict=True))
    assert retry_at(7, NOW) is None


def test_waits_differ_so_that_not_all_come_back_at_once():
    assert len({retry_at(1, NOW) for _ in range(20)}) > 10


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_known_in_every_form(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://8.8.8.8/", "https"),
        ("ftp://8.8.8.8/", "https"),
        ("8.8.8.8", "https"),
        ("https://", "host"),
        ("https:///path", "host"),
        ("https://user@8.8.8.8/", "password"),
        ("https://:pass@8.8.8.8/", "password"),
        ("https://8.8.8.8:22/", "port 22"),
        ("https://8.8.8.8:80/", "port 80"),
        ("https://8.8.8.8:0/", "port 0"),
        ("https://[::1", "IPv6"),
        ("https://8.8.8.8:99999/", "ort"),
        ("https://nowhere.invalid/", "no address"),
        (f"https://{'a' * 64}.example/", "no address"),
        ("https://localhost/", "no address"),
        ("https://127.1/", "no address"),
        ("https://2130706433/", "no address"),
        ("https://0x7f.0.0.1/", "no address"),
        ("https://１２７.0.0.1/", "no address"),
        *((f"https://[{address}]/" if ":" in address else f"https://{address}/", "no address") for address in PRIVATE),
    ],
)
def test_a_url_that_may_not_be_told_is_refused_at_once(url, why):
    assert why in refused(url)


def test_one_private_address_of_several_is_enough_to_refuse(names):
    names["both.example"] = [["8.8.8.8", "10.0.0.1"]]

    assert "no address" in refused("https://both.example/")


def test_a_public_url_is_taken(names):
    names["hooks.example"] = [["8.8.8.8", "2606:4700:4700::1111"]]

    asyncio.run(check_url("https://hooks.example/told?key=1", WebhookOptions()))
    asyncio.run(check_url("https://8.8.8.8/", WebhookOptions()))
    asyncio.run(check_url("http://8.8.8.8/", WebhookOptions(allow_http=True)))
    asyncio.run(check_url("https://localhost:8443/", WebhookOptions(allow_private=True)))


@example("https://[]@")
@given(
    st.one_of(
        st.text(),
        st.text().map("https://{}".format),
        st.text("0123456789abcdefx.:[]%@/", max_size=30).map("https://{}".format),
    )
)
def test_any_text_as_url_is_taken_or_refused(url):
    with suppress(Problem):
        asyncio.run(check_url(url, WebhookOptions(allow_private=True)))


def test_the_body_arrives_as_it_was_given():
    async def scenario(port):
        await deliver(f"http://127.0.0.1:{port}/told%2Fthis?key=a%26b", b'{"a":1}', {"X-One": "two"}, LOCAL)

    (told,) = with_receiver(scenario).told

    path, headers, body = told
    assert (path, body, headers["X-One"]) == ("/told%2Fthis?key=a%26b", b'{"a":1}', "two")
    assert headers["Host"].startswith("127.0.0.1:")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "rebound.example"])
def test_nothing_is_sent_to_a_private_address_however_it_is_written(names, monkeypatch, host):
    names["rebound.example"] = [["127.0.0.1"]]
    options = WebhookOptions(allow_http=True)

    async def scenario(port):
        monkeypatch.setitem(webhooks._PORTS, "http", port)
        with pytest.raises(NotDelivered, match="private network") as caught:
            await deliver(f"http://{host}:{port}/", b"{}", {}, options)
        assert not caught.value.retry

    assert with_receiver(scenario).told == []


def test_a_name_that_changes_after_it_was_checked_leads_nowhere(names):
    names["rebinding.example"] = [["8.8.8.8"], ["127.0.0.1"]]
    asyncio.run(check_url("https://rebinding.example/", WebhookOptions()))

    error = not_delivered("https://rebinding.example/", WebhookOptions())

    assert "private network" in str(error)
    assert names["rebinding.example"] == []


def test_redirects_are_not_followed():
    receiver = Receiver()
    receiver.answer = lambda: web.Response(status=307, headers={"Location": "/other"})

    async def scenario(port):
        with pytest.raises(NotDelivered, match="answered 307"):
            await deliver(f"http://127.0.0.1:{port}/first", b"{}", {}, LOCAL)

    assert [path for path, *_ in with_receiver(scenario, receiver).told] == ["/first"]


@pytest.mark.parametrize(("status", "retry"), [(500, True), (404, True), (429, True), (410, False)])
def test_an_error_is_tried_again_unless_the_address_is_gone(status, retry):
    receiver = Receiver()
    receiver.answer = lambda: web.Response(status=status)

    async def scenario(port):
        with pytest.raises(NotDelivered, match=f"answered {status}") as caught:
            await deliver(f"http://127.0.0.1:{port}/", b"{}", {}, LOCAL)
        assert caught.value.retry is retry

    with_receiver(scenario, receiver)


def test_an_endless_answer_is_not_read():
    class Endless(Receiver):
        sent = 0

        async def take(self, request):
            response = web.StreamResponse()
            await response.prepare(request)
            try:
                while True:
                    await response.write(b"x" * 65536)
                    self.sent += 65536
            except ConnectionError:
                return response

    async def scenario(port):
        await asyncio.wait_for(deliver(f"http://127.0.0.1:{port}/", b"{}", {}, LOCAL), 3)
        await asyncio.sleep(0.05)

    assert with_receiver(scenario, Endless()).sent < 10_000_000


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)

    async def scenario(port):
        await deliver(f"http://127.0.0.1:{port}/", b"{}", {}, LOCAL)

    assert len(with_receiver(scenario).told) == 1


def test_silence_ends_after_the_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        error = not_delivered(url, LOCAL.model_copy(update={"timeout_s": 0.2}))

    assert (str(error), error.retry) == ("no answer within 0.2 s", True)


def test_an_address_where_nobody_listens_is_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    assert not_delivered(f"http://127.0.0.1:{port}/").retry


def test_a_name_that_is_not_found_is_tried_again():
    assert not_delivered("https://nowhere.invalid/", WebhookOptions()).retry


@pytest.mark.parametrize("url", ["http://8.8.8.8/", "https://127.1/", "https://a\u2028b/"])
def test_a_url_that_is_no_longer_allowed_is_given_up(url):
    assert not not_delivered(url, WebhookOptions()).retry


JOB = Job(
    id="job1",
    kind=JobKind.BATCH,
    owner="ann",
    name="Grandma's cards",
    priority=0,
    max_concurrent=1,
    settings={},
    status=JobStatus.COMPLETED,
    total=3,
    ok=2,
    failed=1,
    cancelled=0,
    created_at=NOW,
    started_at=NOW,
    finished_at=NOW + timedelta(minutes=1),
)


class Outbox:
    """Stands in for the database."""

    def __init__(self, *due):
        self.due, self.noted = due, []

    async def claim_due(self, limit, lease_seconds):
        assert lease_seconds > LOCAL.timeout_s
        return self.due[:limit]

    async def delivered(self, delivery):
        self.noted.append((delivery.id, "delivered", None))
        return True

    async def failed(self, delivery, error, retry_at):
        self.noted.append((delivery.id, error, retry_at))
        return True


def due(port, number=1, attempt=1):
    url = f"http://127.0.0.1:{port}/{number}"
    return DueDelivery(id=f"d{number}", attempt=attempt, url=url, secret="s3cret", job=JOB, waiting_since=NOW)


def test_a_round_tells_what_is_due_signed_and_notes_it():
    outboxes = []

    async def scenario(port):
        outboxes.append(Outbox(due(port, 1), due(port, 2)))
        await Postman(outboxes[0], LOCAL, clock=lambda: NOW).round()

    told = with_receiver(scenario).told

    assert sorted(outboxes[0].noted) == [("d1", "delivered", None), ("d2", "delivered", None)]
    path, headers, body = min(told)
    message = json.loads(body)
    assert (path, message["event"], message["delivery"]) == ("/1", "job.finished", "d1")
    assert headers["X-Recipe-OCR-Delivery"] == "d1"
    assert headers["Content-Type"] == "application/json"
    assert verify("s3cret", body, headers["X-Recipe-OCR-Signature"], now=NOW.timestamp())
    job = message["job"]
    assert (job["id"], job["kind"], job["name"], job["status"]) == ("job1", "batch", "Grandma's cards", "completed")
    assert (job["total"], job["done"], job["failed"], job["cancelled"]) == (3, 3, 1, 0)
    assert job["finished_at"] == "2026-11-24T09:01:00+00:00"


def test_what_could_not_be_told_is_told_later_and_in_the_end_never(caplog):
    receiver, outboxes = Receiver(), []
    receiver.answer = lambda: web.Response(status=503)

    async def scenario(port):
        outboxes.append(Outbox(due(port, 1), due(port, 2, attempt=len(WAITS_S) + 1)))
        await Postman(outboxes[0], LOCAL, clock=lambda: NOW).round()

    with_receiver(scenario, receiver)

    (_, why, later), (_, _, never) = sorted(outboxes[0].noted)
    assert why == "it answered 503"
    assert timedelta(seconds=8) <= later - NOW <= timedelta(seconds=12)
    assert never is None
    (record,) = [record for record in caplog.records if record.name == "ray_app.serving.webhooks"]
    assert record.levelno == logging.WARNING
    assert record.getMessage() == "127.0.0.1 is not told that job job1 is over: it answered 503"


def test_a_private_address_is_given_up_at_the_first_attempt(caplog):
    outbox = Outbox(replace(due(443), url="https://127.0.0.1/"))

    asyncio.run(Postman(outbox, WebhookOptions(), clock=lambda: NOW).round())

    assert outbox.noted == [("d1", "it leads into a private network", None)]


def test_an_outbox_is_told_seven_times_and_then_given_up(tmp_path):
    receiver, now = Receiver(), [NOW]
    receiver.answer = lambda: web.Response(status=500)

    async def scenario(port):
        database = await Database.open(DatabaseOptions(url=f"sqlite:///{tmp_path}/jobs.db"))
        try:
            store = WebhookStore(database, clock=lambda: now[0])
            await store.register("ann", f"http://127.0.0.1:{port}/", "s3cret")
            queue = JobQueue(database, clock=lambda: now[0])
            item = NewItem(name="a.jpg", media_type=None, size=1, sha256="0" * 64, upload_key="0" * 32)
            await JobStore(database, clock=lambda: now[0]).create(NewJob(owner="ann"), [item])
            (claimed,) = await queue.claim("worker", 1, 30)
            await queue.finish(claimed.held, Outcome())
            postman = Postman(store, LOCAL, clock=lambda: now[0])
            for wait in (*WAITS_S, 10 * WAITS_S[-1]):
                await postman.round()
                await postman.round()  # too early
                now[0] += timedelta(seconds=1.2 * wait + 1)
            await postman.round()
            await postman.round()
        finally:
            await database.close()

    told = with_receiver(scenario, receiver).told

    assert len(told) == 7
    assert len({body for *_, body in told}) == 1  # one delivery id, so that a receiver knows it has it already
