"""The web application with a real database, cache and uploads; readers are real processes with steps that misbehave."""

import asyncio
import io
import json
import struct
import zipfile
import zlib

import httpx2
import pytest

from ray_app.files import FileInput, FileReader
from ray_app.options import FakeOptions, PipelineOptions, PrepareOptions, ReadOptions, WorkerOptions
from ray_app.recipe.export import to_json_line
from ray_app.serving.batches import Batches
from ray_app.serving.extractor import ReaderBusy, ReaderDown
from ray_app.serving.profile import LimitOptions, ReaderOptions, ServingProfile
from ray_app.serving.schemas import (
    BatchOut,
    CapabilitiesOut,
    ExtractionOut,
    HealthOut,
    JobDetailOut,
    JobOut,
    JobsOut,
    ProblemOut,
)
from ray_app.serving.security_options import SecurityOptions
from ray_app.serving.web import create_app
from ray_app.storage.cache_options import CacheOptions
from ray_app.storage.options import DatabaseOptions, UploadOptions
from tests.faults import picture
from tests.local_reader import LocalReader
from tests.unit.imaging.pictures import encode, encrypted_pdf, page

pytestmark = pytest.mark.anyio

PIPELINE = PipelineOptions(worker=WorkerOptions(timeout_s=1.0), prepare=PrepareOptions(max_bytes=200_000))


@pytest.fixture(scope="module")
def process():
    reader = FileReader(PIPELINE, factory="tests.faults:files")
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def real():
    """All of the real steps but the engine."""
    reader = FileReader(PipelineOptions(read=ReadOptions(engine=FakeOptions(), find_rotation=False)))
    yield reader
    reader.close()


@pytest.fixture
def reader(process):
    return LocalReader(process)


@pytest.fixture
def profile(tmp_path):
    return ServingProfile(
        environment="development",
        readers={"paddle": ReaderOptions(), "spare": ReaderOptions()},
        fallback_reader="spare",
        limits=LimitOptions(file_mb=1, batch_items=5, request_timeout_s=20.0),
        cache=CacheOptions(folder=tmp_path / "cache"),
        database=DatabaseOptions(url=f"sqlite:///{tmp_path}/jobs.db"),
        uploads=UploadOptions(folder=tmp_path / "uploads"),
        security=SecurityOptions(auth="off"),
    )


@pytest.fixture
async def app(profile, reader, process):
    made = create_app(profile, {"paddle": reader, "spare": LocalReader(process)})
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def client(app):
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as found:
        yield found


@pytest.fixture
async def worker(app, profile):
    parts = app.state.recipe_ocr.resources
    stop = asyncio.Event()
    batches = Batches(parts.queue, parts.uploads, parts.extractor, profile.jobs, timeout_s=20.0)
    task = asyncio.create_task(batches.run(stop, grace_s=5.0))
    yield
    stop.set()
    await task


def upload(text, name="card.png"):
    return {"file": (name, picture(text) if isinstance(text, str) else text, "image/png")}


async def over(client, job_id):
    async with asyncio.timeout(30):
        while True:
            job = JobOut.model_validate((await client.get(f"/batch/{job_id}")).json())
            if job.finished_at:
                return job
            await asyncio.sleep(0.1)


async def test_a_picture_is_answered_as_extract_would(client, process):
    answer = await client.post("/process", files=upload("Plain Cake"))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    ExtractionOut.model_validate(body)
    wanted = to_json_line(process.read([FileInput(data=picture("Plain Cake"), source="card.png")])[0])
    assert {key: body[key] for key in wanted} == json.loads(json.dumps(wanted))


async def test_the_second_time_it_comes_from_the_cache_whatever_its_name(client, reader):
    first = (await client.post("/process", files=upload("Plain Cake"))).json()
    second = (await client.post("/process", files=upload("Plain Cake", "other.png"))).json()
    third = (await client.post("/process", files=upload("Plain Cake"), data={"enable_caching": "false"})).json()
    assert [one["cached"] for one in (first, second, third)] == [False, True, False]
    assert (second["path"], second["cache_level"]) == ("other.png", "memory")
    assert reader.reads == 2


async def test_answers_tell_how_much_may_still_be_asked(client):
    answers = [await client.get("/jobs") for _ in range(2)]
    left = [int(one.headers["RateLimit-Remaining"]) for one in answers]
    assert left[0] - left[1] == 1


