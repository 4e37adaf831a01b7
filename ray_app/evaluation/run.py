"""A whole evaluation: every mode over every labelled image, then the report's files.

Who reads is given: processes on this machine, or Ray's workers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ray_app.errors import ConfigError
from ray_app.evaluation.labels import Labelled
from ray_app.evaluation.modes import Mode
from ray_app.evaluation.page.report import page
from ray_app.evaluation.reading import Reading
from ray_app.evaluation.report import Report, judged, report
from ray_app.evaluation.scoring import Judged
from ray_app.options import PipelineOptions

ReadAll = Callable[[PipelineOptions, Sequence[Path]], Iterable[Reading]]


def evaluate(
    labels: Sequence[Labelled],
    modes: Sequence[Mode],
    read: ReadAll,
    tell: Callable[[str, int], object] = lambda mode, done: None,
) -> dict[str, list[Judged]]:
    """Reads and judges; one mode after the other, so that none is slowed by another.

    Args:
        labels: the images, at least one.
        modes: ways to read, of different names.
        read: reads files by these settings, in any order.
        tell: is told the mode at work and how many images it has read.

    Raises:
        ConfigError: two modes have one name.
        EngineUnavailable: the engine of a mode is not installed.
    """
    if len({mode.name for mode in modes}) < len(modes):
        raise ConfigError("the same mode is given twice")
    paths = [labelled.path for labelled in labels]

    def told(mode: Mode) -> Iterator[Reading]:
        tell(mode.name, 0)
        for done, reading in enumerate(read(mode.options, paths), 1):
            tell(mode.name, done)
            yield reading

    return {mode.name: judged(labels, told(mode)) for mode in modes}


def write(labels: str, found: Mapping[str, Sequence[Judged]], out: Path, json_file: Path | None = None) -> Report:
    """Writes ``report.json`` and ``report.html`` into a folder, the JSON also where wished; returns the figures.

    Raises:
        ConfigError: a file cannot be written.
    """
    figures = report(labels, found)
    text = figures.model_dump_json(indent=1) + "\n"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path in (out / "report.json", *([json_file] if json_file else [])):
            path.write_text(text, encoding="utf-8")
        (out / "report.html").write_text(page(figures, found), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{error.filename or out} cannot be written: {error.strerror}") from None
    return figures
