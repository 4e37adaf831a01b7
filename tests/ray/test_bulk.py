"""The whole job on the smallest cluster, with an engine whose images tell it to fail."""

import json
import time
import urllib.request
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ray_app.bulk.dataset import parts
from ray_app.bulk.manifest import ROWS
from ray_app.bulk.options import BulkOptions
from ray_app.bulk.places import Opener, Place
from ray_app.bulk.run import run_bulk
from ray_app.bulk.sources import list_inputs
from ray_app.bulk.stages import PipelineStage
from ray_app.errors import EngineUnavailable, PreflightFailed, RunExists
from ray_app.options import PipelineOptions, PrepareOptions, WorkerOptions

pytestmark = [pytest.mark.ray, pytest.mark.filterwarnings("default")]

OPTIONS = PipelineOptions(worker=WorkerOptions(timeout_s=3.0))
BULK = BulkOptions(memory_mb=500, commit_rows=4)


def run(inputs, out, *, options=OPTIONS, bulk=BULK, factory="build", **more):
    return run_bulk(
        [str(inputs)],
        str(out),
        options,
        bulk,
        factory=f"tests.faults:{factory}",
        inspector="tests.faults:inspector",
        **more,
    )


def table(out):
    """Every Parquet file below OUT, however deep: they must be the dataset and nothing else."""
    return ds.dataset(sorted(str(path) for path in Path(out).rglob("*.parquet"))).to_table()


def by_name(out):
    return {(Path(row["path"]).name, row["page"]): row for row in table(out).to_pylist()}


def read_counts(reads):
    return Counter(line.split()[0] for line in reads.read_text().splitlines())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cards")
    for number in range(12):
        (folder / f"good{number:02d}.jpg").write_text(f"Cake {number}\n2 cups flour")
    files = {
        "copy.jpg": "Cake 3\n2 cups flour",
        "bad.jpg": "corrupt",
        "empty.png": "",
        "card.json": "{}",
        "fake.jpg": "{}",
        "doc.pdf": "Booklet pages=3",
        "kills.jpg": "crash",
        "hangs.jpg": "hang",
        "counts.pdf": "deadly",
        "prose.jpg": "norecipe",
        "white.jpg": "blank",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / "gone.jpg").symlink_to("/nowhere")
    return folder


