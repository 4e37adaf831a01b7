"""What the front door tells of requests, asked for at its own /metrics."""

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ray_app.files import FileReader
from ray_app.options import PipelineOptions
from tests.faults import picture
from tests.local_reader import LocalReader
from tests.local_service import own_profile, running_service


@pytest.fixture
def front(tmp_path):
    reader = FileReader(PipelineOptions(), factory="tests.faults:files")
    with running_service(own_profile(tmp_path), {"paddle": LocalReader(reader)}) as port:
        yield f"http://127.0.0.1:{port}"
    reader.close()


def figures(front):
    text = httpx2.get(f"{front}/metrics").text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("recipe_ocr_")
    }


def requests(found, endpoint, method, status):
    return found.get(
        ("recipe_ocr_requests_total", ("endpoint", endpoint), ("method", method), ("status", str(status))), 0
    )


def test_requests_are_told_by_template_and_status(front):
    before = figures(front)
    for number in range(3):
        httpx2.get(f"{front}/job/none-{number}")
        httpx2.get(f"{front}/invented/{number}")
    httpx2.post(f"{front}/process", files={"file": ("card.png", picture("Cake"))}, timeout=30)
    httpx2.post(f"{front}/process", files={"file": ("card.png", picture("Cake"))}, timeout=30)
    found = figures(front)

    assert requests(found, "/job/{job_id}", "GET", 404) - requests(before, "/job/{job_id}", "GET", 404) == 3
    assert requests(found, "page", "GET", 404) - requests(before, "page", "GET", 404) == 3
    assert requests(found, "/process", "POST", 200) - requests(before, "/process", "POST", 200) == 2
    assert not [key for key in found if "invented" in str(key) or "none-" in str(key)]
    times = ("recipe_ocr_request_duration_seconds_count", ("endpoint", "/process"), ("method", "POST"))
    assert found[times] - before.get(times, 0) == 2
    hits = ("recipe_ocr_cache_hits_total", ("level", "memory"))
    assert found[hits] - before.get(hits, 0) == 1
    assert found[("recipe_ocr_active_connections",)] == 1  # the one that asks
    assert found[("recipe_ocr_cache_up", ("level", "memory"))] == 1
    assert found[("recipe_ocr_memory_usage_bytes", ("role", "front"))] > 2**20
