"""What is compared in an evaluation: ways to read, each with its settings."""

from dataclasses import dataclass

from ray_app.options import PipelineOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One way to read: its name in the report, and its settings."""

    name: str
    options: PipelineOptions