@pytest.fixture(scope="module")
def first(cluster, folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "dataset"
    return out, run(folder, out)


FAILED = {
    "bad.jpg": "truncated_image",
    "empty.png": "empty_file",
    "fake.jpg": "not_an_image",
    "kills.jpg": "engine_crashed",
    "hangs.jpg": "engine_hung",
    "counts.pdf": "engine_crashed",
    "gone.jpg": "unreadable_file",
}
PARTIAL = {"prose.jpg": "no_recipe", "white.jpg": "blank_page"}


def test_figures_of_the_run_reach_the_agent_of_its_node(first):
    import ray

    port = ray.nodes()[0]["MetricsExportPort"]
    until = time.monotonic() + 60
    while True:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            found = {
                (sample.name, sample.labels.get("status") or sample.labels.get("door") or sample.labels.get("stage"))
                for family in text_string_to_metric_families(answer.read().decode())
                for sample in family.samples
            }
        wanted = {
            ("ray_recipe_ocr_images_total", "ok"),
            ("ray_recipe_ocr_images_total", "failed"),
            ("ray_recipe_ocr_batch_size_count", "bulk"),
            ("ray_recipe_ocr_stage_seconds_count", "decode"),
        }
        if wanted <= found:
            return
        assert time.monotonic() < until, wanted - found
        time.sleep(1)


def test_every_input_ends_as_one_row(first):
    out, summary = first
    rows = by_name(out)
    assert (summary.inputs, summary.ok, summary.failed, summary.partial) == (26, 15, 7, 2)
    assert (summary.duplicates, summary.skipped) == (1, 1)
    assert len(rows) == table(out).num_rows == summary.inputs
    assert {name: row["error_code"] for (name, _), row in rows.items() if row["status"] == "failed"} == FAILED
    assert {name: row["error_code"] for (name, _), row in rows.items() if row["status"] == "partial"} == PARTIAL
    assert all(row["error_advice"] for row in rows.values() if row["status"] in ("failed", "partial"))
    assert [rows[("doc.pdf", page)]["status"] for page in (1, 2, 3)] == ["ok"] * 3
    assert rows[("copy.jpg", 1)]["status"] == "ok"
    assert rows[("good03.jpg", 1)]["duplicate_of"] == rows[("copy.jpg", 1)]["image_id"]
    assert rows[("card.json", 1)]["status"] == "skipped"
    assert rows[("good07.jpg", 1)]["title"] == "Cake 7"


def test_what_is_left_in_the_output(first):
    out, summary = first
    assert (out / "_SUCCESS").exists()
    written = json.loads((out / "summary.json").read_text())
    assert {"inputs", "ok", "failed", "duplicates", "skipped", "images_per_second", "seconds"} <= set(written)
    failures = [json.loads(line) for line in (out / "failed" / "failed.jsonl").read_text().splitlines()]
    assert [failure["path"] for failure in failures] == sorted(failure["path"] for failure in failures)
    assert {Path(failure["path"]).name: failure["code"] for failure in failures} == FAILED
    assert ds.dataset(out, exclude_invalid_files=True).count_rows() == summary.inputs
    assert sorted(path.name for path in (out / "_run").iterdir()) == ["attempts", "files.pq", "run.json"]
    assert list((out / "_run" / "attempts").iterdir()) == []
    assert summary.errors["engine_crashed"] == 2
    assert summary.workers == 2


def test_the_same_again_does_nothing_and_says_the_same(first, folder, reads):
    out, summary = first
    before = read_counts(reads)
    assert run(folder, out) == summary
    assert read_counts(reads) == before


def test_other_settings_are_refused_and_those_of_the_worker_are_not(first, folder):
    out, summary = first
    other = PipelineOptions(prepare=PrepareOptions(max_dimension=1000))
    with pytest.raises(RunExists, match=r"prepare\.max_dimension: 2048 there, 1000 here"):
        run(folder, out, options=other)
    assert run(folder, out, options=PipelineOptions(worker=WorkerOptions(timeout_s=9))) == summary


def test_new_files_are_added_and_failures_read_again_only_when_asked(first, folder, reads):
    out, _ = first
    before = read_counts(reads)
    (folder / "new.jpg").write_text("Fresh Bread")
    (folder / "bad.jpg").write_text("Mended Pie")  # a changed file is another image
    summary = run(folder, out)
    rows = by_name(out)
    assert (summary.inputs, summary.ok, summary.partial, summary.failed, summary.read) == (27, 17, 2, 6, 2)
    assert rows[("new.jpg", 1)]["title"] == "Fresh Bread"
    assert rows[("bad.jpg", 1)]["title"] == "Mended Pie"
    assert sum((read_counts(reads) - before).values()) == 2

    before = read_counts(reads)
    ids = {row["image_id"] for row in rows.values() if row["status"] == "failed"}
    again = run(folder, out, retry_failed=True, factory="forgiving")
    rows = by_name(out)
    assert (again.inputs, again.ok, again.partial, again.failed) == (27, 19, 2, 4)
    assert rows[("kills.jpg", 1)]["status"] == "ok"
    assert rows[("gone.jpg", 1)]["error_code"] == "unreadable_file"
    assert set(read_counts(reads) - before) <= ids
    assert table(out).num_rows == 27
    assert (out / "_SUCCESS").exists()


def test_an_engine_that_is_not_there_stops_the_job_before_any_image(cluster, folder, tmp_path):
    with pytest.raises(EngineUnavailable, match="pip install"):
        run(folder, tmp_path / "out", factory="unavailable")
    assert parts(Place.at(str(tmp_path / "out"))) == [] or not (tmp_path / "out" / "_SUCCESS").exists()


def test_a_cluster_that_is_too_small_is_refused(cluster, tmp_path):
    (tmp_path / "a.jpg").write_text("Cake")
    with pytest.raises(PreflightFailed, match="no reader fits"):
        run(tmp_path / "a.jpg", tmp_path / "out", bulk=BulkOptions(memory_mb=500_000))


def test_an_input_that_is_not_there_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(PreflightFailed, match="does not exist"):
        run(tmp_path / "nothing", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_each_reader_sees_the_gpu_that_ray_gave_it(cluster, tmp_path, reads):
    import ray

    (tmp_path / "a.jpg").write_text("GPU cake")
    row = {"image_id": "gpu-cake", "path": str(tmp_path / "a.jpg"), "page": 1, "status": "pending"}
    actor = ray.remote(PipelineStage).options(num_gpus=1, num_cpus=0.5)
    stages = [actor.remote(OPTIONS, Opener(), factory="tests.faults:build") for _ in range(2)]
    done = ray.get([stage.__call__.remote(pa.Table.from_pylist([row], ROWS)) for stage in stages])
    assert [one.to_pylist()[0]["engine_info"]["device"] for one in done] == ["gpu:0", "gpu:0"]
    seen = [line.split()[2] for line in reads.read_text().splitlines() if line.startswith("gpu-cake")]
    assert sorted(seen) == ["0", "1"]


def test_a_job_on_gpus_takes_one_for_each_reader(cluster, tmp_path):
    (tmp_path / "a.jpg").write_text("Cake of the GPU job")
    # Two CPUs carry one GPU reader: Ray adds a CPU to each, and one stays free.
    summary = run(tmp_path / "a.jpg", tmp_path / "out", bulk=BULK.model_copy(update={"gpus_per_worker": 1.0}))
    assert summary.workers == 1
    assert table(tmp_path / "out").to_pylist()[0]["engine_info"]["device"] == "gpu:0"


def test_buckets_hold_inputs_and_outputs(cluster, tmp_path):
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}")
        client.create_bucket(Bucket="cards")
        for number in range(6):
            client.put_object(Bucket="cards", Key=f"scans/{number}.jpg", Body=f"Bucket cake {number}".encode())
        client.put_object(Bucket="cards", Key="list.csv", Body=b"path\nscans/1.jpg\nscans/9.jpg\n")
        options = f"?endpoint_override={host}:{port}&scheme=http&allow_bucket_creation=true"
        files, _ = list_inputs([f"s3://cards/scans/*.jpg{options}"], Place.at(str(tmp_path / "x")))
        assert files.num_rows == 6
        files, _ = list_inputs([f"s3://cards/list.csv{options}"], Place.at(str(tmp_path / "x")))
        assert files.column("size").to_pylist() == [13, -1]
        bulk = BULK.model_copy(update={"driver_inspects": 0})
        summary = run(f"s3://cards/scans{options}", f"s3://cards/out{options}", bulk=bulk)
        assert (summary.inputs, summary.ok) == (6, 6)
        keys = {item["Key"] for item in client.list_objects_v2(Bucket="cards", Prefix="out/")["Contents"]}
        assert {"out/_SUCCESS", "out/summary.json", "out/failed/failed.jsonl"} <= keys
        place = Place.at(f"s3://cards/out{options}")
        paths = [path for part in parts(place) for path in part.read_rows(["path"]).column("path").to_pylist()]
        assert sorted(paths) == [f"s3://cards/scans/{number}.jpg" for number in range(6)]
    finally:
        server.stop()
