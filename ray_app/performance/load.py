"""Load by Locust: so many clients, each of whom asks again when its answer is there. Knows how Locust is run."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path

from ray_app.errors import ConfigError, MeasurementError
from ray_app.extract import expand
from ray_app.performance.figures import Answer

_PATIENCE_S = 120
"""How long requests in hand may take after a run's end; they count, so that slow ones are not left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What clients ask for.

    Attributes:
        files: pictures, asked for in turn.
        fields: of the form beside the picture.
        headers: such as a key.
        answers: file that gets one JSON line an answer.
    """

    files: Sequence[str]
    fields: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    answers: str = ""


def pictures(folder: Path) -> list[Path]:
    """Returns the pictures in a folder.

    Raises:
        ConfigError: there are none.
    """
    found = expand([folder]) if folder.is_dir() else []
    if not found:
        raise ConfigError(f"no images in {folder}")
    return found


def fields(*, cached: bool, engine: str | None = None) -> dict[str, str]:
    """Returns the form's fields for answers from the cache, or for ones that are read anew."""
    return {"enable_caching": "true" if cached else "false"} | ({"engine": engine} if engine else {})


def headers(key: str | None) -> dict[str, str]:
    """Returns the header that shows an API key."""
    return {"X-API-Key": key} if key else {}


async def load(address: str, clients: int, seconds: float, orders: Orders) -> list[Answer]:
    """Asks for that long; returns all answers, those of requests in hand at the end included.

    Args:
        address: of the service, such as ``http://127.0.0.1:8000``.
        clients: how many wait for an answer at any time.
        seconds: how long new requests are sent.
        orders: what is asked for; ``answers`` is set here.

    Raises:
        ConfigError: Locust is not installed.
        MeasurementError: Locust ended with an error, or nothing was asked.
    """
    if find_spec("locust") is None:
        raise ConfigError("load needs Locust: uv sync --extra bench")
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "answers.jsonl"
        lines.touch()
        told = json.dumps({**asdict(orders), "answers": str(lines)})
        command = ["-m", "locust", "-f", str(Path(__file__).with_name("locustfile.py")), "--headless"]
        command += ["--host", address, "--users", str(clients), "--spawn-rate", str(clients)]
        command += ["--run-time", f"{max(1, round(seconds))}s", "--stop-timeout", str(_PATIENCE_S)]
        command += ["--only-summary", "--loglevel", "WARNING"]
        locust = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            env=os.environ | {"RECIPE_OCR_LOAD": told},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, words = await locust.communicate()
        answers = [Answer(**json.loads(line)) for line in lines.read_text().splitlines()]
    if locust.returncode or not answers:
        raise MeasurementError(
            f"Locust ended with {locust.returncode} and {len(answers)} answers: {words.decode()[-2000:]}"
        )
    return answers
