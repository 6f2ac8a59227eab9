"""The app as a process of its own, and a real browser in front of it that may talk to this machine only."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)

expect.set_options(timeout=15_000)  # a machine may be slow


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None and not os.environ.get("CLOZE_REQUIRE_BROWSER"):
        for item in items:
            if "browser" in Path(str(item.fspath)).parts:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


# Not for the whole session: as long as Playwright is open, no other test of this process can run an event loop.
@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    """The address of a running app."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "app.py", "--port", str(port)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                answer.read()
            break
        except OSError:
            assert process.poll() is None, process.communicate()[0].decode()
            time.sleep(0.1)
    yield url
    process.terminate()
    process.communicate(timeout=20)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def shown(place: Locator) -> str:
    """What stands in ``place`` once its first picture has come and stays as it is."""
    expect(place).to_have_text(re.compile(r"\S"))
    text, before = place.inner_text(), None
    while text != before:
        place.page.wait_for_timeout(300)
        text, before = place.inner_text(), text
    return text


class Visit:
    """One browser window: the page, what it asked of other machines, what went wrong in its scripts."""

    def __init__(self, page: Page, address: str):
        self.page, self.address = page, address
        self.foreign: list[str] = []
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.route("**/*", self._only_here)

    def _only_here(self, route: Route) -> None:
        if route.request.url.startswith((self.address, "data:", "blob:")):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def open(self, path: str = "/") -> Page:
        """The page with its tab drawn, and filled by the first answer to what the link says."""
        with self.page.expect_response(lambda answer: "/run/predict" in answer.url, timeout=60_000):
            self.page.goto(self.address + path)
        lesson = re.search(r"lesson=(\w+)", path)
        filled = f"#lesson-{lesson[1]} .intro" if lesson else "#compare-cards .card"
        self.page.wait_for_selector(filled, state="attached", timeout=60_000)
        self.page.wait_for_timeout(200)  # in which the answer becomes the picture
        return self.page


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    visit = Visit(context.new_page(), address)
    yield visit
    context.close()
    assert visit.errors == []
    assert visit.foreign == []  # no request leaves the machine