async def test_equal_requests_at_once_are_read_once(client, reader):
    answers = await asyncio.gather(*(client.post("/process", files=upload("Rye Bread")) for _ in range(20)))
    assert {one.status_code for one in answers} == {200}
    assert len({one.json()["job_id"] for one in answers}) == 20
    assert reader.reads == 1


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "empty_file"),
        (b"a letter", 415, "not_an_image"),
        (b"%PDF-1.4 nothing", 422, "truncated_image"),
        ("crash", 422, "engine_crashed"),
        ("hang", 422, "engine_hung"),
        ("refuse", 500, "recognition_failed"),
        ("blank", 422, "blank_page"),
        ("norecipe", 422, "no_recipe"),
        ("bug", 500, "internal"),
    ],
)
async def test_a_file_that_cannot_be_read_is_a_problem_with_advice_and_a_job(client, data, status, code):
    answer = await client.post("/process", files=upload(data))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    problem = ProblemOut.model_validate(answer.json())
    assert problem.advice
    assert problem.trace_id == answer.headers["X-Trace-ID"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    job = JobDetailOut.model_validate((await client.get(f"/job/{problem.job_id}")).json())
    assert job.items[0].error.code == code


def png_of_size(width, height):
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (header, b"IDAT" + zlib.compress(b"nothing"), b"IEND")
    framed = (struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"8BPS\0\1" + bytes(40), 415, "unsupported_format"),
        (encrypted_pdf(), 422, "encrypted_pdf"),
        (png_of_size(0, 10), 422, "zero_size_image"),
        (png_of_size(50_000, 50_000), 413, "image_too_large"),
        (encode(page())[:9000], 422, "truncated_image"),
    ],
)
async def test_bad_pictures_are_told_apart_by_the_real_steps(profile, real, data, status, code):
    made = create_app(profile, {"paddle": LocalReader(real), "spare": LocalReader(real)})
    transport = httpx2.ASGITransport(app=made)
    async with (
        made.router.lifespan_context(made),
        httpx2.AsyncClient(transport=transport, base_url="http://t") as client,
    ):
        answer = await client.post("/process", files=upload(data))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["advice"]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"data": {"engine": "paddle"}, "files": {"photo": ("a.png", b"x")}}, 422, "invalid_request"),
        ({"files": upload("Cake"), "data": {"engine": "nobody"}}, 422, "invalid_request"),
        ({"files": upload("Cake"), "data": {"confidence_threshold": "7"}}, 422, "invalid_request"),
        ({"files": upload("Cake"), "data": {"colour": "red"}}, 422, "invalid_request"),
        ({"content": b"{}", "headers": {"Content-Type": "application/json"}}, 415, "unsupported_media"),
        ({"files": upload(b"\x89PNG" + b"x" * 1_100_000)}, 413, None),
    ],
)
async def test_a_wrong_request_says_what_is_wrong(client, request_, status, code):
    answer = await client.post("/process", **request_)
    assert answer.status_code == status, answer.text
    assert code in (None, ProblemOut.model_validate(answer.json()).code)


