import contextlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from ray_app.engines import weights
from ray_app.engines.ppocr import Recognizer
from ray_app.engines.weights import PaddleWeights
from ray_app.training.export import export
from ray_app.training.learn import Course, State, learn, start

pytestmark = pytest.mark.usefixtures("one_font")
COURSE = Course(steps=6, batch=2, warm_up=1, save_every=2, loaders=0, threads=1)


def held(course: Course, folder: Path, until: int, *, go_on: bool = False) -> State:
    state = start(course)
    if go_on:
        state.load(folder / "state.pt")

    def report(state: State, figures: dict[str, float]) -> None:
        state.save(folder / "state.pt")
        if state.step == until:
            raise StopIteration

    with contextlib.suppress(StopIteration):
        learn(course, state, report=report)
    return state


def test_a_run_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    whole = held(COURSE, tmp_path / "whole", until=99)
    held(COURSE, tmp_path, until=4)
    resumed = held(COURSE, tmp_path, until=99, go_on=True)

    assert resumed.step == whole.step == 6
    assert all(torch.allclose(whole.average[name], resumed.average[name], atol=1e-6) for name in whole.average)


def test_what_was_learned_reads_in_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held(Course(steps=2, batch=2, save_every=2, loaders=0, threads=1, distil=0.5), tmp_path, until=2)
    digest = export(tmp_path / "state.pt", "tiny", tmp_path)
    made = PaddleWeights("PP-OCRv6_tiny_rec", tmp_path / "tiny" / "rec.onnx", tmp_path / "tiny" / "inference.yml")
    monkeypatch.setattr("ray_app.engines.ppocr.paddle_weights", lambda *_, **__: made)
    recognizer = Recognizer("tiny", batch_size=1, threads=1, device="cpu", origin="taught")

    assert len(recognizer.read([np.full((48, 96, 3), 255, np.uint8)])) == 1
    assert (
        recognizer.identity == f"PP-OCRv6_tiny_rec:{digest[:12]}" == f"PP-OCRv6_tiny_rec:{weights.digest(made.graph)}"
    )


def test_kept_brings_the_stock_weights_back(tmp_path: Path) -> None:
    state = start(COURSE)
    before = {name: value.clone() for name, value in state.average.items()}
    for value in state.average.values():
        value.add_(1.0)
    state.save(tmp_path / "state.pt")
    export(tmp_path / "state.pt", "tiny", tmp_path / "all", kept=1.0)
    again = start(COURSE)

    assert all(torch.equal(before[name], value) for name, value in again.average.items())
    assert (tmp_path / "all" / "tiny" / "rec.onnx").is_file()


def test_two_learners_see_lines_of_their_own_and_end_with_the_same_weights(tmp_path: Path) -> None:
    command = [sys.executable, str(Path(__file__).with_name("learner.py"))]
    learners = [
        subprocess.Popen([*command, str(rank), str(tmp_path / "meeting")], stdout=subprocess.PIPE, text=True)
        for rank in range(2)
    ]
    (loss, weights), (other_loss, other_weights) = (learner.communicate(timeout=500)[0].split() for learner in learners)

    assert loss != other_loss
    assert weights == other_weights
