"""A browser with an eye on it: it must not complain, and must not talk to anybody else."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.asking import Person
from tests.browser.chromium import QUIET, chromium_path
from tests.integration.answers import Json, found
from tests.integration.serving import SECONDS

PATIENCE_MS = 1000.0 * SECONDS
"""Until a page is given up on: a busy machine's, not a wait, for it ends as soon as it can."""
expect.set_options(timeout=PATIENCE_MS)


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
        self._forgiven: set[int] = set()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._asked)

    def forgive(self, *statuses: int) -> None:
        """Browser and htmx note each answer of such a status; here they are meant."""
        self._forgiven.update(statuses)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        told = message.text.lower()
        if not any(
            f"{word} {status} " in told for word in ("status of", "code") for status in self._forgiven
        ):
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self._host and not request.url.startswith("data:"):
            self.complaints.append(f"another host: {urlsplit(request.url).netloc}")


@contextmanager
def watching(browser: Browser, url: str, **options: Any) -> Iterator[Watched]:
    """A page of its own; whatever it complains of fails the test."""
    context = browser.new_context(base_url=url, **options)
    context.set_default_timeout(PATIENCE_MS)
    watched = Watched(context.new_page(), url)
    yield watched
    context.close()
    assert watched.complaints == []


@pytest.fixture
def watched(browser: Browser, url: str) -> Iterator[Watched]:
    """A desktop page."""
    with watching(browser, url, viewport={"width": 1280, "height": 900}) as watched:
        yield watched


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


@pytest.fixture
def question(patient_id: str, heavy: Person) -> Json:
    """A question about a person who may lose weight, answered by search alone."""
    return {"patient_id": patient_id, "features": dict(heavy), "generator": "search"}


@pytest.fixture
def answer(client: httpx.Client, question: Json) -> Json:
    """A patient on record, with options."""
    return found(client, question)


@pytest.fixture
def in_hours(client: httpx.Client, question: Json) -> Json:
    """A patient with options whose sitting time was given in hours."""
    return found(client, question, features=question["features"] | {"sedentary": 8})


@pytest.fixture
def opened(page: Page, answer: Json) -> Page:
    """The page of that patient."""
    page.goto(f"/patients/{answer['patient_id']}/interventions")
    return page
