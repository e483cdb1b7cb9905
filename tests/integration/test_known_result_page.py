"""A known result on the page over HTTP: entered by a form, with faults at their field, and told as it is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.engine.registry import ModelRegistry
from tests.asking import Person
from tests.integration.answers import Json, ask, found
from tests.integration.pages import HTML, HTMX, page_of
from tests.integration.serving import Servers, gateway, http_client, settings_for
from tests.wide import NAME, most_burdened, wide_model

TODAY = datetime.now(UTC).date()
HOSTILE = "\"><script>alert('Kanarienvogel')</script>"
HEART = "heart-disease"


@pytest.fixture(scope="module")
def client(servers: Servers, registry: ModelRegistry) -> Iterator[httpx.Client]:
    """A gateway of both models, and of one whose folder says nothing of a consultation."""
    models = {registry.name_of(one): one.model for one in registry.defaults()} | {NAME: wide_model()}
    hosted = ModelRegistry(models, registry.default)
    with gateway(settings_for(servers), hosted) as url, http_client(url) as client:
        yield client


@pytest.fixture
def answer(client: httpx.Client, question: Json) -> Json:
    return found(client, question)


def ago(days: int) -> str:
    return (TODAY - timedelta(days)).isoformat()


def enter(client: httpx.Client, answer: Json, headers: dict[str, str], **fields: str) -> httpx.Response:
    path = f"/patients/{answer['patient_id']}/result"
    return client.post(path, data={"answer": answer["id"]} | fields, headers=headers)


def part(text: str) -> str:
    """The part of a page that a result has, on one line."""
    line = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
    return line[line.index('<div id="result"') :].partition("</section>")[0]


def shown(client: httpx.Client, answer: Json) -> str:
    return part(page_of(client, answer["patient_id"], f"?answer={answer['id']}"))


def replaced_by(text: str) -> str:
    (named,) = set(re.findall(r'name="replaces" value="([0-9a-f-]{36})"', text))
    return str(named)


def test_without_a_result_there_is_a_form_and_nothing_is_claimed(client: httpx.Client, answer: Json) -> None:
    page = shown(client, answer)
    assert "Enter a result: HbA1c" in page
    for absent in ("counts", "Correct it", "Take it back", "https://"):
        assert absent not in page
    assert '<option value="mmol/mol">' in page


@pytest.mark.parametrize("headers", [HTML, HTMX], ids=["without scripts", "with scripts"])
def test_a_result_is_entered_corrected_and_taken_back(
    client: httpx.Client, answer: Json, headers: dict[str, str]
) -> None:
    def went_well(response: httpx.Response) -> None:
        if headers is HTMX:
            assert (response.status_code, response.headers["hx-refresh"]) == (200, "true")
        else:
            there = f"/patients/{answer['patient_id']}/interventions?answer={answer['id']}#result"
            assert (response.status_code, response.headers["location"]) == (303, there)

    went_well(enter(client, answer, headers, measured_on=ago(40), value=" 36 ", unit="mmol/mol"))
    page = shown(client, answer)
    assert "HbA1c was 36 mmol/mol (5.4 %) on " in page
    assert ": below the range of prediabetes.</b> This result counts; the estimate does not." in page
    assert "Enter a newer result" in page
    assert "ADA, Standards of Care" in page
    first = replaced_by(page)
    went_well(enter(client, answer, headers, measured_on=ago(40), value="6.1", unit="%", replaces=first))
    page = shown(client, answer)
    assert "HbA1c was 6.1 % on " in page
    assert "in the range of prediabetes" in page
    second = replaced_by(page)
    assert second != first
    went_well(enter(client, answer, headers, withdrawn="true", replaces=second))
    assert "was 6.1 %" not in shown(client, answer)
    (_, *_, oldest) = client.get(
        f"/patients/{answer['patient_id']}/measurements", params={"model": "dysglycaemia"}
    ).json()["measurements"]
    assert oldest["value"] in (5.44528, 6.1)


def test_an_old_result_says_so_on_the_page(client: httpx.Client, answer: Json) -> None:
    enter(client, answer, HTML, measured_on=ago(5 * 366), value="5.2", unit="%")
    page = shown(client, answer)
    assert "Measured 5 years ago: the estimate counts again, and a new result more." in page
    assert "A new test was due on" in page
    assert "the estimate does not." not in page


@pytest.mark.parametrize("headers", [HTML, HTMX], ids=["without scripts", "with scripts"])
@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"measured_on": "2999-01-01", "value": "5.4", "unit": "%"}, "Must not be in the future"),
        ({"measured_on": "1950-01-01", "value": "5.4", "unit": "%"}, "Must be at most 30 years ago"),
        ({"measured_on": ago(1), "value": "5,4", "unit": "%"}, "a decimal point, not a comma"),
        ({"measured_on": ago(1), "value": HOSTILE, "unit": "%"}, "Must be a number"),
        ({"measured_on": ago(1), "value": "1e999", "unit": "%"}, "Must be a finite number"),
        ({"measured_on": ago(1), "value": "54", "unit": "%"}, "Must be 3 to 20 %"),
        ({"measured_on": ago(1), "value": "5.4", "unit": "mmol/mol"}, "Must be 9.3 to 195.1 mmol/mol"),
        ({"measured_on": ago(1), "value": "5.4", "unit": HOSTILE}, "Must be % or mmol/mol"),
        ({"measured_on": ago(1), "value": "", "unit": "%"}, "Is required"),
        ({"measured_on": ago(1), "finding": "present"}, "Has no place here"),
        ({"measured_on": ago(1), "value": "5.4", "replaces": "me"}, "Must be a UUID"),
        ({"withdrawn": "true", "replaces": "0198c1de-0000-7000-8000-000000000000"}, "Is no result of this"),
        ({}, "Is required"),
    ],
)
def test_faults_stand_at_their_field_and_what_was_typed_stays(
    client: httpx.Client, answer: Json, headers: dict[str, str], fields: dict[str, str], fault: str
) -> None:
    refused = enter(client, answer, headers, **fields)
    assert refused.status_code == 422
    assert ("<!doctype html>" in refused.text) == (headers is HTML)
    assert refused.headers.get("hx-retarget") == ("#result" if headers is HTMX else None)
    page = part(refused.text)
    assert fault in page
    assert page.count("autofocus") == 1
    assert "<script>alert" not in refused.text
    for name in ("measured_on", "value"):
        if name in fields and fields[name] not in (HOSTILE, ""):
            assert f'value="{fields[name]}"' in page
    assert "Take it back" not in page


def test_a_result_is_not_corrected_behind_somebodys_back(client: httpx.Client, answer: Json) -> None:
    enter(client, answer, HTML, measured_on=ago(4), value="5.4", unit="%")
    seen = replaced_by(shown(client, answer))
    enter(client, answer, HTML, measured_on=ago(4), value="6.0", unit="%", replaces=seen)
    late = enter(client, answer, HTML, measured_on=ago(4), value="5.6", unit="%", replaces=seen)
    assert late.status_code == 409
    page = part(late.text)
    assert "HbA1c was 6.0 % on" in page
    assert "This result was corrected or taken back meanwhile, and yours was not stored." in page
    assert 'value="5.6"' in page
    now = replaced_by(page)
    assert now != seen
    enter(client, answer, HTML, measured_on=ago(4), value="5.6", unit="%", replaces=now)
    assert "HbA1c was 5.6 % on" in shown(client, answer)


def test_of_one_day_there_is_one_result(client: httpx.Client, answer: Json) -> None:
    enter(client, answer, HTML, measured_on=ago(4), value="5.4", unit="%")
    refused = enter(client, answer, HTMX, measured_on=ago(4), value="5.5", unit="%")
    assert refused.status_code == 409
    assert "Another result of that day is on record" in part(refused.text)


def test_the_second_model_asks_what_was_found(
    client: httpx.Client, patient_id: str, heart_patient: Person
) -> None:
    question = {"patient_id": patient_id, "model": HEART, "features": dict(heart_patient)}
    answer = ask(client, question, generator="search")
    before = shown(client, answer)
    assert "Shows no artery narrowed by half or more</option>" in before
    assert 'name="value"' not in before
    assert enter(client, answer, HTML, measured_on=ago(2), finding=HOSTILE).status_code == 422
    assert enter(client, answer, HTML, measured_on=ago(2), finding="absent").status_code == 303
    page = shown(client, answer)
    assert "Coronary angiography, " in page
    assert ": shows no artery narrowed by half or more.</b> This result counts" in page


def test_a_model_without_a_consultation_file_asks_about_its_outcome(
    client: httpx.Client, patient_id: str
) -> None:
    question = {"patient_id": patient_id, "model": NAME, "features": most_burdened()}
    answer = ask(client, question, generator="search")
    outcome = client.get(f"/models/{NAME}").json()["outcome"]
    assert f"Enter a result: {outcome[0].upper()}{outcome[1:]}" in shown(client, answer)
    assert enter(client, answer, HTML, measured_on=ago(2), finding="present").status_code == 303
    page = shown(client, answer)
    assert f"{outcome[0].upper()}{outcome[1:]}, " in page
    assert "https://" not in page


def test_links_of_a_refusal_lead_back_to_the_page(client: httpx.Client, answer: Json) -> None:
    path = f"/patients/{answer['patient_id']}"
    back = client.get(f"{path}/result?answer={answer['id']}", headers=HTML)
    assert back.status_code == 303
    assert back.headers["location"] == f"{path}/interventions?answer={answer['id']}"


def test_a_result_belongs_to_a_patient_on_record(client: httpx.Client, patient_id: str) -> None:
    nobody = client.post(f"/patients/{patient_id}/result", data={"value": "5.4"}, headers=HTML)
    assert nobody.status_code == 404
