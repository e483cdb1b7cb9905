"""Where a launch leads: to the answer that a card was about, or to one that says where values come from."""

from collections.abc import Iterator

import httpx
import pytest

from tests.ehr.people import names
from tests.integration.audits import Database, events_of
from tests.integration.launching import Clinic, clinic, query_of
from tests.integration.serving import Servers

JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def here(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    with clinic(servers, tmp_path_factory.mktemp("ehr")) as here:
        yield here


@pytest.fixture
def browser(here: Clinic) -> Iterator[httpx.Client]:
    with here.browser() as browser:
        yield browser


def answered(here: Clinic, browser: httpx.Client) -> tuple[str, str]:
    """A patient of whom enough is known, and their answer's id."""
    for patient in names():
        query = query_of(here.opened(browser, patient).headers["location"])
        if "answer" in query:
            return patient, query["answer"]
    raise AssertionError("nobody's record is enough")


def test_an_answer_says_which_observation_told_what(
    here: Clinic, browser: httpx.Client, database: Database
) -> None:
    patient, answer_id = answered(here, browser)
    answer = browser.get(f"/counterfactuals/{answer_id}", headers=JSON)
    sources = [*answer.json()["provenance"].values()]
    assert any(one["source"] == "fhir" for one in sources)
    assert all(one["reference"] is None or patient in one["reference"] for one in sources if one["reference"])
    (event,) = events_of(database, answer.headers["x-correlation-id"])
    assert (event["actor"], event["actor_source"]) == ("Practitioner/mock-clinician", "launch")


def test_the_answer_of_a_card_is_opened_and_nothing_is_asked(here: Clinic, browser: httpx.Client) -> None:
    patient, answer_id = answered(here, browser)
    before = len([one for one in here.ehr.asked if "/fhir/Observation" in one.path])
    again = here.opened(browser, patient, app_context=answer_id)
    assert again.headers["location"] == f"/patients/{patient}/interventions?answer={answer_id}"
    assert len([one for one in here.ehr.asked if "/fhir/Observation" in one.path]) == before


@pytest.mark.parametrize("context", ["nonsense", "", "00285457-6bc6-43ac-bfa2-5421bacc471c", "../oak"])
def test_a_context_that_names_no_answer_is_passed_over(
    here: Clinic, browser: httpx.Client, context: str
) -> None:
    patient, _ = answered(here, browser)
    opened = here.opened(browser, patient, app_context=context)
    assert query_of(opened.headers["location"])["answer"] != context


def test_another_patient_s_answer_is_not_opened(here: Clinic, browser: httpx.Client) -> None:
    patient, answer_id = answered(here, browser)
    other = next(one for one in names() if one != patient)
    opened = here.opened(browser, other, app_context=answer_id)
    assert answer_id not in opened.headers["location"]


def test_what_the_ehr_told_is_filled_in_where_it_is_too_little(here: Clinic, browser: httpx.Client) -> None:
    here.ehr.add({"resourceType": "Patient", "id": "new-one", "gender": "female", "birthDate": "1970-05-05"})
    opened = here.opened(browser, "new-one")
    assert opened.headers["location"] == "/patients/new-one/values"
    page = browser.get("/patients/new-one/values").text
    assert "came from the EHR" in page
    assert 'value="female" selected' in page
    with here.browser() as later:
        here.opened(later, "oak")
        assert later.get("/patients/new-one/values").status_code == 404
