"""The service on real Ray Serve: both doors agree, GPUs are pinned, and killed processes cost nobody anything."""

import json
import os
import signal
import time
import urllib.request

import pytest

from ray_app.files import FileInput, FileReader
from ray_app.options import PaddleOptions, PipelineOptions, ReadOptions, WorkerOptions
from ray_app.recipe.export import to_json_line
from tests.faults import picture
from tests.ray.asking import ask, form, free_port, replicas

PIPELINE = PipelineOptions(read=ReadOptions(engine=PaddleOptions(device="auto")), worker=WorkerOptions(timeout_s=2.0))


@pytest.fixture(scope="module")
def service(cluster, tmp_path_factory):
    """The application with the fake steps, one reader on a GPU that is one by name only."""
    from ray import serve

    from ray_app.serving.app import build

    folder = tmp_path_factory.mktemp("service")
    port = free_port()
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    reader = {
        "pipeline": PIPELINE.model_dump(mode="json"),
        "factory": "tests.faults:slow_files",
        "num_cpus": 0.2,
        "num_gpus": 1,
        "min_replicas": 2,
        "max_replicas": 2,
    }
    application = build(
        {
            "environment": "development",
            "front": {"num_cpus": 0.1},
            "readers": {"paddle": reader},
            "jobs": {"lease_s": 3.0, "concurrent_items": 4},
            "limits": {"batch_items": 40},
            "cache": {"folder": str(folder / "cache")},
            "database": {"url": f"sqlite:///{folder}/jobs.db"},
            "uploads": {"folder": str(folder / "uploads")},
            "security": {"auth": "off", "rates": {"per_minute": 0}},
        }
    )
    serve.run(application, name="recipe-ocr")
    yield f"http://127.0.0.1:{port}"
    serve.shutdown()


def test_the_service_answers_as_the_other_doors_do(service):
    body = ask(f"{service}/process", form([("file", "card.png", picture("Plain Cake"))]))
    again = ask(f"{service}/process", form([("file", "card.png", picture("Plain Cake"))]))
    reader = FileReader(PIPELINE, factory="tests.faults:files")
    wanted = json.loads(
        json.dumps(to_json_line(reader.read([FileInput(data=picture("Plain Cake"), source="card.png")])[0]))
    )
    reader.close()
    assert {key: body[key] for key in wanted} == wanted
    assert (body["cached"], again["cached"]) == (False, True)


def test_each_reader_sees_the_gpu_that_ray_gave_it(service, reads):
    for number in range(8):
        files = [("file", "card.png", picture(f"Pie {number}"))]
        assert ask(f"{service}/process", form(files, enable_caching="false"))["engine"] == "fake"
    gpus = {line.split()[2] for line in reads.read_text().splitlines()[-8:]}
    assert gpus <= {"0", "1"}
    assert gpus


@pytest.mark.parametrize("victim", ["reader-paddle", "batches", "front"])
def test_a_killed_process_costs_no_item_of_a_batch(service, victim):
    files = [("files", f"{number}.png", picture(f"Tart {victim} {number}")) for number in range(30)]
    job = ask(f"{service}/batch", form(files))["id"]
    os.kill(replicas(victim)[0].pid, signal.SIGKILL)
    until = time.monotonic() + 120
    found = {"finished_at": None}
    while found["finished_at"] is None:
        assert time.monotonic() < until, found
        time.sleep(0.5)
        try:
            found = ask(f"{service}/batch/{job}")
        except OSError:  # the front door itself was killed, and another is not there yet
            continue
    assert (found["status"], found["total"], found["done"], found["failed"]) == ("completed", 30, 30, 0)
    with urllib.request.urlopen(f"{service}/batch/{job}/results", timeout=60) as answer:
        lines = [json.loads(line) for line in answer]
    assert [line["item"] for line in lines] == list(range(30))
    assert {line["status"] for line in lines} == {"ok"}
