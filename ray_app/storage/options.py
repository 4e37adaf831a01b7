"""Settings of the jobs' database and of the folder of uploads. Knows nothing of how they are used."""

from pathlib import Path

from pydantic import Field

from ray_app.options import Options


class DatabaseOptions(Options):
    """Where jobs are kept. The pool's settings are for PostgreSQL; SQLite takes what it needs."""

    url: str = Field(
        "sqlite:///~/.local/state/recipe-ocr/jobs.db",
        pattern=r"^(sqlite:///[^:?]+|postgresql://.*)$",
        repr=False,  # may hold a password
        description="sqlite:///FILE (on a disk of this machine, not on a network share) or postgresql://USER@HOST/NAME.",
    )
    pool_size: int = Field(20, ge=1, description="Connections that are kept open.")
    max_overflow: int = Field(30, ge=0, description="Further connections under load, closed afterwards.")
    pool_timeout_s: float = Field(10.0, gt=0.0, description="Longest wait for a free connection.")
    pool_pre_ping: bool = Field(True, description="Ask a connection whether it still lives before it is used.")
    pool_recycle_s: int = Field(3600, ge=1, description="A connection older than this is opened anew before use.")
    busy_timeout_s: float = Field(30.0, gt=0.0, description="SQLite: longest wait while another process writes.")


class UploadOptions(Options):
    """Where the bytes of batches wait to be read."""

    folder: Path = Field(
        Path("~/.local/state/recipe-ocr/uploads"),
        description="One folder for all processes that take or work off batches; on several machines a shared one.",
    )
    orphan_hours: float = Field(
        24.0, gt=0.0, description="Files that belong to no waiting item are deleted when they are this old."
    )
