"""A known result in a real browser: entered, refused at its field, corrected, taken back, on any screen."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import DESK, PHONE, assert_accessible, open_every_fold
from tests.browser.conftest import Watched, watching
from tests.integration.answers import Json

TODAY = datetime.now(UTC).date()
LAST_MONTH = (TODAY - timedelta(30)).isoformat()


def place_of(answer: Json) -> str:
    return f"/patients/{answer['patient_id']}/interventions"


def enter(page: Page, value: str) -> None:
    """In the form that is open."""
    form = page.locator("#result details[open] form")
    form.get_by_label("Measured on").fill(LAST_MONTH)
    form.get_by_label("HbA1c").fill(value)
    form.get_by_role("button").click()


def test_a_result_is_entered_corrected_and_taken_back(watched: Watched, answer: Json) -> None:
    watched.forgive(422)
    page, result = watched.page, watched.page.locator("#result")
    page.goto(place_of(answer))
    result.get_by_text("Enter a result: HbA1c").click()
    enter(page, "54")
    expect(result.locator(".fault")).to_have_text("! Must be 3 to 20 %")
    field = result.get_by_label("HbA1c")
    expect(field).to_be_focused()
    expect(field).to_have_value("54")
    expect(field).to_have_accessible_description("Must be 3 to 20 %")
    expect(result.get_by_label("Measured on")).to_have_value(LAST_MONTH)
    enter(page, "5.4")
    expect(result.locator(".known")).to_contain_text("below the range of prediabetes")
    expect(result.locator(".known")).to_contain_text("This result counts; the estimate does not.")
    expect(page.locator("#estimate .badge")).to_have_text("Overruled by a result")
    result.get_by_text("Correct it").click()
    enter(page, "6.1")
    expect(result.locator(".known")).to_contain_text("in the range of prediabetes")
    result.get_by_role("button", name="Take it back").click()
    expect(result.locator(".known")).to_have_count(0)
    expect(page.locator("#estimate .badge.state")).to_have_count(1)


def test_it_works_without_scripts(browser: Browser, url: str, answer: Json) -> None:
    with watching(browser, url, java_script_enabled=False) as watched:
        watched.forgive(422)
        page, result = watched.page, watched.page.locator("#result")
        page.goto(place_of(answer))
        result.get_by_text("Enter a result: HbA1c").click()
        enter(page, "five")
        expect(result.locator(".fault")).to_have_text("! Must be a number")
        expect(result.get_by_label("HbA1c")).to_have_value("five")
        enter(page, "5.4")
        expect(result.locator(".known")).to_contain_text("below the range of prediabetes")
        page.get_by_role("button", name="Take it back").click()
        expect(result.locator(".known")).to_have_count(0)


def test_a_known_result_and_its_faults_are_accessible(
    browser: Browser, url: str, answer: Json, subtests: pytest.Subtests
) -> None:
    with watching(browser, url, bypass_csp=True) as watched:
        watched.forgive(422)
        page = watched.page
        page.goto(place_of(answer))
        page.locator("#result").get_by_text("Enter a result: HbA1c").click()
        enter(page, "5.4")
        expect(page.locator("#result .known")).to_be_visible()
        page.locator("#result").get_by_text("Enter a newer result").click()
        enter(page, "54")
        expect(page.locator("#result .fault")).to_be_visible()
        open_every_fold(page)
        assert_accessible(page, subtests, "known-result", (320, PHONE, DESK))
