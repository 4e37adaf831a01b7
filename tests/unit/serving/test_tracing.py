import asyncio
import re

import pytest
from starlette.responses import PlainTextResponse

from ray_app.serving.tracing import TraceIds
from ray_app.telemetry.trail import trace_id
from tests.unit.serving.asking import ask

GIVEN = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{GIVEN}-b7ad6b7169203331-01"


async def tell(scope, receive, send):
    await PlainTextResponse(trace_id())(scope, receive, send)


APP = TraceIds(tell)


def test_id_of_the_request_is_in_the_answer():
    answer = ask(APP)

    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-trace-id"])
    assert answer.body.decode() == answer.headers["x-trace-id"] != ask(APP).headers["x-trace-id"]


def test_id_that_came_is_kept():
    assert ask(APP, headers={"traceparent": PARENT}).headers["x-trace-id"] == GIVEN


@pytest.mark.parametrize(
    "parent",
    ["", "x", PARENT + "-more", PARENT.upper(), f"00-{'0' * 32}-b7ad6b7169203331-01", f"00-{GIVEN}-{'0' * 16}-01"],
)
def test_id_that_is_none_is_replaced(parent):
    assert ask(APP, headers={"traceparent": parent}).headers["x-trace-id"] != GIVEN


@pytest.mark.parametrize(("asked", "told"), [("order-7.a", "order-7.a"), ("a b", None), ("é", None), ("x" * 129, None)])
def test_plain_id_of_the_client_is_sent_back(asked, told):
    assert ask(APP, headers={"X-Request-ID": asked}).headers.get("x-request-id") == told


def test_requests_at_once_have_ids_of_their_own_and_none_is_left():
    seen = []

    async def slow(scope, receive, send):
        before = trace_id()
        await asyncio.sleep(0.01)
        seen.append(before == trace_id())
        await tell(scope, receive, send)

    async def one():
        sent = []

        async def send(message):
            sent.append(message)

        await TraceIds(slow)({"type": "http", "method": "GET", "headers": []}, None, send)
        return sent[1]["body"]

    async def many():
        ids = await asyncio.gather(*(one() for _ in range(20)))
        return ids, trace_id()

    ids, after = asyncio.run(many())

    assert seen == [True] * 20
    assert len(set(ids)) == 20
    assert after == ""
