"""Settings of the cache of results. Knows nothing of how they are used."""

from pathlib import Path

from pydantic import Field

from ray_app.options import Options


class CacheOptions(Options):
    """Where results are kept, how long, and how much of them."""

    ttl_seconds: float = Field(300.0, gt=0.0, description="How long a result is kept, from when it was read.")
    memory_mb: int = Field(64, ge=0, description="Results in the memory of each process, in MiB; 0 keeps none there.")
    disk_mb: int = Field(1024, ge=0, description="Results on disk, in MiB; 0 keeps none there.")
    folder: Path = Field(
        Path("~/.cache/recipe-ocr"),
        description="One folder for all processes of a machine, on a disk of this machine, not on a network share.",
    )
    redis_url: str | None = Field(
        None,
        pattern=r"^(redis|rediss|unix)://",
        repr=False,  # may hold a password
        description="redis://, rediss:// or unix:// URL of a Redis that several machines share; null: none.",
    )
    redis_connect_timeout_s: float = Field(0.05, gt=0.0, description="Longest wait for a connection to Redis.")
    redis_timeout_s: float = Field(0.1, gt=0.0, description="Longest wait for Redis in all, connecting included.")
    disk_timeout_s: float = Field(1.0, gt=0.0, description="Longest wait for the disk.")
    breaker_failures: int = Field(3, ge=1, description="Failures in a row after which a level is left alone.")
    breaker_open_s: float = Field(10.0, gt=0.0, description="How long it is left alone before one request tries again.")
    lease_s: float = Field(
        10.0,
        gt=0.0,
        description="A process that reads a file for others, and dies, keeps them waiting at most this long.",
    )
