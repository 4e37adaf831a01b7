"""A reader's deployment as the front door sees it: Serve's errors become ours, and who leaves cancels.

Knows Serve's handles and their errors; knows nothing of caches or HTTP.
"""

import asyncio
from typing import Any

from ray import serve
from ray.exceptions import RayActorError, RayTaskError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError
from ray.serve.handle import DeploymentHandle, DeploymentResponse

from ray_app.errors import EngineError
from ray_app.files import FileInput
from ray_app.serving.extractor import ReaderBusy, ReaderDown
from ray_app.telemetry import catalog, trail
from ray_app.types import ImageResult

RETRY_AFTER_S = 5.0
"""What a client is told where the queue is full and Serve says nothing."""

_TRIES = 3
"""Replicas that may die under one request before their reader counts as down: the next replica may be well."""


class ServeReader:
    """Reads through a deployment; see ``extractor.Reads``."""

    def __init__(self, handle: DeploymentHandle[Any]) -> None:
        self._handle = handle
        self._unanswered = 0

    async def fingerprint(self) -> str:
        """Digest of settings, engine, weights and code.

        Raises:
            ReaderBusy: the queue is full.
            ReaderDown: nobody answers.
        """
        return str(await self._ask("fingerprint"))

    async def check(self) -> str:
        """Says how many replicas run, as Serve's controller knows: a request of ours would wait behind all others.

        Raises:
            ReaderDown: none does.
        """
        status = await asyncio.to_thread(serve.status)
        deployment = status.applications[self._handle.app_name].deployments[self._handle.deployment_name]
        running = sum(count for state, count in deployment.replica_states.items() if state == "RUNNING")
        if not running:
            raise ReaderDown(f"none of its replicas runs: {deployment.message or deployment.status}")
        return f"{running} running"

    async def read(self, file: FileInput) -> tuple[ImageResult, ...]:
        """Returns one result a page; a read changes nothing, so that one whose replica died is asked for again.

        Raises:
            ReaderBusy: the queue is full.
            ReaderDown: nobody answers.
        """
        self._tell(+1)
        try:
            answer: tuple[ImageResult, ...] = await self._ask("read", file, trail.current())
        finally:
            self._tell(-1)
        return answer

    def _tell(self, change: int) -> None:
        self._unanswered += change
        catalog.QUEUE_DEPTH.set(self._unanswered, queue=self._handle.deployment_name)

    async def _ask(self, method: str, *arguments: object) -> Any:  # noqa: ANN401 -- each method answers its own
        for attempt in range(1, _TRIES + 1):
            response = getattr(self._handle, method).remote(*arguments)
            try:
                return await _or_cancel(response)
            except BackPressureError as error:
                raise ReaderBusy(error.retry_after_s or RETRY_AFTER_S) from error
            except DeploymentUnavailableError as error:
                raise ReaderDown(f"its deployment is not available: {error}") from error
            except RayActorError as error:
                if attempt == _TRIES:
                    raise ReaderDown(f"{_TRIES} of its replicas died") from error
            except RayTaskError as error:
                if isinstance(error.cause, EngineError):
                    raise ReaderDown(str(error.cause)) from error
                raise
        raise AssertionError("unreachable: the last attempt returns or raises")


async def _or_cancel(response: DeploymentResponse[Any]) -> Any:  # noqa: ANN401
    """Awaits; whoever is cancelled meanwhile cancels the request, too, so that it is not read for nobody."""
    try:
        return await response
    except asyncio.CancelledError:
        response.cancel()  # type: ignore[no-untyped-call]
        raise
