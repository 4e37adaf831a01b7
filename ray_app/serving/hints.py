"""What a client may say beside its files, and how OpenAPI tells it."""

from collections.abc import Collection
from typing import Any, Self

from pydantic import Field, ValidationError

from ray_app.options import Options, readable
from ray_app.serving.problems import Problem, ServiceCode, no_such_engine


class Hints(Options):
    """Fields of the form of ``POST /process``."""

    engine: str | None = Field(None, max_length=64, description="Name of an engine that /capabilities lists.")
    format_hint: str | None = Field(
        None, max_length=64, description="Media type that you think the file has; the bytes decide."
    )
    confidence_threshold: float = Field(
        0.7, ge=0.0, le=1.0, description="Ingredients less sure than this are named in `review`."
    )
    enable_caching: bool = Field(True, description="False reads again, and keeps nothing.")

    @classmethod
    def of(cls, fields: dict[str, str], engines: Collection[str]) -> Self:
        """Returns the hints of a form.

        Args:
            fields: as they came.
            engines: names that may be asked for.

        Raises:
            Problem: a field is unknown or out of range, or there is no such engine.
        """
        try:
            hints = cls.model_validate(fields)
        except ValidationError as error:
            raise Problem(ServiceCode.INVALID_REQUEST, readable(error, cls)) from None
        if hints.engine is not None and hints.engine not in engines:
            raise no_such_engine(hints.engine, engines)
        return hints

    @property
    def settings(self) -> dict[str, str | float | bool | None]:
        """The hints as a job keeps them."""
        return {"engine": self.engine, "threshold": self.confidence_threshold, "enable_caching": self.enable_caching}


class BatchHints(Hints):
    """Fields of the form of ``POST /batch``."""

    job_name: str | None = Field(None, max_length=200, description="A name for people.")
    priority: int = Field(0, ge=-10, le=10, description="Of two batches the higher is worked off first.")
    max_concurrent: int = Field(4, ge=1, le=64, description="Most files of it that are read at once.")


def form_of(hints: type[Hints], files: dict[str, Any], required: str) -> dict[str, Any]:
    """Returns the OpenAPI description of a form with these files and hints."""
    properties = {**files, **hints.model_json_schema()["properties"]}
    schema = {"type": "object", "required": [required], "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


_BINARY = {"type": "string", "format": "binary"}
FORM = form_of(Hints, {"file": _BINARY}, "file")
BATCH_FORM = form_of(BatchHints, {"files": {"type": "array", "items": _BINARY}}, "files")
