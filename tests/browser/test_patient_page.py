"""What a clinician does on the page, in a real browser on the real service."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.domain.wording import risk_text
from tests.browser.cards import accept
from tests.browser.conftest import Watched, watching
from tests.browser.pictures import pages_printed, shot
from tests.integration.answers import Json

NARROW = "\N{NO-BREAK SPACE}"


def risk(value: float) -> str:
    return risk_text(value).replace(" ", NARROW)


def listed(client: httpx.Client, patient_id: str) -> Json:
    page: Json = client.get(f"/patients/{patient_id}/interventions").json()
    return page


def decline(card: Locator, reason: str, note: str) -> None:
    card.locator("summary", has_text="Decline").click()
    card.get_by_role("combobox").select_option(reason)
    card.get_by_role("textbox").fill(note)
    card.get_by_role("button", name="Decline").click()


def test_a_glance_tells_risk_and_options(opened: Page, answer: Json) -> None:
    expect(opened.get_by_role("heading", level=1)).to_have_text(f"Patient {answer['patient_id']}")
    expect(opened.locator(".big").first).to_contain_text(risk(answer["prediction"]["risk"]))
    expect(opened.locator("#risk")).to_have_text("Estimated chance that HbA1c is 5.7 % or more now")
    expect(opened.locator("#next-step")).to_contain_text("Measure HbA1c")
    cards = opened.locator("article.card")
    expect(cards).to_have_count(len(answer["counterfactuals"]))
    for number, option in enumerate(answer["counterfactuals"]):
        expect(cards.nth(number)).to_contain_text("Verified")
        expect(cards.nth(number).locator(".to")).to_contain_text(risk(option["risk"]))
        expect(cards.nth(number).locator("> .moves > li")).to_have_count(len(option["changes"]))
        expect(cards.nth(number).get_by_role("heading")).to_contain_text(option["strategy"]["name"])
    changed = {change["label"] for option in answer["counterfactuals"] for change in option["changes"]}
    opened.locator("#charts").scroll_into_view_if_needed()
    expect(opened.locator("#charts > .charts figcaption b")).to_have_count(len(changed))
    assert set(opened.locator("#charts > .charts figcaption b").all_inner_texts()) == changed
    for sentence in opened.locator(".charts figure > p.summary").all_inner_texts():
        assert sentence.startswith("Now: ")
    shot(opened, "patient-desktop")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_the_first_screen_has_estimate_next_step_and_a_strategy(
    browser: Browser, url: str, answer: Json, width: int, height: int
) -> None:
    with watching(browser, url, viewport={"width": width, "height": height}) as watched:
        watched.page.goto(f"/patients/{answer['patient_id']}/interventions")
        card = watched.page.locator("article.card").first
        for seen in ("#risk", "#estimate .badge.state", "#estimate p.state", "#next-step p", "#next-step a"):
            expect(watched.page.locator(seen).first).to_be_in_viewport(ratio=1)
        recheck = watched.page.locator("#next-step").get_by_text("Ask again with new values by")
        expect(recheck).to_have_text(re.compile(r"by \d+\s\w+\s20\d\d, or sooner"))
        expect(recheck).to_be_in_viewport(ratio=1)
        for seen in ("h3", ".to", "> .moves > li"):
            expect(card.locator(seen).first).to_be_in_viewport(ratio=1)
        assert watched.page.evaluate("scrollY") == 0


def test_on_a_desk_all_strategies_stand_side_by_side_on_the_first_screen(
    browser: Browser, url: str, answer: Json
) -> None:
    with watching(browser, url, viewport={"width": 1440, "height": 900}) as watched:
        watched.page.goto(f"/patients/{answer['patient_id']}/interventions")
        names = watched.page.locator("#options article.card h3")
        expect(names).to_have_count(len(answer["counterfactuals"]))
        for name, option in zip(names.all(), answer["counterfactuals"], strict=True):
            expect(name).to_contain_text(option["strategy"]["name"])
            expect(name).to_be_in_viewport(ratio=1)
        boxes = [name.bounding_box() for name in names.all()]
        assert len(boxes) > 1
        assert len({round(box["y"]) for box in boxes if box}) == 1


def test_on_a_phone_the_strategies_begin_within_two_screens(browser: Browser, url: str, answer: Json) -> None:
    with watching(browser, url, viewport={"width": 390, "height": 844}) as watched:
        watched.page.goto(f"/patients/{answer['patient_id']}/interventions")
        expect(watched.page.locator(".badge.state").first).to_be_in_viewport(ratio=1)
        card = watched.page.locator("article.card > .moves > li").first.bounding_box()
        assert card is not None
        assert card["y"] + card["height"] < 2 * 844


def test_what_follows_is_told_apart_with_its_sources(opened: Page, answer: Json) -> None:
    option = next(one for one in answer["counterfactuals"] if one["brought_along"])
    card = opened.locator("article.card").nth(option["rank"] - 1)
    expect(card.locator(".follows-short")).to_contain_text("in trials")
    card.get_by_text("How sure, and from where").click()
    expect(card.locator(".following > p").first).to_have_text(option["consequences"])
    known_from = opened.locator("#known-from")
    source = known_from.get_by_text(option["brought_along"][0]["sources"][0].split(",")[0]).first
    card.get_by_role("link", name="Where this is known from").click()
    expect(source).to_be_visible()


def test_each_change_tells_its_part(opened: Page, answer: Json) -> None:
    for option in answer["counterfactuals"]:
        card = opened.locator("article.card").nth(option["rank"] - 1)
        told = len(option["changes"]) if len(option["changes"]) > 1 else 0
        expect(card.locator("> .moves .part")).to_have_count(told)


def test_beside_the_options_stands_what_each_change_does_and_what_is_always_said(
    page: Page, client: httpx.Client, question: Json
) -> None:
    """With options, and without any."""
    smoker = question["features"] | {"cigarettes": 10}
    for target in (0.5, 0.01):
        answer = found_or_not(client, question | {"features": smoker}, target)
        page.goto(f"/patients/{question['patient_id']}/interventions?answer={answer['id']}")
        expect(page.locator(".alone li").first).to_contain_text(answer["most_helpful"][0]["label"])
        box = page.locator(".always")
        expect(box.get_by_role("heading")).to_contain_text("Stopping smoking")
        expect(box).to_contain_text(answer["always"][0]["source"])
        page.emulate_media(media="print")
        expect(box).to_be_visible()
        page.emulate_media(media="screen")


def found_or_not(client: httpx.Client, question: Json, target: float) -> Json:
    asked = question | {"target": {"max_risk": target}}
    answer: Json = client.post("/counterfactuals", json=asked).raise_for_status().json()
    return answer


def test_a_slider_tells_another_risk_and_what_moves_along(opened: Page, answer: Json) -> None:
    now = risk(answer["prediction"]["risk"])
    told = opened.locator("#what-if-risk")
    expect(told).to_have_text(now)
    slider = opened.get_by_role("slider", name="Body mass index")
    slider.focus()
    before = slider.get_attribute("aria-valuetext")
    for _ in range(6):
        slider.press("ArrowLeft")  # sooner than answers come: none of them is broken off for it
    expect(opened.locator("#outcome .moved")).to_contain_text("Body mass index")
    expect(opened.locator("#outcome .moved")).to_contain_text("Weight")
    expect(told).not_to_have_text(now)
    assert slider.get_attribute("aria-valuetext") != before


def test_the_risk_of_a_what_if_is_the_classifiers(opened: Page, client: httpx.Client, answer: Json) -> None:
    option = answer["counterfactuals"][-1]
    opened.get_by_role("link", name="Try it in what-if").last.click()
    told = opened.locator("#what-if-risk")
    expect(opened.locator("#outcome .moved")).to_be_visible()
    for _ in range(2):  # there and back: what is told then is scored anew, and has to be what was recorded
        with opened.expect_response("**/what-if"):
            opened.get_by_role("switch").first.click()
    expect(told).to_have_text(risk(option["risk"]))


def test_a_locked_value_stays_out_of_what_is_asked_for(
    opened: Page, client: httpx.Client, answer: Json
) -> None:
    first = answer["counterfactuals"][0]["changes"][0]
    lever = opened.locator(".lever", has=opened.get_by_text(first["label"], exact=True).first)
    lever.get_by_role("checkbox", name="Lock").check()
    opened.get_by_role("button", name="Ask for options from here").click()
    opened.wait_for_url("**answer=*")
    expect(opened.locator(".who")).to_contain_text("Asked on this page")
    expect(opened.locator(".asked")).to_contain_text("Not to be changed")
    newest, base = listed(client, answer["patient_id"])["answers"]
    assert newest["based_on"] == base["id"] == answer["id"]
    changed = {c["feature"] for option in newest["counterfactuals"] for c in option["changes"]}
    assert first["feature"] not in changed
    opened.get_by_role("link", name="Back to where it started").click()
    expect(opened.locator(".who")).not_to_contain_text("Asked on this page")


def test_a_theme_is_locked_and_more_is_opened(opened: Page, client: httpx.Client, answer: Json) -> None:
    theme = opened.get_by_role("checkbox", name="Lock all of food")
    theme.check()
    food = opened.get_by_role("group", name="Food")
    sugars = food.locator(".lock", has_text="Total sugars")
    expect(sugars).to_have_count(1)
    expect(sugars).to_be_hidden()
    opened.get_by_role("checkbox", name="Include treatment targets").check()
    opened.get_by_role("checkbox", name="An intensive programme").check()
    opened.get_by_role("button", name="Ask for options from here").click()
    opened.wait_for_url("**answer=*")
    for words in ("food", "treatment targets, for the clinician", "intensive"):
        expect(opened.locator(".asked")).to_contain_text(words)
    expect(theme).to_be_checked()
    newest = listed(client, answer["patient_id"])["answers"][0]
    eaten = {"carbohydrate", "sugar", "fibre", "saturated_fat", "meals_out"}
    assert not eaten & {one["feature"] for o in newest["counterfactuals"] for one in o["changes"]}


def test_a_wait_says_what_is_done(opened: Page, answer: Json) -> None:
    thinking = opened.locator("#thinking")
    expect(thinking).to_be_hidden()
    opened.route(
        "**/interventions", lambda route: None if route.request.method == "POST" else route.continue_()
    )
    opened.get_by_role("button", name="Ask for options from here").click()
    expect(thinking).to_be_visible()
    expect(thinking).to_contain_text("Looking for options")
    expect(opened.locator("#ask")).to_be_disabled()
    opened.unroute_all(behavior="ignoreErrors")


def test_accepting_and_undoing(opened: Page, client: httpx.Client, answer: Json) -> None:
    card = opened.locator("article.card").first
    accept(card)
    expect(opened.locator("#history")).to_contain_text("Option 1: accepted")
    (said,) = listed(client, answer["patient_id"])["feedback"]
    assert (said["verdict"], said["counterfactual_id"]) == ("accepted", answer["counterfactuals"][0]["id"])
    card.get_by_role("button", name="Undo").click()
    expect(card.locator("summary", has_text="Accept as plan")).to_be_visible()
    expect(opened.locator("#history")).to_contain_text("Option 1: taken back")


def test_declining_takes_a_reason_and_keeps_the_note(
    opened: Page, client: httpx.Client, answer: Json
) -> None:
    card = opened.locator("article.card").last
    decline(card, "not_feasible", "Knee <b>pain</b> & no pool nearby")
    expect(card.locator(".said")).to_contain_text("Declined: Not feasible for this patient")
    expect(card.locator(".said")).to_contain_text("Knee <b>pain</b> & no pool nearby")
    (said,) = listed(client, answer["patient_id"])["feedback"]
    assert (said["reason"], said["note"]) == ("not_feasible", "Knee <b>pain</b> & no pool nearby")


def test_a_stale_form_is_told_so_and_loses_nothing(
    watched: Watched, opened: Page, client: httpx.Client, answer: Json
) -> None:
    watched.forgive(409)
    option = answer["counterfactuals"][0]["id"]
    said = {"counterfactual_id": option, "verdict": "accepted"}
    client.post(f"/counterfactuals/{answer['id']}/feedback", json=said).raise_for_status()
    card = opened.locator("article.card").first
    decline(card, "preference", "would rather walk")
    expect(opened.locator("#notice")).to_contain_text("another verdict on this option")
    expect(card.get_by_role("textbox")).to_have_value("would rather walk")
    assert [one["verdict"] for one in listed(client, answer["patient_id"])["feedback"]] == ["accepted"]


def test_ordinary_writing_is_kept_and_a_note_that_is_refused_is_not_lost(
    watched: Watched, opened: Page, client: httpx.Client, answer: Json
) -> None:
    watched.forgive(422)
    card = opened.locator("article.card").first
    decline(card, "preference", "a\x0bcontrol")
    expect(opened.locator("#notice")).to_contain_text("note holds a control character")
    expect(card.get_by_role("textbox")).to_have_value("a\x0bcontrol")
    written = "131\xa0mmHg\tlying \U0001f469\u200d\u2695\ufe0f \u200f\u05e9\u05dc\u05d5\u05dd"
    card.get_by_role("textbox").fill(written)
    card.get_by_role("button", name="Decline").click()
    expect(card.locator(".said bdi.note")).to_have_text(written)
    assert [one["note"] for one in listed(client, answer["patient_id"])["feedback"]] == [written]


def test_a_note_under_way_outlives_another_verdict(opened: Page, answer: Json) -> None:
    first, last = opened.locator("article.card").first, opened.locator("article.card").last
    last.locator("summary", has_text="Decline").click()
    last.get_by_role("textbox").fill("still typing")
    accept(first)
    expect(first.locator(".feedback")).to_be_focused()
    expect(last.get_by_role("textbox")).to_have_value("still typing")


def test_a_proxys_error_page_takes_nothing_away(watched: Watched, opened: Page, answer: Json) -> None:
    watched.forgive(502)
    bad = "<h1>502 Bad Gateway</h1><p>nginx</p>"
    opened.route("**/feedback", lambda route: route.fulfill(status=502, body=bad, content_type="text/html"))
    card = opened.locator("article.card").first
    decline(card, "other", "a note of some length")
    expect(opened.locator("#notice")).to_contain_text("cannot be reached")
    expect(card.get_by_role("textbox")).to_have_value("a note of some length")
    expect(opened.locator("main")).not_to_contain_text("nginx")


def test_a_value_to_check_is_told_before_the_risk_and_printed(page: Page, in_hours: Json) -> None:
    page.goto(f"/patients/{in_hours['patient_id']}/interventions")
    notice = page.locator("#checks")
    expect(notice).to_contain_text("Check sitting time: 8")
    expect(notice).to_contain_text("8 would be usual in hours/day.")
    risk_box, notice_box = page.locator("#estimate").bounding_box(), notice.bounding_box()
    assert risk_box is not None
    assert notice_box is not None
    assert notice_box["y"] + notice_box["height"] <= risk_box["y"]
    page.locator("#grounds").scroll_into_view_if_needed()
    page.locator(".saw > summary").click()
    saw = page.locator(".saw")
    expect(saw.locator(".values div", has_text="Sitting time")).to_contain_text("Check")
    expect(saw.locator(".values .badge")).to_have_count(1)
    page.emulate_media(media="print")
    expect(notice).to_be_visible()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_prints_on_one_page(opened: Page, answer: Json, paper: str) -> None:
    assert pages_printed(opened, paper, "patient") == 1


def test_reading_takes_no_script(browser: Browser, url: str, answer: Json) -> None:
    with watching(browser, url, java_script_enabled=False) as watched:
        read_and_answer(watched.page, answer)


def read_and_answer(page: Page, answer: Json) -> None:
    page.goto(f"/patients/{answer['patient_id']}/interventions")
    expect(page.locator("article.card").first.locator("> .moves > li")).not_to_have_count(0)
    accept(page.locator("article.card").first)
    page.get_by_role("switch").first.click()
    page.get_by_role("button", name="Tell the estimate").click()
    expect(page.locator("#outcome .moved li")).not_to_have_count(0)
