"""``recipe-ocr bench``: how fast the service is, and whether that is fast enough. scripts/performance_testing.sh calls it."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ray_app.cli_parts import errors, usage_errors
from ray_app.errors import ConfigError, MeasurementError

app = typer.Typer(no_args_is_help=True, help="Measures the service: benchmark, load, stress, profiles, comparisons.")

FAILED = 1
BROKEN = 3

Url = Annotated[
    str | None,
    typer.Option("--api-url", help="A service that runs already; without it one is started here. Key: RECIPE_OCR_KEY."),
]
Images = Annotated[Path, typer.Option("--images", help="Folder of pictures, asked for in turn.")]
Output = Annotated[Path, typer.Option("--output", help="Folder for what is written.")]
Environment = Annotated[str, typer.Option(help="Whose targets judge: development, staging or production.")]
EngineName = Annotated[str | None, typer.Option("--engine", help="Reader to ask for; default is the service's.")]

_SAMPLES = Path("samples")
_OUT = Path("out/performance")
_WRITTEN = ("report.html", "report.md", "report.json", "cpu.html", "memory.html", "memory.bin", "stress.json")


@contextmanager
def _told() -> Iterator[None]:
    """Turns what the user can mend into exit code 2, and what could not be measured into 3."""
    try:
        with usage_errors():
            yield
    except MeasurementError as error:
        errors.print(f"recipe-ocr: {error}", style="red", highlight=False, markup=False)
        raise typer.Exit(BROKEN) from None


def _numbers(text: str, name: str) -> list[float]:
    try:
        found = [float(one) for one in text.split(",")]
    except ValueError:
        found = []
    if not found or min(found) <= 0:
        raise ConfigError(f"{name} wants numbers above 0 with commas between them, such as 1,2,4, not {text!r}")
    return found


@app.command()
def benchmark(
    concurrency: Annotated[str, typer.Option(help="Numbers of clients, each by itself.")] = "1,2,4,8",
    duration: Annotated[str, typer.Option(help="Seconds of each run.")] = "30,60,120",
    rounds: Annotated[int, typer.Option(min=1, help="How often each run is repeated; 2 or more show the noise.")] = 3,
    output: Output = _OUT,
    images: Images = _SAMPLES,
    environment: Environment = "development",
    api_url: Url = None,
    engine: EngineName = None,
    pairs: Annotated[int, typer.Option(min=0, help="Requests measured against the pipeline alone.")] = 10,
) -> None:
    """Measures all numbers of clients for all durations; writes report.html, report.md and report.json.

    Exit code 0 whatever the verdicts: they judge this machine, too. `compare` judges changes.
    """
    from ray_app.performance.suite import BenchmarkConfig, PerformanceBenchmark

    with _told():
        config = BenchmarkConfig(
            test_images_dir=images,
            output_dir=output,
            concurrent_requests=tuple(int(one) for one in _numbers(concurrency, "--concurrency")),
            test_durations=tuple(_numbers(duration, "--duration")),
            rounds=rounds,
            environment=environment,
            api_url=api_url,
            api_key=os.environ.get("RECIPE_OCR_KEY"),
            engine=engine,
            pairs=pairs,
        )
        suite = PerformanceBenchmark(config, lambda words: errors.print(words, highlight=False))
        asyncio.run(suite.run_full_benchmark_suite())
    _show(output)


@app.command("load-test")
def load_test(
    concurrency: Annotated[int, typer.Option(min=1, help="Clients at once.")] = 4,
    duration: Annotated[float, typer.Option(min=1.0, help="Seconds.")] = 60.0,
    images: Images = _SAMPLES,
    environment: Environment = "development",
    api_url: Url = None,
    engine: EngineName = None,
) -> None:
    """One run of load: prints its figures; exit code 1 when fewer requests succeed than the environment asks for."""
    from ray_app.performance.suite import BenchmarkConfig, PerformanceBenchmark
    from ray_app.performance.targets import ENVIRONMENTS

    with _told():
        config = BenchmarkConfig(
            test_images_dir=images, environment=environment, api_url=api_url,
            api_key=os.environ.get("RECIPE_OCR_KEY"), engine=engine,
        )  # fmt: skip
        found = asyncio.run(PerformanceBenchmark(config).load_test(concurrency, duration))
    Console().print_json(found.model_dump_json())
    raise typer.Exit(0 if found.success >= ENVIRONMENTS[environment].success else FAILED)


@app.command("stress-test")
def stress_test(
    times: Annotated[str, typer.Option(help="Multiples of the service's own capacity.")] = "1,2,5",
    duration: Annotated[float, typer.Option(min=1.0, help="Seconds of each.")] = 20.0,
    output: Output = _OUT,
    images: Images = _SAMPLES,
    api_url: Url = None,
) -> None:
    """Sends more than the service can carry; exit code 1 when a request is lost without being told when to come back."""
    from ray_app.performance.load import pictures
    from ray_app.performance.service import CONFIGURATION, reached
    from ray_app.performance.stress import stress

    with _told():
        files, multiples = pictures(images), _numbers(times, "--times")
        key = os.environ.get("RECIPE_OCR_KEY")
        with reached(api_url, CONFIGURATION) as running:
            found = asyncio.run(stress(running, files, duration, multiples, key))
    output.mkdir(parents=True, exist_ok=True)
    (output / "stress.json").write_text(found.model_dump_json(indent=2) + "\n", encoding="utf-8")
    Console().print_json(found.model_dump_json())
    raise typer.Exit(0 if found.passed else FAILED)


@app.command()
def profile(
    cpu: Annotated[bool, typer.Option("--cpu-profiling", help="Where the time goes: cpu.html.")] = False,
    memory: Annotated[bool, typer.Option("--memory-profiling", help="Where memory goes: memory.html.")] = False,
    images: Images = _SAMPLES,
    engine: EngineName = None,
    output: Output = _OUT,
) -> None:
    """Flame graphs of the pipeline alone, reading each picture once."""
    from ray_app.performance.load import pictures
    from ray_app.performance.profiling import profile_cpu, profile_memory

    with _told():
        if not (cpu or memory):
            raise ConfigError("say --cpu-profiling, --memory-profiling, or both")
        files = pictures(images)
        output.mkdir(parents=True, exist_ok=True)
        for wanted, take in ((cpu, profile_cpu), (memory, profile_memory)):
            if wanted:
                print(take(files, engine, output))


@app.command()
def compare(
    reports: Annotated[
        list[Path], typer.Argument(metavar="BEFORE AFTER", help="Two reports; with --budgets one will do.")
    ],
    budgets: Annotated[Path | None, typer.Option(help="YAML with bounds on ratios, for the last report.")] = None,
) -> None:
    """Two reports side by side. Exit code 1 on a regression beyond the noise that they measured, or a budget that is missed."""
    from ray_app.performance import compare as comparing
    from ray_app.performance.report import read

    with _told():
        if len(reports) > 2 or (len(reports) == 1 and budgets is None):
            raise ConfigError("name two reports, or one and --budgets")
        found = [read(path) for path in reports]
        changes = comparing.compare(found[0], found[1]) if len(found) == 2 else []
        wrong = comparing.missed(found[-1], comparing.load_budgets(budgets)) if budgets is not None else []
    console = Console()
    if changes:
        table = Table("clients", "seconds", "figure", "before", "after", "ratio", "noise", "", box=None)
        for one in changes:
            cells = (f"{one.before:.3g}", f"{one.after:.3g}", f"{one.ratio:.2f}", f"{one.noise:.2g}")
            table.add_row(str(one.clients), f"{one.seconds:g}", one.figure, *cells, "worse" if one.worse else "")
        console.print(table)
    for words in wrong:
        console.print(f"budget missed: {escape(words)}", highlight=False)
    raise typer.Exit(FAILED if wrong or any(one.worse for one in changes) else 0)


@app.command()
def report(
    output: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with a report.json.")] = _OUT,
) -> None:
    """Writes report.html and report.md again from report.json, and prints the verdicts."""
    from ray_app.performance.report import read
    from ray_app.performance.suite import write

    with _told():
        write(read(output), output)
    _show(output)


@app.command()
def clean(output: Annotated[Path, typer.Argument(metavar="DIR")] = _OUT) -> None:
    """Removes what these commands wrote into a folder, and the folder if nothing else is in it."""
    for name in _WRITTEN:
        (output / name).unlink(missing_ok=True)
    if output.is_dir() and not any(output.iterdir()):
        output.rmdir()


def _show(output: Path) -> None:
    from ray_app.performance.report import number, read

    found, console = read(output), Console()
    table = Table("target", "asked", "measured", "", box=None)
    for row in found.rows:
        asked = f"{'at least' if row.at_least else 'at most'} {number(row.target, row.unit)}"
        style = {True: "green", False: "red", None: ""}[row.met]
        table.add_row(
            row.name, asked, number(row.measured, row.unit), f"[{style}]{row.verdict}[/]" if style else row.verdict
        )
    console.print(table)
    for words in found.advice:
        console.print(words, highlight=False)
    console.print(f"The report to look at: {escape(str(output / 'report.html'))}", highlight=False)
