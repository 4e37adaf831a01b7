"""What the commands share: common options, and how wrong usage is told."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ray_app.errors import ConfigError, EngineError, PreflightFailed
from ray_app.options import ENGINE_NAMES

OK, SOME_FAILED, USAGE = 0, 1, 2

errors = Console(stderr=True)

Engine = Annotated[str | None, typer.Option(help=f"One of: {', '.join(ENGINE_NAMES)}. auto is what measured best.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Overrides one setting; may be repeated.")
]
Profile = Annotated[Path | None, typer.Option(help="YAML file with settings.")]


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turns what the user can mend into a message and exit code 2."""
    try:
        yield
    except (ConfigError, EngineError, PreflightFailed) as error:
        errors.print(f"recipe-ocr: {error}", style="red", highlight=False, markup=False)
        if isinstance(error, EngineError):
            errors.print(error.advice, highlight=False, markup=False)
        raise typer.Exit(USAGE) from None


@contextmanager
def json_lines(target: Path | None) -> Iterator[Callable[[dict[str, object]], None]]:
    """Lends a function that writes one JSON object a line, and makes each line visible at once."""
    if target is None:
        yield lambda row: None
        return
    try:
        file = sys.stdout if str(target) == "-" else target.open("w", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}") from None
    try:
        yield lambda row: print(json.dumps(row, ensure_ascii=False), file=file, flush=True)
    finally:
        if file is not sys.stdout:
            file.close()
