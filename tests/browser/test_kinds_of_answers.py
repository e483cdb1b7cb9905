"""What a clinician sees and does where no option holds, or where none is looked for, in a real browser."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.wording import risk_text
from app.engine.registry import ModelRegistry
from tests.browser.cards import accept
from tests.browser.conftest import watching
from tests.browser.pictures import pages_printed, shot
from tests.integration.answers import Json, ask
from tests.kinds_of_answers import (
    CLEARLY_BELOW,
    FRAGILE,
    IN_REACH,
    NOTHING_HELPS,
    OUT_OF_REACH,
    UNCLEAR_BELOW,
    question_about,
)

Asked = Callable[[int], Json]


def risk(value: float) -> str:
    return risk_text(value).replace(" ", "\N{NO-BREAK SPACE}")


@pytest.fixture
def asked(client: httpx.Client, registry: ModelRegistry, patient_id: str) -> Asked:
    """The answer about a held-out person, on record."""
    return lambda person: ask(client, question_about(registry, person, patient_id))


def opened(page: Page, answer: Json) -> Page:
    page.goto(f"/patients/{answer['patient_id']}/interventions")
    return page


def test_out_of_reach_improvements_are_cards_like_any_other(page: Page, asked: Asked) -> None:
    answer = asked(OUT_OF_REACH)
    assert answer["counterfactuals"] == []
    opened(page, answer)
    expect(page.get_by_role("heading", level=2, name="ways to lower the estimated risk")).to_be_visible()
    expect(page.locator("#improvements > p")).to_contain_text(
        "The target of 50\N{NO-BREAK SPACE}% is not in reach by what is permitted"
    )
    cards = page.locator("#improvements article.card")
    expect(cards).to_have_count(len(answer["improvements"]))
    for number, improvement in enumerate(answer["improvements"]):
        card = cards.nth(number)
        expect(card.locator("> .moves > li")).to_have_count(len(improvement["changes"]))
        expect(card.locator(".to")).to_contain_text(risk(improvement["risk"]))
        expect(card.locator(".judged")).to_contain_text("Still falls")
        expect(card.locator(".judged")).to_contain_text("By half or more")
    expect(page.locator("#estimate .badge.state")).to_have_text("Clearly above 50 %")
    expect(page.locator("#estimate p.state")).to_contain_text("all of it above the threshold")
    expect(page.locator("#compare thead")).to_contain_text("Improvement A")
    page.locator("#charts").scroll_into_view_if_needed()
    expect(page.locator(".charts figure").first).to_contain_text("Improvement")
    shot(page, "out-of-reach")


@pytest.mark.parametrize("person", [IN_REACH, FRAGILE, OUT_OF_REACH])
def test_estimate_next_step_and_a_strategy_are_on_the_first_screen(
    page: Page, asked: Asked, person: int
) -> None:
    opened(page, asked(person))
    card = page.locator("article.card").first
    for width, height in ((1440, 900), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        for seen in ("#estimate .badge.state", "#estimate p.state", "#next-step p"):
            expect(page.locator(seen).first).to_be_in_viewport(ratio=1)
        for seen in ("h3", ".to", "> .moves > li"):
            expect(card.locator(seen).first).to_be_in_viewport(ratio=1)
        assert page.evaluate("scrollY") == 0


def test_an_improvement_is_accepted_declined_and_taken_back(
    page: Page, client: httpx.Client, asked: Asked
) -> None:
    answer = asked(OUT_OF_REACH)
    opened(page, answer)
    first, second = page.locator("#improvements article.card").all()[:2]
    accept(first)
    expect(first.locator(".feedback")).to_be_focused()
    second.locator("summary", has_text="Decline").click()
    second.get_by_role("combobox").select_option("preference")
    second.get_by_role("button", name="Decline").click()
    expect(second.locator(".said")).to_contain_text("Declined")
    expect(page.locator("#history")).to_contain_text("Improvement A: accepted")
    expect(page.locator("#history")).to_contain_text("Improvement B: declined")
    listed: Json = client.get(f"/patients/{answer['patient_id']}/interventions").json()
    said = {one["counterfactual_id"]: one["verdict"] for one in listed["feedback"]}
    assert said == {answer["improvements"][0]["id"]: "accepted", answer["improvements"][1]["id"]: "declined"}
    page.goto("/")
    row = page.get_by_role("row", name=answer["patient_id"])
    expect(row).to_contain_text(f"{len(answer['improvements'])} improvements")
    expect(row).to_contain_text("improvement A accepted")


def test_an_improvement_is_tried_in_what_if(page: Page, asked: Asked) -> None:
    answer = asked(OUT_OF_REACH)
    improvement = answer["improvements"][-1]
    opened(page, answer)
    page.get_by_role("link", name="Try it in what-if").last.click()
    expect(page.locator("#outcome .moved")).to_contain_text(improvement["changes"][0]["label"])
    told = page.locator("#what-if-risk")
    expect(told).to_have_text(risk(improvement["risk"]))
    for _ in range(2):  # there and back: scored anew, it has to be what was recorded
        with page.expect_response("**/what-if"):
            page.get_by_role("switch").first.click()
    expect(told).to_have_text(risk(improvement["risk"]))
    expect(page.locator("#what-if-state")).to_contain_text("all of it above")


def test_the_front_is_a_drawing_and_a_table(page: Page, asked: Asked) -> None:
    answer = asked(OUT_OF_REACH)
    opened(page, answer)
    front = page.locator("#front")
    drawing = front.get_by_role("img")
    expect(drawing).to_have_accessible_name(re.compile(r"^Now \d+"))
    expect(drawing.locator(".level")).to_have_count(len(answer["frontier"]))
    expect(drawing.locator(".tip")).to_have_count(1 + len(answer["improvements"]))  # and now
    expect(drawing.locator("line.threshold")).to_have_count(1)
    front.get_by_text("As a table").click()
    expect(front.locator("tbody tr")).to_have_count(len(answer["frontier"]))


def test_the_conditions_are_a_fold_away(page: Page, asked: Asked) -> None:
    answer = asked(OUT_OF_REACH)
    opened(page, answer)
    effect = answer["conditions"]["effects"][0]
    page.locator("#grounds").scroll_into_view_if_needed()
    conditions = page.locator("details.conditions")
    source = conditions.get_by_text(effect["source"]).first
    expect(source).to_be_hidden()
    conditions.locator("summary").click()
    expect(source).to_be_visible()
    expect(conditions.locator("tbody tr")).to_have_count(len(answer["conditions"]["effects"]))


def test_where_nothing_helps_that_is_an_answer_too(page: Page, asked: Asked) -> None:
    answer = asked(NOTHING_HELPS)
    assert answer["improvements"] == []
    opened(page, answer)
    expect(page.get_by_role("heading", name="Nothing was found that lowers the estimate")).to_be_visible()
    expect(page.locator("#improvements")).to_contain_text(answer["no_improvement"]["text"])
    expect(page.locator("#improvements")).to_contain_text("saw the values on this page and nothing else")
    expect(page.locator("article.card")).to_have_count(0)
    shot(page, "nothing-helps")


def test_beside_fragile_options_stand_improvements(page: Page, asked: Asked) -> None:
    answer = asked(FRAGILE)
    assert all(option["fragile"] for option in answer["counterfactuals"])
    opened(page, answer)
    expect(page.locator("#options h2")).to_contain_text("fragile")
    expect(page.locator("#options article.card")).to_have_count(len(answer["counterfactuals"]))
    expect(page.locator("#improvements article.card")).to_have_count(len(answer["improvements"]))
    expect(page.locator("#improvements > p").first).to_contain_text("An improvement does not")
    shot(page, "fragile-and-improvements")


def test_below_the_target_and_unclear_is_no_comfort(page: Page, asked: Asked) -> None:
    answer = asked(UNCLEAR_BELOW)
    assert answer["status"] == "already_below_target"
    opened(page, answer)
    state = page.locator("#estimate")
    expect(state).to_contain_text("on both sides of the threshold")
    expect(state.locator(".badge.state")).to_have_text("Unclear")
    expect(state).to_contain_text("A low estimate does not rule it out.")
    observed = answer["prediction"]["observed"]
    expect(state).to_contain_text(f"Of {observed['people']} people like this")
    expect(page.locator("main")).not_to_contain_text("needs to change")
    expect(page.locator("main .low")).to_have_count(0)
    shot(page, "below-and-unclear")
    page.goto("/")
    row = page.get_by_role("row", name=answer["patient_id"])
    expect(row).to_contain_text("unclear")
    expect(row.locator(".low")).to_have_count(0)


def test_clearly_below_is_told_with_what_it_does_not_say(page: Page, asked: Asked) -> None:
    answer = asked(CLEARLY_BELOW)
    opened(page, answer)
    state = page.locator("#estimate")
    expect(state.locator(".badge.state")).to_have_text("Clearly below 50 %")
    expect(state).to_contain_text("A low estimate does not rule it out.")
    expect(page.locator("main .low").first).to_be_visible()
    shot(page, "clearly-below")


@pytest.mark.parametrize(("person", "pages"), [(OUT_OF_REACH, 1), (NOTHING_HELPS, 1), (FRAGILE, 2)])
def test_they_are_printed(page: Page, asked: Asked, person: int, pages: int) -> None:
    """As options are: one page, and two where much is said."""
    opened(page, asked(person))
    assert pages_printed(page, "A4", f"printed-{person}") <= pages
    page.emulate_media(media="print")
    expect(page.locator("#improvements h2")).to_be_visible()


def test_improvements_take_no_script(browser: Browser, url: str, asked: Asked) -> None:
    answer = asked(OUT_OF_REACH)
    with watching(browser, url, java_script_enabled=False) as watched:
        page = opened(watched.page, answer)
        card = page.locator("#improvements article.card").first
        accept(card)
        page.get_by_role("link", name="Try it in what-if").first.click()
        expect(page.locator("#what-if-risk")).to_have_text(risk(answer["improvements"][0]["risk"]))
