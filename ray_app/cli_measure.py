"""The commands about how good readings are: ``evaluate`` against labels, ``review`` where there are none."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ray_app import config
from ray_app.cli_parts import Profile, Set, usage_errors
from ray_app.options import ENGINE_NAMES


def evaluate(
    labels: Annotated[Path, typer.Argument(metavar="LABELS_DIR", help="Images, each with a label JSON of its stem.")],
    engines: Annotated[
        list[str] | None,
        typer.Option(
            "--engine",
            metavar="MODE",
            help=f"A way to read: one of {', '.join(ENGINE_NAMES)}, with settings if wanted "
            "(paddle,read.engine.detection_side=1280); may be repeated. Default auto.",
        ),
    ] = None,
    overrides: Set = None,
    profile: Profile = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for report.html and report.json.")] = Path(
        "out/evaluation"
    ),
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures here, too.")
    ] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="Images read at once; default one a core.")] = None,
) -> None:
    """Measures engines and settings side by side on labelled images: a table a category, JSON, and a report to look at.

    docs/accuracy.md tells the form of a label and what the figures mean.
    """
    from ray_app.evaluation.labels import load
    from ray_app.evaluation.reading import read_all
    from ray_app.evaluation.run import evaluate as run
    from ray_app.evaluation.run import write
    from ray_app.show_figures import show_figures

    with usage_errors():
        modes = [config.load_mode(text, profile, overrides or ()) for text in engines or ["auto"]]
        labelled = load(labels)
        told = Console(stderr=True)
        with told.status("") as status:

            def tell(mode: str, done: int) -> None:
                status.update(f"{mode}: {done} of {len(labelled)} read")

            found = run(labelled, modes, lambda options, paths: read_all(options, paths, processes=processes), tell)
        report = write(str(labels), found, out, json_file)
    show_figures(Console(), report, out)
