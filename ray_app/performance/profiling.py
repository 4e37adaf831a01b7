"""Where the pipeline spends time and memory: pyinstrument's and memray's pages about reading some pictures."""

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from ray_app.errors import ConfigError, MeasurementError

_PROGRAM = "ray_app.performance.reading"


def profile_cpu(pictures: Sequence[Path], engine: str | None, folder: Path) -> Path:
    """Returns a page with a flame graph of the time.

    Raises:
        ConfigError: pyinstrument is not installed.
        MeasurementError: the pictures could not be read.
    """
    page = folder / "cpu.html"
    _needs("pyinstrument")
    _run(["-m", "pyinstrument", "-r", "html", "-o", str(page), "-m", _PROGRAM, *_arguments(pictures, engine)])
    return page


def profile_memory(pictures: Sequence[Path], engine: str | None, folder: Path) -> Path:
    """Returns a page with a flame graph of memory at its peak, native allocations included.

    Raises:
        ConfigError: memray is not installed.
        MeasurementError: the pictures could not be read.
    """
    page, recorded = folder / "memory.html", folder / "memory.bin"
    _needs("memray")
    _run(
        [
            "-m",
            "memray",
            "run",
            "--native",
            "--force",
            "-o",
            str(recorded),
            "-m",
            _PROGRAM,
            *_arguments(pictures, engine),
        ]
    )
    _run(["-m", "memray", "flamegraph", "--force", "-o", str(page), str(recorded)])
    recorded.unlink()
    return page


def _arguments(pictures: Sequence[Path], engine: str | None) -> list[str]:
    return [*(["--engine", engine] if engine else []), *map(str, pictures)]


def _needs(module: str) -> None:
    if find_spec(module) is None:
        raise ConfigError(f"this profile needs {module}: uv sync --extra bench")


def _run(command: list[str]) -> None:
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise MeasurementError(f"{command[1]} ended with {done.returncode}: {done.stderr[-2000:]}")
