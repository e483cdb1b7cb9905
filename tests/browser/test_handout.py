"""The handout in a browser: one printed page in large print, in both languages; accessible in both themes."""

from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg.types.json import Jsonb

from app.domain.constraints import Constraints
from app.domain.feature import Direction, Feature
from app.domain.handout import HandoutPhrases
from app.domain.lever import Lever
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.engine.registry import ServedModel
from tests.asking import Person
from tests.browser.accessibility import DESK, PHONE, assert_accessible
from tests.browser.conftest import watching
from tests.browser.pictures import pages_printed
from tests.integration.answers import Json, ask
from tests.integration.planned import plan_of

Database = psycopg.Connection[tuple[Any, ...]]
LARGE_PX = 14 / 72 * 96
"""14 points."""
LANGUAGES = ["en", "es"]


def words_of(phrases: HandoutPhrases, feature: Feature) -> int:
    """How much a goal says."""
    rises = feature.action is not None and feature.action.direction is Direction.INCREASE
    goal = phrases.goal_for(feature.name, rises)
    if goal is None:
        return 0
    stages = [stone.text for stone in goal.from_week] or [goal.stage or ""] * 4
    return len("".join([goal.title, goal.aim, goal.how or "", 2 * (goal.safety or ""), *stages]))


def longest_plan(served: ServedModel, person: Person, language: str) -> dict[str, Any]:
    """A plan of as many behaviours as the model permits at once, those whose words are the longest."""
    schema, phrases = served.model.schema, served.model.handouts[language]
    levers = levers_of(schema, read_patient(schema, person), Constraints(max_changes=9))
    mine = sorted(levers, key=lambda lever: -words_of(phrases, lever.feature))[: schema.model.max_changes]
    changes = [_moved(lever, person) for lever in mine]
    falling = [one.feature for one in phrases.follows if one.direction is Direction.DECREASE]
    along = [{"feature": name, "label": name, "from": 1, "to": 0} for name in falling]
    return {"changes": Jsonb(changes), "brought_along": Jsonb(along), "name": "Weight, activity and smoking"}


def _moved(lever: Lever, person: Person) -> Json:
    name, end = lever.feature.name, lever.feature.in_kind(float(lever.values[-1]))
    return {"feature": name, "label": lever.feature.label, "from": person[name], "to": end, "unit": None}


@pytest.fixture
def long(client: httpx.Client, patient_id: str, somebody: Person, served: ServedModel) -> Json:
    """The answer about somebody with room for every action."""
    return ask(client, {"patient_id": patient_id, "features": dict(somebody), "generator": "search"})


@pytest.fixture
def heart_answer(client: httpx.Client, patient_id: str, heart_patient: Person) -> Json:
    question = {"patient_id": patient_id, "features": dict(heart_patient), "model": "heart-disease"}
    return ask(client, question | {"generator": "search"})


def opened(page: Page, answer: Json, plan: UUID, language: str) -> None:
    page.goto(f"/patients/{answer['patient_id']}/plans/{plan}/handout?lang={language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_plan_prints_on_one_page_in_large_print(
    page: Page,
    long: Json,
    database: Database,
    served: ServedModel,
    somebody: Person,
    language: str,
    subtests: pytest.Subtests,
) -> None:
    options = long["counterfactuals"] or long["improvements"]
    plan = plan_of(database, long, options[0], **longest_plan(served, somebody, language))
    opened(page, long, plan, language)
    for paper in ("A4", "Letter"):
        with subtests.test(paper=paper):
            assert pages_printed(page, paper, f"handout-{language}") == 1
    page.emulate_media(media="print")
    sizes = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(one => one.textContent.trim())"
        ".map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert len(sizes) > 20
    assert min(sizes) >= LARGE_PX - 0.1


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_models_handout_prints_on_one_page(
    page: Page, heart_answer: Json, database: Database, language: str
) -> None:
    plan = plan_of(database, heart_answer)
    opened(page, heart_answer, plan, language)
    assert pages_printed(page, "Letter", f"handout-heart-{language}") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_accessible(
    browser: Browser, url: str, answer: Json, database: Database, language: str, subtests: pytest.Subtests
) -> None:
    plan = plan_of(database, answer)
    with watching(browser, url, bypass_csp=True) as watched:
        page = watched.page
        opened(page, answer, plan, language)
        assert_accessible(page, subtests, f"handout-{language}", (320, PHONE, DESK))


def test_the_language_is_a_choice_on_the_page_without_scripts(
    browser: Browser, url: str, answer: Json, database: Database
) -> None:
    plan = plan_of(database, answer)
    with watching(browser, url, java_script_enabled=False, locale="es-MX") as watched:
        page = watched.page
        page.goto(f"/patients/{answer['patient_id']}/plans/{plan}/handout")
        expect(page.locator("h1")).to_contain_text("Su plan")
        page.get_by_role("link", name="English").click()
        expect(page.locator("h1")).to_contain_text("Your plan")
        expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_picture_draws_as_many_people_as_it_tells(page: Page, answer: Json, database: Database) -> None:
    plan = plan_of(database, answer)
    opened(page, answer, plan, "en")
    figures = page.locator("figure")
    expect(figures).to_have_count(2)
    for place, risk in enumerate((answer["prediction"]["risk"], answer["counterfactuals"][0]["risk"])):
        drawn = figures.nth(place).locator("circle.has").count()
        assert drawn == int(100 * risk + 0.5)
        assert figures.nth(place).locator("circle").count() == 100
        expect(figures.nth(place)).to_contain_text(f"about {drawn}.")
