import pytest

from ray_app.bulk.manifest import ROWS
from ray_app.bulk.options import BulkOptions
from ray_app.bulk.outcome import ExitCode, code_of_error, finish
from ray_app.bulk.places import Opener
from ray_app.bulk.progress import Scoreboard, clock, line
from ray_app.bulk.schema import SCHEMA
from ray_app.bulk.stages import PipelineStage, Tally
from ray_app.devices import on_device
from ray_app.errors import (
    EngineCrashed,
    EngineUnavailable,
    FailureCode,
    LedgerUnbalanced,
    PreflightFailed,
    RunError,
    RunExists,
)
from ray_app.options import (
    EasyOptions,
    PaddleOptions,
    PipelineOptions,
    PrepareOptions,
    ReadOptions,
    RuleOptions,
    TesseractOptions,
)


class Ears:
    def __init__(self):
        self.heard = []

    def tell(self, tally):
        self.heard.append(tally)


def row(path, page=1):
    return {"image_id": f"{path.name}{page}", "path": str(path), "page": page, "status": "pending"}


def test_every_row_gets_its_answer_in_order(tmp_path):
    import pyarrow as pa

    for name in ("a", "b", "big"):
        (tmp_path / name).write_text(name * (40 if name == "big" else 3))
    todo = [row(tmp_path / "a"), row(tmp_path / "gone"), row(tmp_path / "big"), row(tmp_path / "b", 2)]
    ears = Ears()
    options = PipelineOptions(prepare=PrepareOptions(max_bytes=100))
    stage = PipelineStage(options, Opener(), factory="tests.faults:build", counter=ears)
    done = stage(pa.Table.from_pylist(todo, ROWS))
    assert done.schema == SCHEMA
    assert done.column("image_id").to_pylist() == [one["image_id"] for one in todo]
    assert done.column("error_code").to_pylist() == [
        None,
        FailureCode.UNREADABLE_FILE,
        FailureCode.IMAGE_TOO_LARGE,
        None,
    ]
    assert len(set(done.column("fingerprint").to_pylist())) == 1
    assert ears.heard[0].done == 0
    del stage


@pytest.mark.parametrize(("gpus", "device"), [([], "cpu"), (["3"], "gpu:0")])
def test_auto_follows_the_gpu_that_was_assigned(gpus, device):
    def chosen(engine):
        return on_device(PipelineOptions(read=ReadOptions(engine=engine)), gpus).read.engine

    assert chosen(PaddleOptions()).device == device
    assert chosen(PaddleOptions(device="gpu:1")).device == "gpu:1"
    assert chosen(EasyOptions()).device == device
    assert chosen(RuleOptions()).paddle.device == chosen(RuleOptions()).easyocr.device == device
    assert chosen(TesseractOptions()) == TesseractOptions()


def test_where_it_runs_does_not_change_the_fingerprint():
    options = PipelineOptions()
    assert on_device(options, ["0"]).fingerprint() == on_device(options, []).fingerprint() == options.fingerprint()


def test_the_scoreboard_adds_up_the_newest_of_each_worker():
    board = Scoreboard()
    for tally in (Tally("a", 0, 0, 5), Tally("a", 8, 1, 9), Tally("b", 4, 0, 7)):
        board.tell(tally)
    score = board.score()
    assert (score.done, score.failed, score.workers, score.peak_bytes) == (12, 1, 2, 9)
    text = line(score, 48, started=0.0)
    assert text.startswith("12/48 read (25 %), ")
    assert text.endswith("left, 1 failed")


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (125, "2:05"), (3723, "1:02:03")])
def test_time_left_reads_like_a_clock(seconds, text):
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PreflightFailed("x"), ExitCode.USAGE),
        (RunExists("x"), ExitCode.USAGE),
        (EngineUnavailable("x"), ExitCode.USAGE),
        (EngineCrashed("x"), ExitCode.BROKEN),
        (LedgerUnbalanced("x"), ExitCode.BROKEN),
        (RunError("x"), ExitCode.BROKEN),
    ],
)
def test_each_error_has_its_exit_code(error, code):
    def run():
        raise error

    assert code_of_error(error) == finish(run, "out") == code


def test_ctrl_c_and_sigterm_have_theirs():
    import os
    import signal

    def interrupted():
        raise KeyboardInterrupt

    def terminated():
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()

    assert finish(interrupted, "out") == ExitCode.INTERRUPTED
    assert finish(terminated, "out") == ExitCode.TERMINATED


def test_settings_of_the_job_do_not_touch_the_fingerprint():
    assert not set(BulkOptions.model_fields) & set(PipelineOptions.model_fields)
