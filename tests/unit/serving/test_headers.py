import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ray_app.serving.headers import SecurityHeaders, etag, not_modified
from tests.unit.serving.asking import ask

TAG = etag(b"an answer")


async def plain(request):
    return PlainTextResponse("hello")


async def tagged(request):
    return PlainTextResponse("hello", headers={"ETag": TAG})


async def kept(request):
    return PlainTextResponse("hello", headers={"Cache-Control": "max-age=60"})


APP = SecurityHeaders(Starlette(routes=[Route("/plain", plain), Route("/tagged", tagged), Route("/kept", kept)]))


def headers(path="/plain", sent=None, scheme="http"):
    return ask(APP, path, headers=sent or {}, scheme=scheme).headers


def test_browsers_are_told_what_pages_may_do():
    found = headers()

    policy = found["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "form-action 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in found["content-security-policy"]
    assert found["x-content-type-options"] == "nosniff"
    assert found["referrer-policy"] == "no-referrer"


def test_answers_that_the_application_does_not_know_have_them_too():
    assert headers("/nowhere")["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("scheme", "proxy", "told"),
    [
        ("http", "", False),
        ("https", "", True),
        ("http", "https", True),
        ("http", "https, http", True),
        ("http", "http", False),
    ],
)
def test_browsers_that_came_by_https_are_told_to_stay_with_it(scheme, proxy, told):
    found = headers(sent={"X-Forwarded-Proto": proxy} if proxy else {}, scheme=scheme)

    assert ("strict-transport-security" in found) is told


@pytest.mark.parametrize(
    ("path", "expected"), [("/plain", "no-store"), ("/tagged", "private, no-cache"), ("/kept", "max-age=60")]
)
def test_answers_are_kept_only_where_they_can_be_asked_about(path, expected):
    assert headers(path)["cache-control"] == expected


def test_equal_answers_have_equal_tags():
    assert etag(b"a") == etag(b"a") != etag(b"b")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], False),
        ([TAG], True),
        ([TAG.removeprefix("W/")], True),
        ([f'"other", "a,b" ,{TAG}'], True),
        (['"other"', TAG], True),
        ([" * "], True),
        (['"other"'], False),
        (['"*"'], False),
        ([TAG.replace('"', "")], False),
        ([""], False),
    ],
)
def test_client_that_has_the_answer_is_known(lines, expected):
    raw = [(b"if-none-match", line.encode()) for line in lines]

    assert not_modified(Request({"type": "http", "headers": raw}), TAG) is expected
