"""What goes wrong, as clients get it: ``application/problem+json`` with a stable code and advice. The one table of codes.

Knows codes, statuses and words; knows nothing of who raises them.
"""

import logging
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ray_app.errors import FailureCode
from ray_app.telemetry.trail import trace_id
from ray_app.types import Failure

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class ServiceCode(StrEnum):
    """What can go wrong beside the image; stable, as clients react to them."""

    INVALID_REQUEST = "invalid_request"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNSUPPORTED_MEDIA = "unsupported_media"
    BODY_TOO_LARGE = "body_too_large"
    UPLOAD_TOO_SLOW = "upload_too_slow"
    TOO_MANY_ITEMS = "too_many_items"
    BAD_ARCHIVE = "bad_archive"
    KEY_REUSED = "idempotency_key_reused"
    RATE_LIMITED = "rate_limited"
    TOO_BUSY = "too_busy"
    READER_DOWN = "reader_down"
    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"


_SERVICE: Mapping[ServiceCode, tuple[int, str]] = {
    ServiceCode.INVALID_REQUEST: (422, "Mend what the message names; /openapi.json describes each request."),
    ServiceCode.UNAUTHORIZED: (401, "Send a valid key as `Authorization: Bearer KEY` or `X-API-Key: KEY`."),
    ServiceCode.FORBIDDEN: (403, "Ask with a key of the scope that the message names."),
    ServiceCode.NOT_FOUND: (404, "Check the address and the id; jobs are deleted some time after they are over."),
    ServiceCode.METHOD_NOT_ALLOWED: (405, "Use a method that the header Allow names."),
    ServiceCode.UNSUPPORTED_MEDIA: (415, "Send multipart/form-data with the picture in the field `file`."),
    ServiceCode.BODY_TOO_LARGE: (413, "Send a smaller file; /capabilities tells the limits."),
    ServiceCode.UPLOAD_TOO_SLOW: (408, "Send it again over a faster connection, or a smaller file."),
    ServiceCode.TOO_MANY_ITEMS: (413, "Send fewer files at once; /capabilities tells the limits."),
    ServiceCode.BAD_ARCHIVE: (422, "Send a plain ZIP of pictures: no password, no ZIP inside, nothing damaged."),
    ServiceCode.KEY_REUSED: (409, "Take a new Idempotency-Key for a new request; send the same body to repeat one."),
    ServiceCode.RATE_LIMITED: (429, "Wait as long as Retry-After says."),
    ServiceCode.TOO_BUSY: (429, "Wait as long as Retry-After says, or send many files as one batch."),
    ServiceCode.READER_DOWN: (503, "Wait as long as Retry-After says; /health tells what is down."),
    ServiceCode.TIMEOUT: (504, "Send a smaller picture, or send it as a batch and ask for the result later."),
    ServiceCode.UNAVAILABLE: (503, "Wait as long as Retry-After says; /health tells what is down."),
}

_FAILURES: Mapping[FailureCode, int] = {
    FailureCode.EMPTY_FILE: 422,
    FailureCode.UNREADABLE_FILE: 422,
    FailureCode.NOT_AN_IMAGE: 415,
    FailureCode.UNSUPPORTED_FORMAT: 415,
    FailureCode.TRUNCATED_IMAGE: 422,
    FailureCode.ENCRYPTED_PDF: 422,
    FailureCode.ZERO_SIZE_IMAGE: 422,
    FailureCode.IMAGE_TOO_LARGE: 413,
    FailureCode.BLANK_PAGE: 422,
    FailureCode.TOO_SMALL: 422,
    FailureCode.OTHER_SCRIPT: 422,
    FailureCode.ILLEGIBLE: 422,
    FailureCode.NO_RECIPE: 422,
    FailureCode.ENGINE_UNAVAILABLE: 503,
    FailureCode.RECOGNITION_FAILED: 500,
    FailureCode.ENGINE_CRASHED: 422,
    FailureCode.ENGINE_HUNG: 422,
    FailureCode.INTERNAL: 500,
}


