"""The bulk job as a program, for ``ray job submit -- python jobs/bulk_extract.py INPUT... --output OUT``.

Exit codes stand in ``ray_app.bulk.outcome.ExitCode``. Running the same command again goes on where the last one ended.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from ray_app import config
from ray_app.bulk.outcome import ExitCode, finish
from ray_app.bulk.run import run_bulk
from ray_app.errors import ConfigError
from ray_app.isolation import PIPELINE
from ray_app.telemetry import logs


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the job and returns its exit code."""
    parser = argparse.ArgumentParser(description="Reads folders, buckets or manifests of recipe images into Parquet.")
    parser.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="file, folder, glob, s3:// gs:// az:// URI, or manifest"
    )
    parser.add_argument("--output", required=True, help="folder or URI of the dataset")
    parser.add_argument("--engine", help="name of an engine")
    parser.add_argument("--profile", type=Path, help="YAML file with settings")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override one setting")
    parser.add_argument("--logs", choices=("auto", "text", "json"), default="auto", help="how log lines look")
    parser.add_argument("--retry-failed", action="store_true", help="read what failed once more")
    parser.add_argument("--factory", default=PIPELINE, help=argparse.SUPPRESS)  # tests bring their own pipeline
    chosen = parser.parse_args(arguments)

    logs.to_terminal(chosen.logs)
    try:
        settings = config.load(chosen.profile, chosen.set, chosen.engine)
    except ConfigError as error:
        logging.error("%s", error)
        return ExitCode.USAGE
    return finish(
        lambda: run_bulk(
            chosen.inputs,
            chosen.output,
            settings.pipeline,
            settings.bulk,
            retry_failed=chosen.retry_failed,
            factory=chosen.factory,
        ),
        chosen.output,
    )


if __name__ == "__main__":
    sys.exit(main())
