"""Values entered by hand in a browser: with scripts and without, faults at their field, units remembered."""

from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.asking import Person
from tests.browser.accessibility import DESK, assert_accessible, open_every_fold
from tests.browser.conftest import Watched, watching

NEEDED = {"age": "50", "sex": "female", "height": "170", "weight": "95"}


def enter(page: Page, name: str, text: str) -> None:
    field = page.locator(f"[name='value.{name}']")
    if field.evaluate("element => element.tagName") == "SELECT":
        field.select_option(text)
    else:
        field.fill(text)


def test_a_patient_entered_by_hand_gets_an_answer(page: Page, somebody: Person) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill(f"new-{uuid4()}")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Enter values for a new patient").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("is not on record")
    page.get_by_text("more values, which change the estimate less").click()
    for name, value in somebody.items():
        if value is not None and name != "bmi":
            enter(page, name, {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value))
    enter(page, "weight", "95.4")
    page.get_by_text("Shift work").check()
    page.get_by_role("button", name="Ask for options").click()
    page.wait_for_url("**answer=*")
    expect(page.locator("article.card").first).to_be_visible()
    expect(page.get_by_label("Shift work")).to_be_checked()
    expect(page.get_by_role("heading", level=1)).to_contain_text("new-")


@pytest.mark.parametrize("scripts", [True, False])
def test_faults_stand_at_their_field_and_what_was_typed_stays(
    browser: Browser, url: str, scripts: bool
) -> None:
    with watching(browser, url, java_script_enabled=scripts) as watched:
        watched.forgive(422)
        page, patient_id = watched.page, f"new-{uuid4()}"
        page.goto(f"/patients/{patient_id}/values")
        for name, text in {**NEEDED, "age": "seventeen", "waist": "400"}.items():
            enter(page, name, text)
        page.locator("[name='unit.weight']").select_option("[lb_av]")
        page.get_by_role("button", name="Ask for options").click()
        noted = page.locator("#noted")
        expect(noted).to_be_focused()
        expect(noted).to_contain_text("Nothing was asked yet")
        age = page.locator("[name='value.age']")
        expect(age).to_have_value("seventeen")
        expect(age).to_have_attribute("aria-invalid", "true")
        expect(age).to_have_accessible_description("18 to 120 years must be a number")
        expect(page.locator("[name='value.waist']")).to_have_value("400")
        expect(page.locator("[name='unit.weight']")).to_have_value("[lb_av]")
        noted.get_by_role("link", name="Age").click()
        expect(age).to_be_focused()
        age.fill("50")
        page.locator("[name='value.waist']").fill("")
        page.locator("[name='value.weight']").fill("210")
        page.get_by_role("button", name="Ask for options").click()
        page.wait_for_url("**answer=*")
        page.goto(f"/patients/{patient_id}/values")
        expect(page.locator("[name='unit.weight']")).to_have_value("[lb_av]")
        expect(page.locator("[name='value.weight']")).to_have_value("210.1")


def test_what_is_unusual_is_asked_about_before_it_counts(watched: Watched) -> None:
    watched.forgive(422)
    page = watched.page
    page.goto(f"/patients/new-{uuid4()}/values")
    for name, text in {**NEEDED, "waist": "43"}.items():
        enter(page, name, text)
    page.get_by_role("button", name="Ask for options").click()
    expect(page.locator("#check-waist")).to_contain_text("inches")
    page.get_by_role("button", name="Ask all the same").click()
    page.wait_for_url("**answer=*")


def test_the_form_is_accessible_with_its_faults_and_fits_a_narrow_screen(
    browser: Browser, url: str, subtests: pytest.Subtests
) -> None:
    with watching(browser, url, bypass_csp=True) as watched:
        watched.forgive(422)
        page = watched.page
        page.goto(f"/patients/new-{uuid4()}/values")
        enter(page, "waist", "400")
        page.get_by_role("button", name="Ask for options").click()
        expect(page.locator("#noted")).to_be_visible()
        open_every_fold(page)
        assert_accessible(page, subtests, "entry-with-faults", (320, 768, DESK))


@pytest.mark.parametrize("scripts", [True, False])
def test_what_refuses_options_is_told_in_the_form(browser: Browser, url: str, scripts: bool) -> None:
    with watching(browser, url, java_script_enabled=scripts) as watched:
        watched.forgive(409)
        page = watched.page
        page.goto(f"/patients/new-{uuid4()}/values")
        for name, text in NEEDED.items():
            enter(page, name, text)
        page.get_by_text("Pregnancy").check()
        page.get_by_role("button", name="Ask for options").click()
        noted = page.locator("#noted")
        expect(noted).to_be_focused()
        expect(noted).to_contain_text("No options are offered for this patient")
        expect(page.locator("[name='value.weight']")).to_have_value("95")
        expect(page.get_by_label("Pregnancy")).to_be_checked()
        page.get_by_label("Pregnancy").uncheck()
        page.get_by_role("button", name="Ask for options").click()
        page.wait_for_url("**answer=*")
