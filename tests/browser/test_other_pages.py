"""The search by id, a batch job, a model card."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from app.engine.registry import ModelRegistry
from tests.browser.accessibility import DESK, PHONE, assert_accessible
from tests.browser.conftest import watching
from tests.browser.pictures import shot
from tests.integration.answers import Json
from tests.integration.serving import Servers
from tests.integration.working import worker


def test_a_patient_is_found_by_a_part_of_the_id(page: Page, answer: Json) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill(answer["patient_id"][5:14].upper())
    page.get_by_role("button", name="Search").click()
    assert answer["patient_id"] not in page.url
    row = page.get_by_role("row", name=answer["patient_id"])
    expect(row).to_contain_text("none on this answer")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(answer["patient_id"])


def test_what_is_searched_for_cannot_become_a_page(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill('"><script>alert(1)</script>')
    page.get_by_role("button", name="Search").click()
    expect(page.locator("main")).to_contain_text("id contains this")
    expect(page.get_by_role("searchbox")).to_have_value('"><script>alert(1)</script>')


@pytest.mark.parametrize("name", ["dysglycaemia", "heart-disease"])
def test_a_model_card_reads_well(page: Page, name: str, registry: ModelRegistry) -> None:
    page.goto(f"/models/{name}/card")
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        f"version {registry.named(name).model.version}"
    )
    expect(page.get_by_role("table").first).to_be_visible()


def test_a_job_is_followed_while_it_waits(page: Page, client: httpx.Client) -> None:
    body = {"source": {"kind": "population"}, "target_label": "low", "max_rows": 30, "generator": "search"}
    job = client.post("/augmentations", json=body).raise_for_status().json()
    page.goto(f"/augmentations/{job['id']}")
    expect(page.locator("[data-state]")).to_have_text("queued")
    told = re.compile(r"^0 of \d+ source rows done: 0 rows made, 0 source rows gave none$")
    expect(page.locator("[data-done]")).to_have_text(told)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Cancel the job").click()
    expect(page.locator("[data-state]")).to_have_text("cancelled")
    expect(page.get_by_role("button", name="Cancel the job")).to_have_count(0)
    shot(page, "job")


def test_a_job_is_followed_to_its_report(
    page: Page,
    browser: Browser,
    url: str,
    client: httpx.Client,
    servers: Servers,
    home: Path,
    subtests: pytest.Subtests,
) -> None:
    with worker(servers, home):
        body = {
            "source": {"kind": "population"},
            "target_label": "low",
            "max_rows": 60,
            "generator": "search",
        }
        job = client.post("/augmentations", json=body).raise_for_status().json()
        page.goto(f"/augmentations/{job['id']}")
        expect(page.get_by_role("heading", name="How good they are")).to_be_visible()
    expect(page.locator("[data-state]")).to_have_text("completed")
    expect(page.locator(".figures")).to_contain_text("Copies of real people")
    report = page.frame_locator("iframe.report")
    expect(report.get_by_role("heading", level=1)).to_contain_text("synthetic rows of the low-risk class")
    expect(page.locator(".figures")).to_contain_text(" to ")  # intervals
    for name in ("CSV", "Parquet", "NDJSON"):
        with page.expect_download() as rows:
            page.get_by_role("link", name=name, exact=True).click()
        assert rows.value.suggested_filename == f"{job['id']}.{name.lower()}"
    with watching(browser, url, bypass_csp=True) as watched:
        watched.page.goto(page.url)
        expect(watched.page.locator(".figures")).to_be_visible()
        assert_accessible(watched.page, subtests, "job-with-report", (PHONE, DESK))
