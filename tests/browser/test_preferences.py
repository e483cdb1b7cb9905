"""Preferences in a browser: chosen, kept, heeded; with a keyboard, and without scripts."""

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched, watching
from tests.browser.pictures import shot
from tests.integration.answers import Json


def test_chips_are_kept_and_heeded(opened: Page, answer: Json) -> None:
    chip = opened.get_by_role("checkbox", name="No weight loss")
    chip.focus()
    opened.keyboard.press("Space")
    opened.get_by_role("button", name="Ask again with these").click()
    expect(opened).not_to_have_url(f"/patients/{answer['patient_id']}/interventions")
    expect(opened.get_by_role("checkbox", name="No weight loss")).to_be_checked()
    expect(opened.locator("#preferences .notice")).to_have_count(0)
    expect(opened.locator(".asked").first).to_contain_text("weight")
    shot(opened, "preferences-heeded")


def test_without_scripts_they_are_saved_and_what_is_shown_says_that_it_does_not_heed_them(
    browser: Browser, url: str, answer: Json
) -> None:
    with watching(browser, url, java_script_enabled=False) as watched:
        page = watched.page
        page.goto(f"/patients/{answer['patient_id']}/interventions")
        page.get_by_role("checkbox", name="No weight loss").check()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("checkbox", name="No weight loss")).to_be_checked()
        expect(page.locator("#preferences .notice")).to_contain_text("It may still change: weight")
        page.get_by_role("checkbox", name="Pregnancy").check()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("#next-step")).to_contain_text("No options are offered for this patient.")
        expect(page.locator(".card")).to_have_count(0)
        page.get_by_role("checkbox", name="Pregnancy").uncheck()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".card").first).to_be_visible()


def test_what_leaves_nothing_is_told_and_what_was_ticked_stays(watched: Watched, opened: Page) -> None:
    watched.forgive(422)
    chips = opened.locator("#preferences input[name^='keep.']")
    for place in range(chips.count()):
        chips.nth(place).check()
    with opened.expect_response(lambda response: response.status == 422):
        opened.get_by_role("button", name="Save", exact=True).click()
    expect(opened.locator("#notice")).to_contain_text("These preferences leave nothing to change")
    expect(chips.first).to_be_checked()


def test_a_declined_option_is_asked_again_without(opened: Page, client: httpx.Client, answer: Json) -> None:
    card = opened.locator(".card").first
    card.get_by_text("Decline", exact=False).first.click()
    card.get_by_label("Why").select_option("not_feasible")
    card.get_by_role("button", name="Decline").click()
    card.get_by_text("Ask again without this").click()
    change = answer["counterfactuals"][0]["changes"][0]
    card.locator(f"input[name='without.{change['feature']}']").check()
    card.get_by_label("Keep this with the patient").check()
    card.get_by_role("button", name="Ask again").click()
    expect(opened.locator(f"input[name='keep.{change['feature']}']")).to_be_checked()
    kept = client.get(f"/patients/{answer['patient_id']}/preferences").json()
    assert kept["features_to_keep"] == [change["feature"]]
