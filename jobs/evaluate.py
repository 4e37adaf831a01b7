"""``recipe-ocr evaluate`` as a Ray job: ``ray job submit -- python jobs/evaluate.py LABELS_DIR --out DIR``.

The images are read by Ray Data on the whole cluster; figures and report are the same. Exit code 0; 2 when something that
it needs is wrong; 3 when the job gave up.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from ray_app import config
from ray_app.bulk.cluster import connected
from ray_app.bulk.evaluation import read_on_cluster
from ray_app.bulk.outcome import ExitCode
from ray_app.errors import ConfigError, EngineError, PreflightFailed, RunError
from ray_app.evaluation.labels import load
from ray_app.evaluation.run import evaluate, write
from ray_app.show_figures import show_figures
from ray_app.telemetry import logs


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and returns the exit code."""
    parser = argparse.ArgumentParser(description="Measures engines and settings side by side on labelled images.")
    parser.add_argument("labels", type=Path, metavar="LABELS_DIR", help="images, each with a label JSON of its stem")
    parser.add_argument("--engine", action="append", metavar="MODE", help="a way to read; may be repeated")
    parser.add_argument("--profile", type=Path, help="YAML file with settings")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override one setting")
    parser.add_argument("--out", type=Path, required=True, help="folder for report.html and report.json")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    chosen = parser.parse_args(arguments)
    logs.to_terminal()
    try:
        bulk = config.load(chosen.profile, chosen.set).bulk
        modes = [config.load_mode(text, chosen.profile, chosen.set) for text in chosen.engine or ["auto"]]
        labelled = load(chosen.labels)
        with connected():
            found = evaluate(labelled, modes, lambda options, paths: read_on_cluster(options, paths, bulk))
        report = write(str(chosen.labels), found, chosen.out, chosen.json)
    except (ConfigError, EngineError, RunError) as error:
        logging.error("%s", error)
        gave_up = isinstance(error, RunError) and not isinstance(error, PreflightFailed)
        return ExitCode.BROKEN if gave_up else ExitCode.USAGE
    show_figures(Console(), report, chosen.out)
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
