"""The page before the real application with the real PaddleOCR, a real database and a worker; only Serve is missing."""

import asyncio
import threading
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import expect

from ray_app.files import FileReader
from ray_app.options import PipelineOptions
from ray_app.serving.batches import Batches
from ray_app.serving.profile import ServingProfile
from ray_app.serving.resources import open_resources
from ray_app.serving.web import create_app
from tests.local_reader import LocalReader

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def address(tmp_path):
    profile = ServingProfile.load(
        {
            "environment": "development",
            "cache": {"folder": str(tmp_path / "cache")},
            "database": {"url": f"sqlite:///{tmp_path}/jobs.db"},
            "uploads": {"folder": str(tmp_path / "uploads")},
            "security": {"auth": "off"},
        }
    )
    engine = FileReader(PipelineOptions())
    readers = {"paddle": LocalReader(engine)}
    server = uvicorn.Server(uvicorn.Config(create_app(profile, readers), port=0, log_level="warning", ws="none"))
    ended = threading.Event()

    async def work():
        async with open_resources(profile, readers) as parts:
            stop = asyncio.Event()
            batches = Batches(parts.queue, parts.uploads, parts.extractor, profile.jobs, timeout_s=60.0)
            task = asyncio.create_task(batches.run(stop, grace_s=5.0))
            while not ended.is_set():
                await asyncio.sleep(0.1)
            stop.set()
            await task

    threads = [threading.Thread(target=server.run), threading.Thread(target=lambda: asyncio.run(work()))]
    threads[0].start()
    try:
        while not server.started:
            threads[0].join(0.01)
            assert threads[0].is_alive()
        threads[1].start()
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        ended.set()
        for thread in threads:
            thread.join()
        engine.close()


def test_a_picture_is_read_and_shown_and_so_are_several(page):
    page.set_input_files("#choose", SAMPLES / "screenshot_light.png")
    expect(page.get_by_role("heading", name="Cold Peanut Noodles")).to_be_visible(timeout=60_000)
    expect(page.locator(".ingredients tbody tr:has(td.quantity)")).to_have_count(8)
    expect(page.locator("g.box")).to_have_count(8)

    page.set_input_files("#choose", [SAMPLES / "screenshot_light.png", SAMPLES / "phone_photo.jpg"])
    expect(page.get_by_text("2 of 2 pictures done", exact=False).first).to_be_visible(timeout=60_000)
