"""A plan through two visits, as a clinician makes it, changes it and finds it again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import DESK, PHONE, assert_accessible, open_every_fold
from tests.browser.cards import accept, unfold
from tests.browser.conftest import Watched, watching
from tests.browser.pictures import pages_printed, shot
from tests.integration.answers import Json, ask


def today() -> date:
    return datetime.now(UTC).date()


def plans_of(client: httpx.Client, answer: Json) -> list[Json]:
    plans: list[Json] = client.get(f"/patients/{answer['patient_id']}/plans").json()["plans"]
    return plans


def next_visit(client: httpx.Client, question: Json, plan: Json) -> Json:
    """A year older, with the first change as planned and the others not made."""
    features = dict(question["features"]) | {"age": question["features"]["age"] + 1}
    first = plan["changes"][0]
    features[first["feature"]] = first["to"]
    driven = {"bmi": ("weight", "waist")}.get(first["feature"], ())
    features |= {one["feature"]: one["to"] for one in plan["linked"] if one["feature"] in driven}
    return ask(client, question | {"features": features})


def test_an_option_becomes_the_plan_and_stands_first(
    opened: Page, client: httpx.Client, answer: Json
) -> None:
    card = opened.locator("article.card").first
    form = unfold(card)
    expect(form.get_by_label("Name of the plan")).to_have_value(
        answer["counterfactuals"][0]["strategy"]["name"]
    )
    form.get_by_label("Name of the plan").fill("Walk <b>with</b> her sister")
    form.get_by_label("Note").fill("from Monday & slowly")
    form.get_by_label("Review on").fill((today() + timedelta(days=30)).isoformat())
    form.get_by_role("button", name="Make this the plan").click()
    expect(card.locator(".said")).to_contain_text("Accepted as the plan")
    expect(card.locator(".feedback")).to_be_focused()
    plan = opened.locator("#plan")
    expect(plan.get_by_role("heading")).to_have_text("Plan: Walk <b>with</b> her sister")
    expect(plan).to_contain_text("Review in 30 days")
    expect(plan).to_contain_text("from Monday & slowly")
    first_change = answer["counterfactuals"][0]["changes"][0]["label"]
    expect(plan.get_by_role("row").nth(1)).to_contain_text(first_change)
    assert opened.evaluate(
        "document.getElementById('plan').compareDocumentPosition(document.getElementById('options')) & 4"
    )
    (kept,) = plans_of(client, answer)
    assert (kept["name"], kept["note"]) == ("Walk <b>with</b> her sister", "from Monday & slowly")
    shot(opened, "plan-made")
    controls = plan.locator("summary", has_text="Copy as text"), opened.get_by_role("link", name="New values")
    for control in controls:
        expect(control).to_be_visible()
    opened.emulate_media(media="print")
    for control in controls:
        expect(control).to_be_hidden()


def test_a_plan_through_two_visits(opened: Page, client: httpx.Client, question: Json, answer: Json) -> None:
    accept(opened.locator("article.card").first)
    (plan,) = plans_of(client, answer)
    newer = next_visit(client, question, plan)
    opened.goto(f"/patients/{answer['patient_id']}/interventions")
    section = opened.locator("#plan")
    expect(section.get_by_role("columnheader", name="Reached")).to_be_visible()
    rows = section.locator("tbody tr:not(.soft)")
    expect(rows.first).to_contain_text("100 % of the way")
    (followed,) = plans_of(client, answer)
    assert followed["follow_up"]["answer_id"] == newer["id"]
    for place in range(len(plan["changes"])):
        width = rows.nth(place).locator("rect.done").get_attribute("width")
        reached = followed["follow_up"]["changes"][place]["reached"]
        assert float(width or "-1") == pytest.approx(100 * min(max(reached, 0), 1), abs=0.1)
    expect(section).to_contain_text("what was planned")
    section.locator("summary", has_text="Complete").click()
    section.locator("details[open]").get_by_label("Note").fill("went well")
    section.get_by_role("button", name="Complete the plan").click()
    expect(section.get_by_role("heading")).to_have_count(0)
    past = opened.locator(".past-plans li").first
    expect(past).to_contain_text("Completed")
    expect(past).to_contain_text("went well")
    expect(past).to_contain_text(followed_text(followed))
    expect(opened.locator("#history svg text", has_text="threshold")).to_have_count(1)
    opened.locator("#history").get_by_text("As a table").click()
    expect(opened.locator("#history table").first).to_contain_text("Plan 1 begins")
    shot(opened, "plan-past")


def followed_text(plan: Json) -> str:
    return f"{100 * plan['follow_up']['adherence']:.0f}"


def test_another_plan_takes_its_place(opened: Page, client: httpx.Client, answer: Json) -> None:
    first, second = opened.locator("article.card").nth(0), opened.locator("article.card").nth(1)
    accept(first)
    expect(second.locator("form.plan-form")).to_be_hidden()
    accept(second)
    expect(first.locator(".said")).not_to_contain_text("as the plan")
    expect(first.locator(".said")).to_contain_text("was a plan until")
    expect(opened.locator(".past-plans")).to_contain_text("another plan took its place")
    assert [one["state"] for one in plans_of(client, answer)] == ["active", "stopped"]


def test_undo_takes_plan_and_verdict_back(opened: Page, client: httpx.Client, answer: Json) -> None:
    card = opened.locator("article.card").first
    accept(card)
    card.get_by_role("button", name="Undo").click()
    expect(card.locator("summary", has_text="Accept as plan")).to_be_visible()
    expect(opened.locator("#plan").get_by_role("heading")).to_have_count(0)
    assert [one["state"] for one in plans_of(client, answer)] == ["stopped"]


def test_a_what_if_becomes_the_plan(opened: Page, client: httpx.Client, answer: Json) -> None:
    slider = opened.get_by_role("slider").first
    slider.focus()
    before = slider.input_value()
    slider.press("ArrowLeft" if before != "0" else "ArrowRight")
    fold = opened.locator(".what-if-plan")
    fold.locator("summary").click()
    fold.get_by_label("Name of the plan").fill("Her own way")
    expect(opened.locator("#outcome .moved li").first).to_be_visible()
    slider.press("ArrowLeft" if before != "0" else "ArrowRight")
    expect(fold.get_by_label("Name of the plan")).to_have_value("Her own way")
    fold.get_by_role("button", name="Make this the plan").click()
    expect(opened.locator("#plan").get_by_role("heading")).to_have_text("Plan: Her own way")
    expect(opened.locator("#plan")).to_be_focused()
    (plan,) = plans_of(client, answer)
    assert (plan["counterfactual_id"], len(plan["changes"])) == (None, 1)


def test_a_what_if_that_moves_nothing_is_told_so_in_its_place(watched: Watched, opened: Page) -> None:
    watched.forgive(422)
    fold = opened.locator(".what-if-plan")
    fold.locator("summary").click()
    fold.get_by_label("Note").fill("still here")
    fold.get_by_role("button", name="Make this the plan").click()
    expect(fold.get_by_role("alert")).to_contain_text("changes nothing")
    expect(fold.get_by_label("Note")).to_have_value("still here")
    expect(opened.locator("#notice")).to_be_empty()


def test_a_fault_stands_in_its_place_and_nothing_is_lost(
    watched: Watched, opened: Page, client: httpx.Client, answer: Json
) -> None:
    watched.forgive(422)
    form = unfold(opened.locator("article.card").first)
    form.get_by_label("Note").fill("a\x0bcontrol")
    form.get_by_role("button", name="Make this the plan").click()
    expect(form.get_by_role("alert")).to_contain_text("note holds a control character")
    expect(form.get_by_label("Note")).to_have_value("a\x0bcontrol")
    assert plans_of(client, answer) == []


def test_a_stale_change_is_told_so_in_its_place(
    watched: Watched, opened: Page, client: httpx.Client, answer: Json
) -> None:
    watched.forgive(409)
    accept(opened.locator("article.card").first)
    (plan,) = plans_of(client, answer)
    body = {"kind": "review_moved", "replaces": plan["standing_event"], "review_on": today().isoformat()}
    client.patch(f"/patients/{plan['patient_id']}/plans/{plan['id']}", json=body).raise_for_status()
    section = opened.locator("#plan")
    section.locator("summary", has_text="Stop").click()
    fold = section.locator("details[open]")
    fold.get_by_role("combobox").select_option("preference")
    fold.get_by_role("textbox", name="Note").fill("of some length")
    fold.get_by_role("button", name="Stop the plan").click()
    expect(fold.get_by_role("alert")).to_contain_text("changed this plan meanwhile")
    expect(fold.get_by_role("textbox", name="Note")).to_have_value("of some length")


def test_the_text_for_the_record_is_copied(opened: Page, answer: Json) -> None:
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    accept(opened.locator("article.card").first)
    section = opened.locator("#plan")
    section.locator("summary", has_text="Copy as text").click()
    section.get_by_role("button", name="Copy", exact=True).click()
    expect(section.get_by_role("status")).to_have_text("Copied")
    copied = opened.evaluate("navigator.clipboard.readText()")
    assert copied == section.get_by_label("The plan as text").input_value()
    assert answer["counterfactuals"][0]["changes"][0]["label"] in copied


@pytest.fixture
def unscripted(browser: Browser, url: str) -> Iterator[Page]:
    with watching(browser, url, java_script_enabled=False) as watched:
        watched.forgive(409, 422)
        yield watched.page


def test_all_of_it_takes_no_script(unscripted: Page, client: httpx.Client, answer: Json) -> None:
    page = unscripted
    page.goto(f"/patients/{answer['patient_id']}/interventions")
    card = page.locator("article.card").first
    form = unfold(card)
    form.get_by_label("Name of the plan").fill("a\x0bcontrol")
    form.get_by_label("Note").fill("stays <here>")
    form.get_by_role("button", name="Make this the plan").click()
    expect(card.get_by_role("alert")).to_contain_text("name holds a control character")
    expect(card.locator("form.plan-form").get_by_label("Note")).to_have_value("stays <here>")
    card.locator("form.plan-form").get_by_label("Name of the plan").fill("Slowly")
    card.get_by_role("button", name="Make this the plan").click()
    section = page.locator("#plan")
    expect(section.get_by_role("heading")).to_have_text("Plan: Slowly")
    section.locator("summary", has_text="Copy as text").click()
    expect(section.get_by_label("The plan as text")).to_contain_text("Plan: Slowly")
    section.locator("summary", has_text="Move the review").click()
    section.locator("details[open]").get_by_label("Review on").fill(today().isoformat())
    section.get_by_role("button", name="Move it").click()
    expect(section).to_contain_text("Review due today")
    section.locator("summary", has_text="Stop").click()
    section.get_by_role("combobox").select_option("not_feasible")
    section.get_by_role("button", name="Stop the plan").click()
    expect(page.locator(".past-plans")).to_contain_text("Stopped: not feasible for this patient")
    page.get_by_role("slider").first.press("ArrowLeft")
    fold = page.locator(".what-if-plan")
    fold.locator("summary").click()
    fold.get_by_label("Name of the plan").fill("Her own way")
    fold.get_by_role("button", name="Make this the plan").click()
    expect(section.get_by_role("heading")).to_have_text("Plan: Her own way")
    assert [one["state"] for one in plans_of(client, answer)] == ["active", "stopped"]


def test_it_is_accessible_on_each_screen_in_both_themes(
    browser: Browser, url: str, client: httpx.Client, question: Json, answer: Json, subtests: pytest.Subtests
) -> None:
    """With an active plan that is followed up, one before it, everything unfolded, and a fault in a form."""
    for option in answer["counterfactuals"][:2]:
        body = {"counterfactual_id": option["id"], "name": "A" * 100}
        plan = client.post(f"/patients/{answer['patient_id']}/plans", json=body).json()
    next_visit(client, question, plan)
    with watching(browser, url, bypass_csp=True) as watched:
        watched.forgive(422)
        page = watched.page
        page.goto(f"/patients/{answer['patient_id']}/interventions")
        open_every_fold(page)
        page.locator(".what-if-plan").get_by_role("button", name="Make this the plan").click()
        expect(page.locator(".what-if-plan").get_by_role("alert")).to_contain_text("changes nothing")
        assert_accessible(page, subtests, "plan", (PHONE, DESK))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_a_followed_up_plan_prints_on_few_pages(
    page: Page, client: httpx.Client, question: Json, answer: Json, paper: str
) -> None:
    """With up to three options below on one, with what has become of it on two at most."""
    first = ask(client, question | {"count": 3})
    path = f"/patients/{answer['patient_id']}"
    made = client.post(f"{path}/plans", json={"counterfactual_id": first["counterfactuals"][0]["id"]})
    page.goto(f"{path}/interventions?answer={first['id']}")
    assert pages_printed(page, paper, "plan-new") == 1
    next_visit(client, question, made.json())
    page.goto(f"{path}/interventions")
    expect(page.locator("#plan").get_by_role("columnheader", name="Reached")).to_be_visible()
    assert pages_printed(page, paper, "plan-followed") <= 2
