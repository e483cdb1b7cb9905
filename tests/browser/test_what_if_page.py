"""The what-if, the charts and the front in a real browser: nothing is covered, all can be put back."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.engine.registry import ModelRegistry
from tests.browser.accessibility import assert_accessible, open_every_fold
from tests.browser.conftest import Watched, watching
from tests.browser.pictures import shot
from tests.integration.answers import Json, ask
from tests.kinds_of_answers import FRAGILE, question_about

SCREENS = {
    "twice as large on a laptop": {"width": 640, "height": 400},
    "twice as large on a desk": {"width": 720, "height": 450},
    "the narrowest": {"width": 320, "height": 568},
    "the narrowest and tall": {"width": 320, "height": 780},
    "four times as large": {"width": 320, "height": 256},
    "a phone": {"width": 360, "height": 740},
    "a tablet": {"width": 768, "height": 1024},
}
COVERED = """element => {
  const box = element.getBoundingClientRect();
  const seen = [[0.1, 0.5], [0.5, 0.5], [0.9, 0.5], [0.5, 0.15], [0.5, 0.85]].some(([across, down]) => {
    const hit = document.elementFromPoint(box.left + across * box.width, box.top + down * box.height);
    return hit && (hit === element || element.contains(hit) || hit.contains(element));
  });
  return !seen;
}"""


@pytest.fixture
def fragile(client: httpx.Client, registry: ModelRegistry, patient_id: str) -> Json:
    """An answer with options and improvements."""
    return ask(client, question_about(registry, FRAGILE, patient_id))


def open_what_if(page: Page, answer: Json) -> Locator:
    page.goto(f"/patients/{answer['patient_id']}/interventions")
    return page.locator("#what-if")


@pytest.mark.parametrize("name", SCREENS)
def test_what_has_the_focus_is_never_covered(browser: Browser, url: str, fragile: Json, name: str) -> None:
    """By the keyboard, to the end and all the way back (WCAG 2.2, 2.4.11)."""
    size: Any = SCREENS[name]
    with watching(browser, url, viewport=size, reduced_motion="reduce") as watched:
        form = open_what_if(watched.page, fragile)
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        controls = form.locator("input:not([type=hidden]):visible, button:visible, form a:visible")
        controls.first.focus()
        for key in ("Tab", "Shift+Tab"):
            for _ in range(controls.count() - 1):
                watched.page.keyboard.press(key)
                focused = watched.page.locator(":focus")
                assert not focused.evaluate(COVERED), f"{key}: {focused.evaluate('one => one.outerHTML')}"


def test_sliders_tell_now_both_ends_and_where_options_put_them(page: Page, fragile: Json) -> None:
    form = open_what_if(page, fragile)
    slider = page.get_by_role("slider", name="Body mass index")
    lever = form.locator(".lever", has=slider)
    ends = lever.locator(".ends span")
    expect(ends).to_have_count(2)
    assert all("kg/m²" in one for one in ends.all_inner_texts())
    expect(lever.locator(".ends b")).to_contain_text("now ")
    named = {mark for text in lever.locator(".marks text").all_text_contents() for mark in text.split(", ")}
    offered = [*fragile["counterfactuals"], *fragile["improvements"]]
    moving = [one for one in offered if any(c["feature"] == "bmi" for c in one["changes"])]
    assert len(named) == len(moving) > 0
    assert slider.evaluate("one => document.getElementById(one.getAttribute('aria-describedby')).textContent")
    shot(page, "what-if")


def test_reset_puts_all_back_and_tells_the_estimate_of_now(page: Page, fragile: Json) -> None:
    form = open_what_if(page, fragile)
    told, now = page.locator("#what-if-risk"), page.locator("#what-if-risk").inner_text()
    slider, switch = form.get_by_role("slider").first, form.get_by_role("switch").first
    start, off = slider.input_value(), switch.is_checked()
    slider.focus()
    slider.press("Home" if slider.get_attribute("data-now") != "0" else "End")
    switch.click()
    expect(page.locator("#outcome .moved")).to_be_attached()
    expect(told).not_to_have_text(now)
    form.get_by_role("link", name="Reset").click()
    expect(slider).to_have_value(start)
    assert switch.is_checked() == off
    expect(told).to_have_text(now)
    expect(page.locator("#outcome")).to_contain_text("Nothing is moved yet")
    assert "Try" not in page.url


def test_reset_and_charts_take_no_script(browser: Browser, url: str, fragile: Json) -> None:
    with watching(browser, url, java_script_enabled=False) as watched:
        page = watched.page
        page.goto(f"/patients/{fragile['patient_id']}/interventions?improvement=1#what-if")
        expect(page.locator("#outcome .moved li")).not_to_have_count(0)
        page.get_by_role("link", name="Reset").click()
        expect(page.locator("#outcome")).to_contain_text("Nothing is moved yet")
        expect(page.get_by_role("button", name="Print")).to_be_hidden()
        expect(page.locator("main time").first).to_contain_text("UTC")
        page.get_by_role("link", name="Show the charts").click()
        expect(page.locator("figure.response svg").first).to_be_visible()
        page.get_by_role("link", name="Back to the answer").click()
        expect(page.get_by_role("link", name="Show the charts")).to_be_visible()


def test_the_other_charts_come_on_demand(page: Page, fragile: Json) -> None:
    page.goto(f"/patients/{fragile['patient_id']}/interventions")
    page.locator("#charts").scroll_into_view_if_needed()
    fold = page.locator("#charts > details").last
    expect(fold).to_be_visible()
    shown = page.locator("#charts > .charts > figure").count()
    assert fold.locator("figure").count() == 0
    fold.locator("> summary").click()
    expect(fold.locator("figure").first).to_be_visible()
    count = int(re.findall(r"\d+", fold.locator("> summary").inner_text())[0])
    expect(fold.locator("figure")).to_have_count(count)
    assert shown > 0
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_charts_front_and_what_if_are_accessible(
    browser: Browser, url: str, fragile: Json, subtests: pytest.Subtests
) -> None:
    """With the charts that come on demand, and what is moved."""
    with watching(browser, url, bypass_csp=True) as watched:
        page = watched.page
        page.goto(f"/patients/{fragile['patient_id']}/interventions?improvement=1")
        page.locator("#charts").scroll_into_view_if_needed()
        page.locator("#charts > details").last.locator("> summary").click()
        expect(page.locator("#charts > details figure").first).to_be_visible()
        open_every_fold(page)
        assert_accessible(page, subtests, "what-if", (320, 1280))


@pytest.mark.parametrize("width", [360, 768])
def test_a_switch_and_its_word_are_apart(browser: Browser, url: str, fragile: Json, width: int) -> None:
    with watching(browser, url, viewport={"width": width, "height": 900}) as watched:
        form = open_what_if(watched.page, fragile)
        for lever in form.locator(".lever", has=watched.page.get_by_role("switch")).all():
            boxes = [lever.locator(part).bounding_box() for part in ("input.switch", "output")]
            switch, word = boxes
            assert switch is not None
            assert word is not None
            beside = word["x"] >= switch["x"] + switch["width"] or switch["x"] >= word["x"] + word["width"]
            below = switch["y"] >= word["y"] + word["height"] or word["y"] >= switch["y"] + switch["height"]
            assert beside or below


def test_the_comparison_says_that_there_is_more_and_keeps_its_first_column(
    browser: Browser, url: str, fragile: Json
) -> None:
    with watching(browser, url, viewport={"width": 360, "height": 800}) as watched:
        page = watched.page
        page.goto(f"/patients/{fragile['patient_id']}/interventions")
        expect(page.locator("#compare .sideways")).to_contain_text("move the table sideways")
        box = page.locator("#compare .scroll")
        assert box.evaluate("one => one.scrollWidth > one.clientWidth")
        first = page.locator("#compare tbody th").first
        before = first.bounding_box()
        box.evaluate("one => { one.scrollLeft = 200; }")
        after = first.bounding_box()
        assert before is not None
        assert after is not None
        assert after["x"] == pytest.approx(before["x"], abs=1)


def test_a_notice_goes_with_its_cause(watched: Watched, fragile: Json) -> None:
    watched.forgive(422)
    page = watched.page
    form = open_what_if(page, fragile)
    locks = form.get_by_role("checkbox", name=re.compile("^Lock")).locator("visible=true")
    for lock in locks.all():
        if lock.is_visible():
            lock.check()
    form.get_by_role("button", name="Ask for options from here").click()
    expect(page.locator("#notice .notice")).to_contain_text("Everything is locked")
    form.get_by_role("checkbox", name=re.compile("^Lock")).first.uncheck()
    expect(page.locator("#notice .notice")).to_have_count(0)


def test_a_notice_of_a_service_that_was_away_goes_when_it_answers(watched: Watched, fragile: Json) -> None:
    watched.forgive(502)
    page = watched.page
    form = open_what_if(page, fragile)
    page.route("**/what-if", lambda route: route.fulfill(status=502, body="no", content_type="text/html"))
    switch = form.get_by_role("switch").first
    switch.click()
    expect(page.locator("#notice")).to_contain_text("cannot be reached")
    page.unroute("**/what-if")
    switch.click()
    expect(page.locator("#notice .notice")).to_have_count(0)


def test_times_are_told_in_the_readers_zone(browser: Browser, url: str, fragile: Json) -> None:
    with watching(browser, url, timezone_id="Asia/Tokyo", locale="en-GB") as watched:
        page = watched.page
        page.goto(f"/patients/{fragile['patient_id']}/interventions")
        time = page.locator("main time[datetime*=T]").first
        expect(time).to_contain_text("GMT+9")
        assert "UTC" in (time.get_attribute("title") or "")
