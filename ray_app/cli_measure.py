"""The commands about how good readings are: ``evaluate`` against labels, ``review`` where there are none."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ray_app import config
from ray_app.cli_parts import Profile, Set, json_lines, usage_errors
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


def review(
    output: Annotated[str, typer.Argument(metavar="OUT", help="A finished dataset of recipe-ocr bulk.")],
    limit: Annotated[int, typer.Option(min=1, help="How many are listed.")] = 50,
    jsonl: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write one JSON object an ingredient here ('-' is standard output)."),
    ] = None,
    overrides: Set = None,
    profile: Profile = None,
) -> None:
    """Lists the ingredients of a dataset that a person should look at, the least sure first.

    Which ones is set by review.quantity_below and its like (recipe-ocr settings).
    """
    from ray_app.bulk.export import finished
    from ray_app.bulk.review import review as look
    from ray_app.show_review import show_review

    with usage_errors():
        options = config.load(profile, overrides or ()).review
        found = look(finished(output), options, limit)
        with json_lines(jsonl) as write:
            for entry in found.entries:
                write(entry.row())
    if jsonl is None:
        show_review(Console(), found)
