"""A browser with an eye on it: it must not complain, and must not talk to anybody else."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from app.settings import ROOT
from tests.browser.chromium import QUIET, chromium_path
from tests.integration.answers import Json, found

SHOTS = Path(os.environ.get("SCREENSHOTS") or ROOT / "build" / "screenshots")
"""Where screenshots are kept, for people to look at."""


@pytest.fixture(scope="package")  # while it is there, its loop runs in this thread, and no other can
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium")
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


class Watched:
    """A page, and what its browser complained of or asked others for."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._host = urlsplit(url).netloc
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self._host and not request.url.startswith("data:"):
            self.complaints.append(f"another host: {urlsplit(request.url).netloc}")


@pytest.fixture
def watched(browser: Browser, url: str) -> Iterator[Watched]:
    """A desktop page; whatever it complained of fails the test, unless the test took it away."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=url)
    context.set_default_timeout(60_000)  # a busy machine's, not a wait: it ends as soon as it can
    watched = Watched(context.new_page(), url)
    yield watched
    context.close()
    assert watched.complaints == []


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


@pytest.fixture
def answer(client: httpx.Client, question: Json) -> Json:
    """A patient on record, with options."""
    return found(client, question)


@pytest.fixture
def opened(page: Page, answer: Json) -> Page:
    """The page of that patient."""
    page.goto(f"/patients/{answer['patient_id']}/interventions")
    return page
