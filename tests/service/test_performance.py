"""The performance tool against the real application, by real Locust; only Serve and the engine are missing."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from ray_app.errors import ConfigError
from ray_app.files import FileReader
from ray_app.options import PipelineOptions
from ray_app.performance.compare import compare
from ray_app.performance.load import Orders, fields, load
from ray_app.performance.report import read
from ray_app.performance.service import Running
from ray_app.performance.stress import stress
from ray_app.performance.suite import BenchmarkConfig, PerformanceBenchmark
from ray_app.performance.usage import answering
from tests.faults import picture
from tests.local_reader import LocalReader
from tests.local_service import own_profile, running_service

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(picture(f"Cake {number}"))
    return folder


@pytest.fixture
def address(tmp_path):
    """A service that takes a tenth of a second of CPU for each picture."""
    reader = FileReader(PipelineOptions(), factory="tests.faults:slow_files")
    security = {"auth": "off", "rates": {"per_minute": 0}}
    with running_service(own_profile(tmp_path, security=security), {"paddle": LocalReader(reader)}) as port:
        yield f"http://127.0.0.1:{port}"
    reader.close()


def test_the_guides_python_form_measures_judges_and_writes(address, pictures, tmp_path):
    config = BenchmarkConfig(
        test_images_dir=pictures,
        output_dir=tmp_path / "out",
        concurrent_requests=[1, 2],
        test_durations=[2],
        rounds=2,
        warm_up_s=0.0,
        api_url=address,
    )
    report = asyncio.run(PerformanceBenchmark(config).run_full_benchmark_suite())

    assert [(cell.clients, len(cell.rounds)) for cell in report.cells] == [(1, 2), (2, 2)]
    assert all(one.success == 1.0 and one.mean_s > 0.1 for cell in report.cells for one in cell.rounds)
    assert report.ratios["success"] == 1.0
    assert {"mean response", "p95", "p99", "throughput", "success"} <= {
        row.name for row in report.rows if row.met is not None
    }
    assert read(tmp_path / "out") == report
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["report.html", "report.json", "report.md"]
    assert not any(change.worse for change in compare(report, report))


def test_load_tells_failures_from_answers(address, pictures):
    files = [str(path) for path in sorted(pictures.iterdir())]
    (pictures / "broken.png").write_bytes(picture("blank"))
    orders = Orders(files=[*files, str(pictures / "broken.png")], fields=fields(cached=False))
    answers = asyncio.run(load(address, 2, 3.0, orders))

    assert {one.status for one in answers} == {200, 422}
    assert abs(sum(one.status == 422 for one in answers) - len(answers) / 4) <= 2


def test_load_on_nobody_is_failures_not_figures(pictures):
    files = [str(path) for path in pictures.iterdir()]
    answers = asyncio.run(load("http://127.0.0.1:9", 1, 1.0, Orders(files=files)))

    assert {one.status for one in answers} == {0}


def test_stress_says_whether_the_service_said_no_in_time(address, pictures):
    found = asyncio.run(
        stress(Running(address=address, pid=answering(address)), sorted(pictures.iterdir()), 2.0, [3.0])
    )

    assert found.capacity_per_second > 0
    assert found.bursts[0].sent > 0
    assert found.bursts[0].recovered_s is not None
    assert found.same_processes
    assert found.passed == found.bursts[0].graceful


def test_the_script_takes_the_guides_words(address, pictures, tmp_path):
    script = ROOT / "scripts" / "performance_testing.sh"
    command = [str(script), "load-test", "--api-url", address, "--concurrency", "2", "--duration", "2"]
    done = subprocess.run([*command, "--images", str(pictures)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert '"success": 1.0' in done.stdout


def test_profiles_are_pages_that_name_the_pipeline(tmp_path):
    command = [str(Path(sys.executable).parent / "recipe-ocr"), "bench", "profile", "--engine", "tesseract"]
    command += ["--cpu-profiling", "--images", str(_one_sample(tmp_path)), "--output", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "ray_app" in (tmp_path / "out" / "cpu.html").read_text()


def _one_sample(folder):
    (folder / "one").mkdir()
    (folder / "one" / "card.png").write_bytes((ROOT / "samples" / "screenshot_dark.png").read_bytes())
    return folder / "one"


def test_a_missing_environment_is_wrong_usage(pictures):
    with pytest.raises(ConfigError, match="environment is one of"):
        PerformanceBenchmark(BenchmarkConfig(test_images_dir=pictures, environment="moon"))
