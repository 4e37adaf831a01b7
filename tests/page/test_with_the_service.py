"""The page before the real application with the real PaddleOCR, a real database and a worker; only Serve is missing."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from ray_app.files import FileReader
from ray_app.options import PipelineOptions
from tests.local_reader import LocalReader
from tests.local_service import own_profile, running_service

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def address(tmp_path):
    engine = FileReader(PipelineOptions())
    with running_service(own_profile(tmp_path), {"paddle": LocalReader(engine)}, worker=True) as port:
        yield f"http://127.0.0.1:{port}/"
    engine.close()


def test_a_picture_is_read_and_shown_and_so_are_several(page):
    page.set_input_files("#choose", SAMPLES / "screenshot_light.png")
    expect(page.get_by_role("heading", name="Cold Peanut Noodles")).to_be_visible(timeout=60_000)
    expect(page.locator(".ingredients tbody tr:has(td.quantity)")).to_have_count(8)
    expect(page.locator("g.box")).to_have_count(8)

    page.set_input_files("#choose", [SAMPLES / "screenshot_light.png", SAMPLES / "phone_photo.jpg"])
    expect(page.get_by_text("2 of 2 pictures done", exact=False).first).to_be_visible(timeout=60_000)
