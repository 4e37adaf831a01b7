"""The evaluation as a Ray job: the same figures as on this machine alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.ray, pytest.mark.filterwarnings("default")]

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ["--engine", "fake", "--engine", "fake,prepare.max_dimension=1000"]


def figures(report: Path) -> dict:
    found = json.loads(report.read_text())
    for mode in found["modes"]:
        for group in mode["figures"].values():
            group.pop("images_per_core_second")
        for image in mode["images"]:
            image.pop("cpu_seconds")
    return {"counts": found["counts"], "modes": found["modes"]}


def test_the_job_finds_what_the_command_finds(cluster: str, tmp_path: Path) -> None:
    labels = tmp_path / "labels"
    labels.mkdir()
    for path in (ROOT / "samples").glob("*"):
        if path.stem in {"two_recipes", "two_pages", "rotated_90", "skewed"}:
            (labels / path.name).write_bytes(path.read_bytes())
    environment = {**os.environ, "RAY_ADDRESS": cluster, "PYTHONPATH": str(ROOT)}
    job = [sys.executable, str(ROOT / "jobs" / "evaluate.py"), str(labels), *ENGINES]
    job += ["--set", "bulk.memory_mb=500", "--out", str(tmp_path / "job")]
    here = [str(Path(sys.executable).parent / "recipe-ocr"), "evaluate", str(labels), *ENGINES]

    done = subprocess.run(job, capture_output=True, text=True, env=environment, timeout=300)
    subprocess.run([*here, "--out", str(tmp_path / "here")], check=True, capture_output=True, timeout=300)

    assert done.returncode == 0, done.stderr
    assert "all images (4)" in done.stdout
    assert figures(tmp_path / "job" / "report.json") == figures(tmp_path / "here" / "report.json")
    assert (tmp_path / "job" / "report.html").exists()


@pytest.mark.parametrize("arguments", [[], ["gone", "--out", "x"], [".", "--out", "x", "--engine", "tesserakt"]])
def test_wrong_usage_has_its_own_exit_code(arguments: list[str], tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "jobs" / "evaluate.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)

    assert done.returncode == 2
    assert done.stderr
