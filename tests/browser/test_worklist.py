"""The worklist in a browser: by keyboard alone, from page to page, and on a narrow screen."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import make_url

from app.settings import Settings
from app.storage.migrate import migrate
from tests.browser.accessibility import DESK, assert_accessible
from tests.browser.conftest import Watched, watching
from tests.integration.many_patients import add_patients
from tests.integration.serving import Servers, connect, gateway, settings_for

PATIENTS = 120
MOST_STEPS = 60
"""Of the Tab key until something must have been reached."""


@pytest.fixture(scope="module")
def url(database_url: str, redis_url: str) -> Iterator[str]:
    """A gateway on a database of its own, of some pages of patients."""
    name = f"browsed_{uuid4().hex}"
    own = make_url(database_url).set(database=name).render_as_string(hide_password=False)
    with connect(database_url) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        migrate(Settings(database_url=own))
        with connect(own) as filled:
            add_patients(filled, PATIENTS, "P.", "dysglycaemia")
        with gateway(settings_for(Servers(own, redis_url))) as url:
            yield url
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus: nothing on the way holds it."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached by the Tab key")


def test_the_list_is_filtered_sorted_and_paged_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    tab_to(page, "select[name='plan']")
    page.keyboard.type("no plan")
    tab_to(page, ".filters button")
    page.keyboard.press("Enter")
    page.wait_for_url("**plan=none**")
    expect(page.get_by_role("status")).to_have_text("90 entries")
    tab_to(page, "th a[href*='sort=risk']")
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=risk**")
    expect(page.get_by_role("columnheader", name="Estimate")).to_have_attribute("aria-sort", "descending")
    first = page.locator("tbody th").first.inner_text()
    tab_to(page, "a.skip[href='#pages']")
    page.keyboard.press("Enter")
    tab_to(page, "a[rel='next']")
    page.keyboard.press("Enter")
    page.wait_for_url("**at=**")
    assert "P." not in page.url
    expect(page.locator("tbody tr")).to_have_count(40)
    shared = page.url
    tab_to(page, "a.skip[href='#pages']")
    page.keyboard.press("Enter")
    tab_to(page, "a[rel='prev']")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: address != shared)
    assert page.locator("tbody th").first.inner_text() == first
    tab_to(page, "tbody th a[href*='/interventions']")


def test_a_shared_view_opens_where_it_was(watched: Watched) -> None:
    page = watched.page
    page.goto("/?state=unclear&sort=review")
    page.get_by_role("link", name="Link to this view").click()
    expect(page.locator("select[name='state']")).to_have_value("unclear")
    expect(page.locator("tbody tr")).not_to_have_count(0)
    assert page.locator("tbody .low").count() == 0


def test_what_is_no_filter_is_told_with_a_way_back(watched: Watched) -> None:
    watched.forgive(422)
    page = watched.page
    page.goto("/?state=sesame")
    expect(page.get_by_role("heading", level=1)).to_have_text("This cannot be read")
    page.get_by_role("main").get_by_role("link", name="Worklist").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")


def test_the_list_is_accessible_and_fits_a_narrow_screen(
    browser: Browser, url: str, subtests: pytest.Subtests
) -> None:
    with watching(browser, url, bypass_csp=True) as watched:
        page = watched.page
        page.goto("/?sort=review")
        assert_accessible(page, subtests, "worklist", (320, 768, DESK))
