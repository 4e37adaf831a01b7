"""The service's settings as one typed tree: what stands under ``args:`` in serve_configs/, checked before anything starts.

Knows names, bounds and defaults; knows nothing of Ray or of where files lie.
"""

from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from ray_app.errors import ConfigError
from ray_app.files import FILES
from ray_app.options import Options, PaddleOptions, PipelineOptions, ReadOptions, readable
from ray_app.serving.security_options import SecurityOptions
from ray_app.storage.cache_options import CacheOptions
from ray_app.storage.options import DatabaseOptions, UploadOptions
from ray_app.telemetry.options import TelemetryOptions


class ReaderOptions(Options):
    """One deployment of readers with one engine."""

    pipeline: PipelineOptions = PipelineOptions()
    factory: str = Field(FILES, description="What builds the work, `module:callable`; tests bring their own.")
    min_replicas: int = Field(1, ge=1, description="Readers that always run.")
    max_replicas: int = Field(2, ge=1, description="Readers under full load.")
    num_cpus: float = Field(1.0, gt=0.0, description="CPU cores that Ray sets aside for each reader.")
    num_gpus: float = Field(
        0.0, ge=0.0, description="GPUs, or a share of one, that each reader is pinned to; its engine follows."
    )
    target_ongoing: float = Field(1.5, gt=0.0, description="Requests a reader is meant to have in hand.")
    max_ongoing: int = Field(2, ge=1, description="Requests that are sent to one reader at once.")
    max_queued: int = Field(
        4,
        ge=0,
        description="Requests that wait in one front door before more are told to come back later (429); each waits as long "
        "as those before it take to be read, 1 to 2 s each on a CPU core.",
    )
    batch_size: int = Field(1, ge=1, le=64, description="Files read in one go; more than 1 pays on a GPU only.")
    batch_wait_ms: float = Field(0.0, ge=0.0, description="How long a batch waits to fill.")
    memory_mb: int = Field(2048, ge=256, description="A reader that holds more MiB, its engine included, is replaced.")

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.max_replicas < self.min_replicas:
            raise ValueError(f"max_replicas ({self.max_replicas}) is below min_replicas ({self.min_replicas})")
        if self.max_ongoing < self.batch_size:
            raise ValueError(f"max_ongoing ({self.max_ongoing}) is below batch_size: batches would never fill")
        return self


class ScalingOptions(Options):
    """When readers are added and taken away, beside Serve's own rule on requests in hand."""

    cpu: float = Field(0.7, gt=0.0, le=1.0, description="Mean share of the time that readers are at work.")
    memory: float = Field(0.8, gt=0.0, le=1.0, description="Share of memory_mb from which on no reader is added.")
    queue: float = Field(10.0, gt=0.0, description="Requests waiting for each reader.")
    p95_seconds: float = Field(15.0, gt=0.0, description="Latency that one request of twenty exceeds.")
    up_seconds: float = Field(300.0, ge=0.0, description="Least time between two additions.")
    down_seconds: float = Field(600.0, ge=0.0, description="Least time after a change before one is taken away.")


class LimitOptions(Options):
    """What one client may ask for."""

    file_mb: int = Field(5, ge=1, le=256, description="Largest file in MiB.")
    max_pixels: int = Field(60_000_000, ge=1, description="Most pixels of a picture, checked before decoding.")
    max_pages: int = Field(20, ge=1, description="Most pages of a document that is read online.")
    batch_items: int = Field(10, ge=1, le=1000, description="Most files of one batch.")
    upload_seconds: float = Field(
        60.0, gt=0.0, description="Longest time that may pass in waiting for the bytes of one request."
    )
    request_timeout_s: float = Field(120.0, gt=0.0, description="Longest time for one request, waiting included.")
    concurrent_requests: int = Field(
        4,
        ge=1,
        description="Requests in hand of one front door from which on another is wanted; 20 times as many are let in.",
    )


class FrontOptions(Options):
    """The front doors: they take requests, keep caches and jobs; they read nothing themselves."""

    min_replicas: int = Field(1, ge=1, description="Front doors that always run.")
    max_replicas: int = Field(1, ge=1, description="Front doors under full load.")
    num_cpus: float = Field(0.2, gt=0.0, description="CPU cores that Ray sets aside for each.")
    memory_mb: int = Field(512, ge=128, description="A front door that holds more MiB is replaced.")


class JobOptions(Options):
    """Batches."""

    workers: int = Field(1, ge=1, description="Processes that work off batches.")
    num_cpus: float = Field(0.1, gt=0.0, description="CPU cores that Ray sets aside for each; they only wait.")
    concurrent_items: int = Field(2, ge=1, description="Items that one of them has in hand.")
    lease_s: float = Field(30.0, gt=1.0, description="An item whose worker is silent this long is given to another.")
    max_attempts: int = Field(3, ge=1, description="Attempts before an item counts as failed.")
    keep_days: float = Field(30.0, gt=0.0, description="Finished jobs are deleted after this long.")


class ServingProfile(Options):
    """All settings of the service."""

    environment: Literal["development", "staging", "production"] = Field(description="What this profile is for.")
    front: FrontOptions = FrontOptions()
    readers: dict[str, ReaderOptions] = Field(
        default_factory=lambda: {
            "paddle": ReaderOptions(pipeline=PipelineOptions(read=ReadOptions(engine=PaddleOptions())))
        },
        description="Deployments of readers by the name that requests may ask for in `engine`.",
    )
    default_reader: str = Field("paddle", description="Which reads unless a request asks for another.")
    fallback_reader: str | None = Field(
        None, description="Which answers when the default is down or its queue is full; null: 429 instead."
    )
    scaling: ScalingOptions = ScalingOptions()
    limits: LimitOptions = LimitOptions()
    jobs: JobOptions = JobOptions()
    cache: CacheOptions = CacheOptions()
    database: DatabaseOptions = DatabaseOptions()
    uploads: UploadOptions = UploadOptions()
    security: SecurityOptions = SecurityOptions()
    telemetry: TelemetryOptions = TelemetryOptions()

    @model_validator(mode="after")
    def _readers_exist(self) -> Self:
        for name, reader in (("default_reader", self.default_reader), ("fallback_reader", self.fallback_reader)):
            if reader is not None and reader not in self.readers:
                raise ValueError(f"{name} is {reader!r}, but readers are: {', '.join(self.readers)}")
        return self

    @classmethod
    def load(cls, tree: object) -> Self:
        """Returns the profile that a configuration's ``args`` are.

        Raises:
            ConfigError: a key is unknown or a value out of range; the message names each.
        """
        try:
            return cls.model_validate(tree)
        except ValidationError as error:
            raise ConfigError(readable(error, cls)) from None

    def pipeline(self, reader: str) -> PipelineOptions:
        """Returns a reader's pipeline with this profile's limits in force."""
        options = self.readers[reader].pipeline
        limits = {
            "max_bytes": self.limits.file_mb * 1024 * 1024,
            "max_pixels": self.limits.max_pixels,
            "max_pages": self.limits.max_pages,
        }
        worker = {"timeout_s": min(options.worker.timeout_s, self.limits.request_timeout_s)}
        return options.model_copy(
            update={
                "prepare": options.prepare.model_copy(update=limits),
                "worker": options.worker.model_copy(update=worker),
            }
        )