class Problem(Exception):
    """Ends a request with an answer of its own.

    Args:
        code: what went wrong.
        message: what exactly, for a person; goes to the client, so no inner workings.
        advice: what to do; None takes the code's own.
        retry_after: seconds to wait before asking again.
        headers: further headers of the answer.
        job_id: of the job that keeps what was read all the same, for ``GET /job/{id}``.
    """

    def __init__(
        self,
        code: ServiceCode | FailureCode,
        message: str,
        *,
        advice: str | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
        job_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.job_id = job_id
        self.code = code
        self.status = _SERVICE[code][0] if isinstance(code, ServiceCode) else _FAILURES[code]
        self.advice = advice or (_SERVICE[code][1] if isinstance(code, ServiceCode) else "")
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(max(1, round(retry_after)))

    @classmethod
    def of(cls, failure: Failure, job_id: str | None = None) -> "Problem":
        """Returns the problem that a file's failure is."""
        return cls(failure.code, failure.message, advice=failure.advice, job_id=job_id)


def no_such_engine(name: str, engines: Collection[str]) -> Problem:
    """Returns the problem of a request for an engine that this service does not have."""
    return Problem(ServiceCode.INVALID_REQUEST, f"no engine is called {name!r}; there are: {', '.join(engines)}")


def answer(problem: Problem) -> JSONResponse:
    """Returns the answer that a problem is."""
    return JSONResponse(document(problem), problem.status, problem.headers, MEDIA_TYPE)


def document(problem: Problem) -> dict[str, Any]:
    """Returns a problem's JSON, after RFC 9457."""
    return {
        "type": f"urn:recipe-ocr:problem:{problem.code}",
        "title": str(problem.code).replace("_", " ").capitalize(),
        "status": problem.status,
        "code": str(problem.code),
        "message": str(problem),
        "advice": problem.advice,
        "trace_id": trace_id(),
    } | ({} if problem.job_id is None else {"job_id": problem.job_id})


def install(app: FastAPI) -> None:
    """Makes the application answer with problems, whatever goes wrong; nothing of our code is told to clients."""

    @app.exception_handler(Problem)
    async def _(_: Request, problem: Problem) -> JSONResponse:
        return answer(problem)

    @app.exception_handler(RequestValidationError)
    async def _(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = [f"{'.'.join(map(str, one['loc'][1:])) or one['loc'][0]}: {one['msg']}" for one in error.errors()]
        return answer(Problem(ServiceCode.INVALID_REQUEST, "; ".join(faults)))

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> JSONResponse:
        codes = {404: ServiceCode.NOT_FOUND, 405: ServiceCode.METHOD_NOT_ALLOWED, 413: ServiceCode.BODY_TOO_LARGE}
        code = codes.get(error.status_code, ServiceCode.INVALID_REQUEST)
        allowed = _allowed(app, request.url.path) if error.status_code == 405 else {}
        return answer(Problem(code, str(error.detail), headers={**(error.headers or {}), **allowed}))

    app.add_middleware(Unforeseen)


def _allowed(app: FastAPI, path: str) -> dict[str, str]:
    """All methods of an address; the framework names those of its first route only."""
    known = app.openapi()["paths"]
    found = {
        method.upper() for template in known if compile_path(template)[0].match(path) for method in known[template]
    }
    return {"Allow": ", ".join(sorted(found))} if found else {}


class Unforeseen:
    """ASGI middleware: an error that nobody foresaw is logged once and answered without a word of our code.

    A handler of FastAPI's for Exception would run outside all other middleware, without trace id or safe headers. So this
    stands inside them: it is the first that is added.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        begun = False

        async def send_noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            if scope["type"] != "http" or begun:  # too late for another answer: the connection ends
                raise
            log.error("%s %s failed, trace %s", scope["method"], scope["path"], trace_id(), exc_info=error)
            advice = "Ask again; name trace_id if it stays."
            await answer(Problem(FailureCode.INTERNAL, "something went wrong here", advice=advice))(
                scope, receive, send
            )
