import os
import shutil
import threading

import pytest
import uvicorn
from playwright.sync_api import expect, sync_playwright

from tests.page.stub import Stub, create

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip

PATIENCE_MS = 20_000  # on a machine that other tests keep busy, scaling a picture takes seconds


@pytest.fixture(scope="session")
def chromium():
    if shutil.which(CHROMIUM) is None:
        missing = f"{CHROMIUM} is not there; apt-get install chromium"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def stub():
    return Stub()


@pytest.fixture
def address(stub):
    server = uvicorn.Server(
        uvicorn.Config(
            create(stub), port=0, log_level="warning", ws="none", lifespan="off", timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive()
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def open_page(chromium, address):
    """Opens the page in a window of its own; at the end nothing may have been said on its console or thrown."""
    contexts, complaints = [], []

    def open_one(path="", **settings):
        settings = {
            "viewport": {"width": 1280, "height": 900},
            "permissions": ["clipboard-read", "clipboard-write"],
            "locale": "en-GB",
        } | settings
        contexts.append(chromium.new_context(**settings))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
        )
        page.goto(address + path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    refusals = "Failed to load resource: the server responded with a status of 4"  # which the tests provoke
    assert [text for text in complaints if not text.startswith(refusals)] == []


@pytest.fixture
def page(open_page):
    return open_page()