async def test_a_key_gives_the_same_job_and_another_body_is_refused(client, reader):
    first = await client.post("/process", files=upload("Pie"), headers={"Idempotency-Key": "k1"})
    again = await client.post("/process", files=upload("Pie"), headers={"Idempotency-Key": "k1"})
    other = await client.post("/process", files=upload("Tart"), headers={"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert reader.reads == 1


@pytest.mark.parametrize("trouble", [ReaderDown("it fell over"), ReaderBusy(3.0)])
async def test_the_cheaper_engine_answers_when_the_usual_one_cannot_and_says_so(client, reader, trouble):
    reader.trouble = trouble
    answer = (await client.post("/process", files=upload("Cake"))).json()
    assert "spare has read" in answer["degraded"]


@pytest.mark.parametrize(
    ("trouble", "status", "code"),
    [(ReaderDown("it fell over"), 503, "reader_down"), (ReaderBusy(3.0), 429, "too_busy")],
)
async def test_who_asks_for_an_engine_gets_that_or_is_told_when_to_come_back(client, reader, trouble, status, code):
    reader.trouble = trouble
    answer = await client.post("/process", files=upload("Cake"), data={"engine": "paddle"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert int(answer.headers["Retry-After"]) >= 3


def zipped(**files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


async def test_a_batch_is_worked_off_and_every_item_counted_once(client, worker):
    files = [("files", (f"{n}.png", picture(text), "image/png")) for n, text in enumerate(["Cake", "crash", "Pie"])]
    files.append(
        ("files", ("more.zip", zipped(**{"a.png": picture("Rye"), "readme.txt": b"hello"}), "application/zip"))
    )
    made = await client.post("/batch", files=files, data={"job_name": "cards", "priority": "3"})
    assert made.status_code == 202, made.text
    assert [one.name for one in BatchOut.model_validate(made.json()).skipped] == ["readme.txt"]
    job = await over(client, made.json()["id"])
    assert (job.status, job.total, job.done, job.failed) == ("completed", 4, 4, 1)
    lines = [json.loads(line) for line in (await client.get(f"/batch/{job.id}/results")).text.splitlines()]
    assert [line["item"] for line in lines] == [0, 1, 2, 3]
    assert [line["status"] for line in lines] == ["ok", "failed", "ok", "ok"]
    assert lines[3]["title"] == "Rye"
    events = (await client.get(f"/batch/{job.id}/events")).text
    assert events.endswith("\n\n")
    assert "event: end\n" in events
    listed = JobsOut.model_validate((await client.get("/jobs", params={"name": "card"})).json())
    assert [one.id for one in listed.jobs] == [job.id]


async def test_a_cancelled_batch_is_never_read(client, app, profile, reader):
    files = [("files", (f"{n}.png", picture(f"Cake {n}"), "image/png")) for n in range(3)]
    job_id = (await client.post("/batch", files=files)).json()["id"]
    assert (await client.delete(f"/batch/{job_id}")).json()["status"] == "cancelled"
    parts = app.state.recipe_ocr.resources
    assert await parts.queue.claim("me", 5, 10.0) == ()
    assert reader.reads == 0


async def test_too_many_files_are_refused_and_none_is_kept(client, tmp_path):
    files = [("files", (f"{n}.png", picture("Cake"), "image/png")) for n in range(6)]
    answer = await client.post("/batch", files=files)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_items"), answer.text
    assert [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()] == []


async def test_a_batch_sent_twice_under_a_key_is_one_batch(client, tmp_path):
    files = [("files", ("a.png", picture("Cake"), "image/png"))]
    first = await client.post("/batch", files=files, headers={"Idempotency-Key": "b"})
    again = await client.post("/batch", files=files, headers={"Idempotency-Key": "b"})
    assert first.json() == again.json()
    assert len([path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]) == 1


async def test_a_job_that_has_not_changed_is_not_sent_again(client):
    job_id = (await client.post("/process", files=upload("Cake"))).json()["job_id"]
    first = await client.get(f"/job/{job_id}")
    again = await client.get(f"/job/{job_id}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert JobDetailOut.model_validate(first.json()).result.title == "Cake"


async def test_what_is_not_there_is_a_problem(client):
    for path in ("/job/none", "/batch/none", "/batch/none/results", "/batch/none/events", "/nowhere.html"):
        answer = await client.get(path)
        assert (answer.status_code, ProblemOut.model_validate(answer.json()).code) == (404, "not_found"), path


async def test_health_names_every_part_and_what_is_down(client, reader):
    well = await client.get("/health")
    assert {"database", "redis", "disk", "memory", "cpu", "engine:paddle", "engine:spare"} <= set(
        HealthOut.model_validate(well.json()).components
    )
    reader.trouble = ReaderDown("it fell over")
    ill = await client.get("/health")
    assert (ill.status_code, ill.json()["status"]) == (503, "down")
    assert ill.json()["components"]["engine:paddle"]["message"] == "it fell over"
    assert (await client.get("/readyz")).status_code == 503
    assert (await client.get("/livez")).status_code == 200


async def test_capabilities_metrics_page_and_description_are_there(client):
    found = CapabilitiesOut.model_validate((await client.get("/capabilities")).json())
    assert {"jpg", "heic", "pdf"} <= set(found.formats)
    assert "python_info" in (await client.get("/metrics")).text
    assert "<html" in (await client.get("/")).text
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert {"/process", "/batch", "/batch/{job_id}", "/jobs", "/job/{job_id}", "/cache", "/health"} <= set(paths)


async def test_an_emptied_cache_is_read_again(client, reader):
    await client.post("/process", files=upload("Cake"))
    assert (await client.delete("/cache")).json()["cleared"]["memory"] == 1
    assert (await client.post("/process", files=upload("Cake"))).json()["cached"] is False
    assert reader.reads == 2
