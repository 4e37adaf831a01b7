"""Settings of the bulk job: how many workers, how large their batches, how often rows are made safe."""

from pydantic import Field

from ray_app.options import Options
from ray_app.telemetry.options import TelemetryOptions


class BulkOptions(Options):
    """How the job runs; nothing here changes what is read."""

    workers: int | None = Field(
        None, ge=1, description="Readers in the whole cluster; unset: one a CPU (or as many as the GPUs carry)."
    )
    gpus_per_worker: float = Field(
        0.0, ge=0.0, description="GPUs (or a share of one) that Ray gives each reader; 0 reads on CPUs."
    )
    memory_mb: int = Field(
        1200,
        ge=100,
        description="Memory that Ray sets aside for each reader, in MiB; fewer readers start where it lacks.",
    )
    batch_size: int = Field(4, ge=1, le=1024, description="Images that a reader takes at once.")
    commit_rows: int = Field(
        64, ge=1, description="Rows after which results are safe on storage; what is not is read again after a kill."
    )
    rows_per_file: int = Field(2_000, ge=1, description="Rows in each finished Parquet file.")
    no_progress_minutes: float = Field(
        60.0, gt=0.0, description="The job gives up when nothing at all was finished for so long."
    )
    telemetry: TelemetryOptions = TelemetryOptions()
    driver_inspects: int = Field(
        64, ge=0, description="Up to so many new files are hashed by the driver itself; more go to the cluster."
    )
