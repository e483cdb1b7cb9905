"""Every page before axe-core, in both themes, on a phone and on a desk; none wider than its screen."""

from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, expect

from app.engine.registry import ModelRegistry
from tests.asking import Person
from tests.browser.accessibility import DESK, PHONE, assert_accessible, open_every_fold
from tests.browser.conftest import watching
from tests.integration.answers import ask
from tests.kinds_of_answers import (
    CLEARLY_BELOW,
    FRAGILE,
    NOTHING_HELPS,
    OUT_OF_REACH,
    UNCLEAR_BELOW,
    question_about,
)

PLACES = {
    "patient": "/patients/{patient_id}/interventions?answer={answer}",
    "grounds": "/patients/{patient_id}/grounds?answer={answer}",
    "charts": "/patients/{patient_id}/charts?answer={answer}",
    "patient-to-check": "/patients/{patient_id}/interventions?answer={to_check}",
    "out-of-reach": "/patients/{patient_id}/interventions?answer={out_of_reach}",
    "nothing-helps": "/patients/{patient_id}/interventions?answer={nothing_helps}",
    "fragile": "/patients/{patient_id}/interventions?answer={fragile}",
    "below-and-unclear": "/patients/{patient_id}/interventions?answer={unclear_below}",
    "clearly-below": "/patients/{patient_id}/interventions?answer={clearly_below}",
    "worklist": "/",
    "worklist-filtered": "/?sort=risk&state=above&plan=none",
    "not-a-filter": "/?state=nothing",
    "values": "/patients/{patient_id}/values",
    "unknown": "/patients/nobody-with-this-id/interventions",
    "card": "/models/dysglycaemia/card",
    "job": "/augmentations/{job_id}",
    "error": "/augmentations/nothing",
}


@pytest.fixture(scope="module")
def job_id(client: httpx.Client) -> str:
    body = {"source": {"kind": "population"}, "target_label": "low", "max_rows": 3, "generator": "search"}
    job = client.post("/augmentations", json=body).raise_for_status().json()
    client.delete(job["links"]["self"]).raise_for_status()
    return str(job["id"])


@pytest.fixture(scope="module")
def ids(client: httpx.Client, registry: ModelRegistry, heavy: Person, job_id: str) -> dict[str, str]:
    """Of answers of each kind on the record of one patient, and of a job."""
    patient_id = f"test-{uuid4()}"
    people = {
        "out_of_reach": OUT_OF_REACH,
        "nothing_helps": NOTHING_HELPS,
        "fragile": FRAGILE,
        "unclear_below": UNCLEAR_BELOW,
        "clearly_below": CLEARLY_BELOW,
    }
    own = {"patient_id": patient_id, "features": dict(heavy), "generator": "search"}
    in_hours = own | {"features": dict(heavy) | {"sedentary": 8}}
    asked = {name: question_about(registry, one, patient_id) for name, one in people.items()}
    questions = asked | {"to_check": in_hours, "answer": own}
    answers = {name: ask(client, question)["id"] for name, question in questions.items()}
    return answers | {"patient_id": patient_id, "job_id": job_id}


@pytest.mark.parametrize("name", PLACES)
def test_pages_are_accessible(
    browser: Browser, url: str, ids: dict[str, str], name: str, subtests: pytest.Subtests
) -> None:
    with watching(browser, url, bypass_csp=True) as watched:
        watched.forgive(404, 422)
        page = watched.page
        page.goto(PLACES[name].format(**ids))
        open_every_fold(page)
        assert_accessible(page, subtests, name, (PHONE, DESK))


def test_what_a_search_finds_is_accessible(
    browser: Browser, url: str, ids: dict[str, str], subtests: pytest.Subtests
) -> None:
    with watching(browser, url, bypass_csp=True) as watched:
        page = watched.page
        page.goto("/")
        page.get_by_role("searchbox").fill(ids["patient_id"])
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("row", name=ids["patient_id"])).to_be_visible()
        assert_accessible(page, subtests, "found", (PHONE, DESK))
