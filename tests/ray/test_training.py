"""The job that teaches a recognizer, for a few steps: on Ray Train, to its end, on from its last checkpoint, by two workers."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime

ROOT = Path(__file__).parents[2]


def teach(output: Path, steps: int, workers: int = 1) -> tuple[str, str]:
    """Returns the digest of what was learned, and what was logged."""
    command = [
        sys.executable, "jobs/train_recognizer.py", "--size", "tiny", "--steps", str(steps), "--batch", "2",
        "--save-every", "1", "--threads", "1", "--loaders", "0", "--output", str(output),
        "--workers", str(workers),
    ]  # fmt: skip
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "RAY_ADDRESS": ""},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return hashlib.sha256((output / "tiny" / "rec.onnx").read_bytes()).hexdigest(), done.stdout + done.stderr


def test_a_few_steps_end_in_a_graph_that_reads_and_go_on_with_two_workers(tmp_path):
    first, _ = teach(tmp_path, steps=2)
    assert len(list((tmp_path / "tiny-0").glob("checkpoint_*/state.pt"))) == 2
    second, log = teach(tmp_path, steps=3, workers=2)
    assert second != first
    assert len(list((tmp_path / "tiny-0").glob("checkpoint_*/state.pt"))) == 3
    took_part = set(re.findall(r"RayTrainWorker pid=(\d+)\).*step 3: loss", log))
    assert len(took_part) == 2, log[-3000:]

    for name in ("rec.onnx", "rec.int8.onnx"):
        check_reads(tmp_path / "tiny" / name)


def check_reads(graph: Path) -> None:
    session = onnxruntime.InferenceSession(graph)
    chances = session.run(None, {session.get_inputs()[0].name: np.zeros((1, 3, 48, 64), np.float32)})[0]
    assert chances.shape[2] == 239
    np.testing.assert_allclose(chances.sum(axis=2), 1.0, rtol=1e-3)
