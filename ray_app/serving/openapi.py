"""What /openapi.json says beyond what FastAPI finds out: examples, and the media type of problems.

Knows the document; knows nothing of requests.
"""

from pathlib import Path
from typing import Any

import yaml
from fastapi import FastAPI

from ray_app.serving.problems import MEDIA_TYPE

EXAMPLES = Path(__file__).parent / "examples.yaml"


def describe(app: FastAPI) -> None:
    """Completes the application's document; call it when all routes are there."""
    plain = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            for name, example in yaml.safe_load(EXAMPLES.read_text(encoding="utf-8")).items():
                document["components"]["schemas"][name]["examples"] = [example]
            for methods in document["paths"].values():
                for operation in methods.values():
                    _name_problems(operation["responses"])
        return app.openapi_schema or {}

    app.openapi = complete  # type: ignore[method-assign]  # FastAPI's documented way


def _name_problems(responses: dict[str, Any]) -> None:
    """Problems are ``application/problem+json``, where FastAPI names the media type of the answer that goes well."""
    for status in ("4XX", "5XX"):
        if status in responses:
            (content,) = responses[status]["content"].values()
            responses[status]["content"] = {MEDIA_TYPE: content}
