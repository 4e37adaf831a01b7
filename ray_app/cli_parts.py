"""What the commands share: common options, and how wrong usage is told."""

from collections.abc import Iterator
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
