"""The benchmark suite: load at each number of clients, in rounds, judged against an environment's targets.

``await PerformanceBenchmark(BenchmarkConfig(test_images_dir=...)).run_full_benchmark_suite()`` does what
``recipe-ocr bench benchmark`` does.
"""

import platform
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import aiohttp
import psutil
from pydantic import Field

from ray_app.errors import ConfigError
from ray_app.options import Options
from ray_app.performance import asking
from ray_app.performance.figures import Cell, Figures, summarize
from ray_app.performance.load import Orders, fields, headers, load, pictures
from ray_app.performance.overhead import Overhead, cached_s, overhead
from ray_app.performance.page import page
from ray_app.performance.report import Machine, Report, markdown, ratios
from ray_app.performance.service import CONFIGURATION, Running, reached
from ray_app.performance.targets import ENVIRONMENTS, judged, rows, would_do
from ray_app.performance.usage import Watch

Tell = Callable[[str], object]


class BenchmarkConfig(Options):
    """What is measured, and how long."""

    test_images_dir: Path = Field(Path("samples"), description="Pictures that clients ask for, in turn.")
    output_dir: Path = Field(Path("out/performance"), description="Folder for report.html, report.md and report.json.")
    concurrent_requests: tuple[int, ...] = Field(
        (1, 2, 4, 8), min_length=1, description="Clients at once, each by itself."
    )
    test_durations: tuple[float, ...] = Field((30.0, 60.0, 120.0), min_length=1, description="Seconds of each run.")
    rounds: int = Field(3, ge=1, description="How often each run is repeated; fewer than 2 show no noise.")
    warm_up_s: float = Field(10.0, ge=0.0, description="Load before the first run, which counts for nothing.")
    environment: str = Field("development", description="Whose targets the figures are judged by.")
    api_url: str | None = Field(None, description="A service that runs already; null starts one here for the suite.")
    api_key: str | None = Field(None, repr=False, description="Key for it.")
    service_config: Path = Field(CONFIGURATION, description="What the service that is started here is set to.")
    engine: str | None = Field(None, description="Reader to ask for; null leaves it to the service.")
    pairs: int = Field(10, ge=0, description="Requests measured against the pipeline alone; 0 leaves that out.")


class PerformanceBenchmark:
    """Measures one service."""

    def __init__(self, config: BenchmarkConfig, tell: Tell = lambda words: None) -> None:
        if config.environment not in ENVIRONMENTS:
            raise ConfigError(f"environment is one of {', '.join(ENVIRONMENTS)}, not {config.environment!r}")
        self._config = config
        self._tell = tell
        self._pictures = pictures(config.test_images_dir)

    async def run_full_benchmark_suite(self) -> Report:
        """Measures, writes the reports into ``output_dir``, and returns the figures.

        Raises:
            ConfigError: Locust is missing.
            MeasurementError: the service did not come up, or load could not be made.
        """
        with reached(self._config.api_url, self._config.service_config) as running:
            async with asking.session() as session:
                self._tell(f"waiting for {running.address}")
                await asking.ready(session, running)
                beside = await self._overhead(session, running)
                hit_s = await self._cached(session, running)
            cells = await self._cells(running)
        report = self._report(running, cells, beside, hit_s)
        write(report, self._config.output_dir)
        return report

    async def load_test(self, clients: int, seconds: float) -> Figures:
        """Measures one run of load, without a report."""
        with reached(self._config.api_url, self._config.service_config) as running:
            async with asking.session() as session:
                await asking.ready(session, running)
            return await self._run(running, clients, seconds)

    async def _overhead(self, session: aiohttp.ClientSession, running: Running) -> Overhead | None:
        if self._config.api_url is not None or not self._config.pairs:
            return None
        self._tell("the service against the pipeline alone")
        return await overhead(session, running.address, self._sample(), self._config.pairs, self._config.engine)

    async def _cached(self, session: aiohttp.ClientSession, running: Running) -> float | None:
        if self._config.api_url is not None or not self._config.pairs:
            return None
        return await cached_s(session, running.address, self._sample(), 10 * self._config.pairs, self._config.engine)

    def _sample(self) -> bytes:
        return self._pictures[0].read_bytes()

    async def _cells(self, running: Running) -> list[Cell]:
        """Runs each load in each round, upwards and downwards by turns, so that drift hits all alike."""
        config = self._config
        loads = [(clients, seconds) for clients in config.concurrent_requests for seconds in config.test_durations]
        found: dict[tuple[int, float], list[Figures]] = {one: [] for one in loads}
        if config.warm_up_s:
            self._tell("warming up")
            await self._run(running, max(config.concurrent_requests), config.warm_up_s)
        for number in range(config.rounds):
            for clients, seconds in loads if number % 2 == 0 else reversed(loads):
                self._tell(f"round {number + 1} of {config.rounds}: {clients} clients, {seconds:g} s")
                found[clients, seconds].append(await self._run(running, clients, seconds))
        return [Cell(clients=one[0], seconds=one[1], rounds=tuple(rounds)) for one, rounds in found.items()]

    async def _run(self, running: Running, clients: int, seconds: float) -> Figures:
        told = Orders(
            files=[str(path.resolve()) for path in self._pictures],
            fields=fields(cached=False, engine=self._config.engine),
            headers=headers(self._config.api_key),
        )
        with Watch(running.pid) as watch:
            answers = await load(running.address, clients, seconds, told)
        return summarize(answers, seconds, watch.usage)

    def _report(self, running: Running, cells: list[Cell], beside: Overhead | None, hit_s: float | None) -> Report:
        targets = ENVIRONMENTS[self._config.environment]
        cell, cores = judged(cells, targets), psutil.cpu_count() or 1
        return Report(
            made=datetime.now(UTC),
            version=version("recipe-ocr"),
            machine=Machine(cpu=platform.machine(), cores=cores, python=platform.python_version()),
            environment=self._config.environment,
            address=self._config.api_url,
            pictures=len(self._pictures),
            cells=tuple(cells),
            overhead=beside,
            cached_s=hit_s,
            judged_clients=cell.clients,
            judged_seconds=cell.seconds,
            rows=rows(cell, targets),
            advice=tuple(would_do(cell, targets, cores)),
            ratios=ratios(cells, cell, beside, hit_s),
        )


def write(report: Report, folder: Path) -> None:
    """Writes the report as JSON, Markdown and HTML."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / "report.md").write_text(markdown(report), encoding="utf-8")
    (folder / "report.html").write_text(page(report), encoding="utf-8")
