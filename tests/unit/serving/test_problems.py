import logging

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from ray_app.errors import EmptyFile, FailureCode
from ray_app.serving.problems import MEDIA_TYPE, Problem, ServiceCode, install
from ray_app.serving.tracing import TraceIds
from ray_app.types import Failure
from tests.unit.serving.asking import ask

CODES = [*ServiceCode, *FailureCode]


class Order(BaseModel):
    count: int = Field(ge=1)


def application(raised=None):
    app = FastAPI()
    install(app)

    @app.get("/raise")
    async def _() -> None:
        raise raised

    @app.post("/order/{number}")
    async def _(number: int, order: Order) -> int:
        return order.count

    return TraceIds(app)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_status_and_a_form(code):
    answer = ask(application(Problem(code, "what is wrong")), "/raise")

    assert 400 <= answer.status < 600
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json["code"] == code
    assert answer.json["status"] == answer.status
    assert answer.json["message"] == "what is wrong"
    assert answer.json["trace_id"] == answer.headers["x-trace-id"]


@pytest.mark.parametrize("code", list(ServiceCode))
def test_every_code_of_the_service_advises(code):
    assert ask(application(Problem(code, "x")), "/raise").json["advice"].endswith(".")


def test_failure_of_a_file_keeps_its_own_advice():
    failure = Failure.of(EmptyFile("the file has no bytes"), "decode")

    found = ask(application(Problem.of(failure)), "/raise").json

    assert (found["message"], found["advice"]) == ("the file has no bytes", EmptyFile.advice)


@pytest.mark.parametrize(("seconds", "header"), [(0.2, "1"), (7.6, "8")])
def test_waiting_time_is_told_in_whole_seconds(seconds, header):
    problem = Problem(ServiceCode.TOO_BUSY, "busy", retry_after=seconds, headers={"X-Other": "1"})

    found = ask(application(problem), "/raise").headers

    assert (found["retry-after"], found["x-other"]) == (header, "1")


def test_nothing_of_an_exception_is_told_but_all_of_it_is_logged(caplog):
    with caplog.at_level(logging.ERROR):
        answer = ask(application(RuntimeError("secret /var/lib/x.py")), "/raise")

    assert (answer.status, answer.json["code"]) == (500, FailureCode.INTERNAL)
    for word in (b"secret", b"RuntimeError", b"Traceback", b".py"):
        assert word not in answer.body
    assert "secret /var/lib/x.py" in caplog.text
    assert answer.headers["x-trace-id"] == answer.json["trace_id"]
    assert answer.json["trace_id"] in caplog.text


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/order/1", b'{"count": 0}', "count"),
        ("/order/1", b"{", "JSON"),
        ("/order/1", b"", "body"),
        ("/order/x", b'{"count": 1}', "number"),
    ],
)
def test_request_that_does_not_fit_is_told_where(path, body, named):
    answer = ask(application(), path, method="POST", body=body, headers={"Content-Type": "application/json"})

    assert (answer.status, answer.json["code"]) == (422, ServiceCode.INVALID_REQUEST)
    assert named in answer.json["message"]


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", "/nowhere", ServiceCode.NOT_FOUND), ("DELETE", "/raise", ServiceCode.METHOD_NOT_ALLOWED)],
)
def test_unknown_address_and_method_are_problems(method, path, code):
    answer = ask(application(), path, method=method)

    assert answer.json["code"] == code


def test_method_that_is_allowed_is_named():
    assert ask(application(), "/raise", method="DELETE").headers["allow"] == "GET"


def test_other_errors_of_http_are_problems():
    answer = ask(application(HTTPException(418, "short and stout")), "/raise")

    assert (answer.json["code"], answer.json["message"]) == (ServiceCode.INVALID_REQUEST, "short and stout")
