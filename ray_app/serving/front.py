"""The deployment that takes requests: the web application, with readers behind it.

Knows Serve's ingress; what is answered stands in ``web``.
"""

from collections.abc import Mapping
from typing import Any

import psutil
from ray.serve.handle import DeploymentHandle
from starlette.types import ASGIApp

from ray_app.serving.handles import ServeReader
from ray_app.serving.profile import ServingProfile
from ray_app.serving.reader import MIB, ReplicaTooLarge
from ray_app.serving.web import create_app
from ray_app.telemetry import logs, tracing


class Front:
    """One front door."""

    def __init__(
        self,
        profile: ServingProfile,
        readers: Mapping[str, DeploymentHandle[Any]],
        batches: DeploymentHandle[Any],  # not asked for anything; named here so that Serve runs it with us
    ) -> None:
        logs.in_worker(profile.telemetry.logs)
        tracing.start(profile.telemetry)
        self._profile = profile
        self._app = create_app(profile, {name: ServeReader(handle) for name, handle in readers.items()})

    def __serve_build_asgi_app__(self) -> ASGIApp:
        """What Serve hands requests to."""
        return self._app

    def check_health(self) -> None:
        """Serve asks every few seconds; a front door that fails three times is drained and replaced.

        Raises:
            ReplicaTooLarge: it holds more memory than its profile allows.
        """
        held, most = psutil.Process().memory_info().rss, self._profile.front.memory_mb
        if held > most * MIB:
            raise ReplicaTooLarge(f"{held / MIB:,.0f} MiB are held, {most:,} are allowed")
