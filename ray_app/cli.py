"""The command line: parses, makes one call, prints, and turns outcomes into exit codes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ray_app import cli_bench, cli_measure, config
from ray_app.cli_parts import OK, SOME_FAILED, Engine, Profile, Set, errors, json_lines, usage_errors
from ray_app.errors import ConfigError, EngineError, RunError
from ray_app.options import ENGINE_NAMES, PrepareOptions
from ray_app.telemetry import logs
from ray_app.types import ImageResult

app = typer.Typer(
    name="recipe-ocr",
    help="Photos and scans of recipes into text, ingredients with quantities, and directions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def extract(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Images, PDFs, or folders of them.")],
    jsonl: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write one JSON object an input here ('-' is standard output) and print no table."
        ),
    ] = None,
    engine: Engine = None,
    overrides: Set = None,
    profile: Profile = None,
    draw: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also draw what was found on each page into this folder.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Pages read at once; default one a core, at most 4.")
    ] = None,
) -> None:
    """Reads a few images on this machine, without a cluster.

    Exit code 0: every input was read; 1: some failed (their rows say why); 2: wrong usage.
    """
    from ray_app.extract import expand
    from ray_app.extract import extract as run
    from ray_app.recipe.export import to_json_line
    from ray_app.show import show_file, show_total

    with usage_errors():
        settings = config.load(profile, overrides or (), engine)
        files = expand(paths)
        if not files:
            raise ConfigError(f"no images in {', '.join(map(str, paths))}")
        rows: list[dict[str, object]] = []
        console = Console(stderr=jsonl is not None)
        with json_lines(jsonl) as write:
            for results in run(files, settings.pipeline, processes=processes):
                rows.append(to_json_line(results))
                write(rows[-1])
                if jsonl is None:
                    show_file(console, rows[-1], settings.review.ingredient_below)
                if draw is not None:
                    _draw(results, draw, settings.pipeline.prepare)
    failed = sum(row["status"] == "failed" for row in rows)
    show_total(console, rows, jsonl)
    raise typer.Exit(SOME_FAILED if failed else OK)


@app.command()
def bulk(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT... OUT",
            help="Files, folders, globs, s3:// gs:// az:// URIs or manifests; last the folder or URI of the dataset.",
        ),
    ],
    engine: Engine = None,
    overrides: Set = None,
    profile: Profile = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Also read again what failed before.")] = False,
    submit: Annotated[
        bool, typer.Option("--submit", help="Run as a Ray job, on a cluster started here for it.")
    ] = False,
    address: Annotated[
        str | None, typer.Option(help="Run as a Ray job on the cluster with this dashboard (http://HEAD:8265).")
    ] = None,
) -> None:
    """Reads any number of images into a Parquet dataset, on Ray. Run it again to go on after a stop.

    Exit code 0: every input has its row, none failed; 1: some failed (OUT/failed says why); 2: wrong usage, nothing was
    read; 3: the job gave up; 130, 143: ended from outside. After 3 and more the same command goes on.
    """
    from ray_app.bulk.outcome import ExitCode, finish
    from ray_app.bulk.run import run_bulk
    from ray_app.bulk.submit import submit_bulk

    logs.to_terminal()
    if len(paths) < 2:
        raise typer.BadParameter("name at least one INPUT, and OUT last")
    *inputs, output = paths
    with usage_errors():
        settings = config.load(profile, overrides or (), engine)
    if submit or address:
        arguments = [*inputs, "--output", output, *(["--retry-failed"] if retry_failed else [])]
        arguments += [] if engine is None else ["--engine", engine]
        arguments += [] if profile is None else ["--profile", str(profile)]
        arguments += [word for override in overrides or () for word in ("--set", override)]
        code = _submitted(lambda: submit_bulk(arguments, address=address))
    else:
        code = finish(
            lambda: run_bulk(inputs, output, settings.pipeline, settings.bulk, retry_failed=retry_failed), output
        )
    if code in (ExitCode.OK, ExitCode.SOME_FAILED):
        _show_dataset(output)
    raise typer.Exit(code)


@app.command()
def export(
    output: Annotated[str, typer.Argument(metavar="OUT", help="A finished dataset of recipe-ocr bulk.")],
    to: Annotated[Path, typer.Option("--to", metavar="PATH", help="File (jsonl) or folder (schema-org) to write.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="jsonl: one object a file, as extract --jsonl writes; schema-org: one JSON-LD file a recipe, for Mealie, Tandoor and others.",
        ),
    ] = "jsonl",
) -> None:
    """Writes a dataset in a form that other programs take."""
    from ray_app.bulk.export import finished, write_json_lines, write_recipes

    forms = {"jsonl": write_json_lines, "schema-org": write_recipes}
    if form not in forms:
        raise typer.BadParameter(f"--format is one of {', '.join(forms)}, not {form!r}")
    with usage_errors():
        count = forms[form](finished(output), to)
    Console(stderr=True).print(f"{count} written to {to}", highlight=False)


@app.command()
def engines() -> None:
    """Lists the engines and whether they can run here."""
    from ray_app.engines.base import check_engine
    from ray_app.options import RuleOptions, engine_options

    console = Console()
    for name in ENGINE_NAMES:
        options = engine_options(name)
        if isinstance(options, RuleOptions):
            console.print(f"{name:12s} chooses among the others, page by page")
            continue
        try:
            check_engine(options)
        except EngineError as error:
            console.print(f"{name:12s} [red]not here[/red]: {error}", highlight=False)
        else:
            console.print(f"{name:12s} [green]ready[/green]")


@app.command()
def serve(
    configuration: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="A file for Ray's serve run; see serve_configs/.")
    ] = Path("serve_configs/development.yaml"),
) -> None:
    """Starts the HTTP service and its page on this machine (http://127.0.0.1:8000 in development)."""
    from ray_app.serving.launch import launch

    with usage_errors():
        launch(configuration)


@app.command("new-key")
def new_key(
    name: Annotated[str, typer.Argument(help="Whose key it is; stands in lists of jobs.")],
    file: Annotated[Path, typer.Option("--file", help="The keys file that the service reads (security.keys_file).")],
    admin: Annotated[bool, typer.Option("--admin", help="May also empty the cache and see everybody's jobs.")] = False,
) -> None:
    """Makes an API key, adds its hash to the file, and prints the key, which is kept nowhere. The service reads the file again by itself."""
    from ray_app.serving import auth

    with usage_errors():
        secret, record = auth.new_key(name, frozenset({"user", "admin"} if admin else {"user"}))
        auth.add_to_file(file, record)
    print(secret)


@app.command("settings")
def settings_(
    engine: Engine = None,
    overrides: Set = None,
    profile: Profile = None,
    serving: Annotated[
        Path | None, typer.Option(help="Print the service's instead, as this file of serve_configs/ sets them.")
    ] = None,
) -> None:
    """Prints all settings as they would be used, as YAML that --profile takes."""
    import yaml

    from ray_app.options import Options

    with usage_errors():
        tree: Options
        if serving is not None:
            from ray_app.serving.launch import profile_of

            tree = profile_of(serving)
        else:
            tree = config.load(profile, overrides or (), engine)
    print(yaml.safe_dump(tree.model_dump(mode="json"), sort_keys=False), end="")


def _show_dataset(output: str) -> None:
    from ray_app.bulk.export import finished, json_lines
    from ray_app.bulk.summary import Summary
    from ray_app.show import show_run

    out = finished(output)
    show_run(Console(), json_lines(out), Summary.model_validate_json((out / "summary.json").read()), output)


def _submitted(run: Callable[[], int]) -> int:
    from ray_app.bulk.outcome import ExitCode

    try:
        return run()
    except RunError as error:
        errors.print(f"recipe-ocr: {error}", style="red", highlight=False, markup=False)
        return ExitCode.BROKEN
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _draw(results: Sequence[ImageResult], folder: Path, options: PrepareOptions) -> None:
    from ray_app.imaging.draw import draw_file

    folder.mkdir(parents=True, exist_ok=True)
    draw_file(results, folder, options)


app.command()(cli_measure.evaluate)
app.command()(cli_measure.review)
app.add_typer(cli_bench.app, name="bench")


def main() -> None:
    """Entry point of ``recipe-ocr``."""
    app()
