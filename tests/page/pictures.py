"""Draws the page's pictures for the docs again: ``python -m tests.page.pictures``, with the stub running (``python -m tests.page.stub``)."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.page.conftest import CHROMIUM, QUIET
from tests.page.stub import ADDRESS

ROOT = Path(__file__).parents[2]
WINDOWS = {
    "page": {"viewport": {"width": 1280, "height": 900}},
    "page-phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2},
}  # fmt: skip


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for name, settings in WINDOWS.items():
            page = browser.new_context(color_scheme="light", **settings).new_page()
            page.goto(ADDRESS)
            page.set_input_files("#choose", ROOT / "samples" / "phone_photo.jpg")
            page.locator("canvas.crop").wait_for()
            if "is_mobile" in settings:
                page.get_by_label("Title").evaluate("element => element.scrollIntoView()")
            else:
                page.locator(".box").nth(5).hover()
            picture = Image.open(io.BytesIO(page.screenshot()))
            # A photograph in true colour would be several times as large.
            picture.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=2).save(
                ROOT / "docs" / "images" / f"{name}.png", optimize=True
            )
        browser.close()


if __name__ == "__main__":
    main()
