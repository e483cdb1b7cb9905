"""The other faces: a patient's interventions, models, operations, documentation, and who may call."""

import json
import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from app.settings import Settings
from tests.asking import Person
from tests.integration.answers import Json, ask, found, told
from tests.integration.serving import Servers, client_of, settings_for

TOKEN, OTHER_TOKEN = "a-token-of-the-ehr-0001", "a-token-of-the-lab-0002"


def interventions(client: httpx.Client, patient_id: str, **params: str | int) -> Json:
    response = client.get(f"/patients/{patient_id}/interventions", params=params)
    assert response.status_code == 200
    page: Json = response.json()
    assert page["patient_id"] == patient_id
    return page


def assert_problem(response: httpx.Response, status: int) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_a_patients_answers_come_newest_first_in_pages(client: httpx.Client, question: Json) -> None:
    asked = [found(client, question, count=count) for count in range(1, 6)]
    newest_first = [told(answer) for answer in reversed(asked)]
    pages = [interventions(client, question["patient_id"], limit=2)]
    while cursor := pages[-1]["next"]:
        pages.append(interventions(client, question["patient_id"], limit=2, before=cursor))
    assert [len(page["answers"]) for page in pages] == [2, 2, 1]
    assert [told(answer) for page in pages for answer in page["answers"]] == newest_first
    assert len(interventions(client, question["patient_id"])["answers"]) == 5


def test_a_full_last_page_has_no_next(client: httpx.Client, question: Json) -> None:
    for count in (1, 2):
        found(client, question, count=count)
    assert interventions(client, question["patient_id"], limit=2)["next"] is None


def test_before_the_oldest_there_is_nothing(client: httpx.Client, question: Json) -> None:
    answer = found(client, question)
    page = interventions(client, question["patient_id"], before=answer["id"])
    assert (page["answers"], page["next"]) == ([], None)


def test_a_repeated_question_is_listed_once(client: httpx.Client, question: Json) -> None:
    found(client, question)
    found(client, question)
    assert len(interventions(client, question["patient_id"])["answers"]) == 1


def test_patients_do_not_see_one_another(client: httpx.Client, question: Json) -> None:
    mine = found(client, question)
    other = found(client, question, patient_id=question["patient_id"].upper())
    page = interventions(client, question["patient_id"])
    assert [answer["id"] for answer in page["answers"]] == [mine["id"]]
    assert other["id"] != mine["id"]


def test_an_unknown_patient_is_not_found(client: httpx.Client, patient_id: str) -> None:
    assert_problem(client.get(f"/patients/{patient_id}/interventions"), 404)


def test_the_hosted_models(client: httpx.Client) -> None:
    models = client.get("/models").json()
    (default,) = [model for model in models if model["default"]]
    detail = client.get(f"/models/{default['name']}").json()
    assert detail.items() >= default.items()
    assert set(detail["actionable"]) & {"age", "sex", "ethnicity", "height", "waist", "weight"} == set()
    assert {"age", "sex", "ethnicity", "height"} <= set(detail["fixed"])
    assert re.fullmatch(r"[0-9a-f]{64}", detail["digest"])
    assert detail["committee_size"] == 40


def test_the_schema_of_a_model_tells_good_from_bad(client: httpx.Client, helpable: Person) -> None:
    response = client.get("/models/dysglycaemia/schema")
    assert response.headers["content-type"] == "application/schema+json"
    schema = response.json()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert validator.is_valid(helpable)
    assert validator.is_valid(helpable | {"weight": None})
    for fault in ({"bmi": 101}, {"sex": "x"}, {"age": 54.5}, {"active_travel": "yes"}, {"shoe_size": 44}):
        assert not validator.is_valid(helpable | fault)
    assert not validator.is_valid({name: value for name, value in helpable.items() if name != "bmi"})


@pytest.mark.parametrize("path", ["/models/nothing", "/models/nothing/schema"])
def test_an_unknown_model_is_not_found(client: httpx.Client, path: str) -> None:
    assert_problem(client.get(path), 404)


def test_an_unknown_answer_is_not_found(client: httpx.Client) -> None:
    assert_problem(client.get(f"/counterfactuals/{uuid4()}"), 404)


def test_alive_and_ready(client: httpx.Client) -> None:
    assert client.get("/livez").is_success
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "database": True, "classifier": None, "cache": True, "llm": True}


def test_metrics_count_by_route_and_hold_no_ids(client: httpx.Client, question: Json) -> None:
    answer = found(client, question)
    client.get(f"/counterfactuals/{answer['id']}")
    interventions(client, question["patient_id"])
    metrics = client.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "{patient_id}" in metrics.text
    assert question["patient_id"] not in metrics.text
    assert answer["id"] not in metrics.text


def test_the_documentation_loads(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert client.get("/openapi.json").json()["info"]["title"] == "Turnpoint"


def test_the_documentation_needs_no_other_host(client: httpx.Client) -> None:
    page = client.get("/docs").text
    assert "https://" not in page
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded
    assert all(client.get(path).is_success for path in loaded)


def test_the_documentation_defines_every_schema_it_names(client: httpx.Client) -> None:
    text = client.get("/openapi.json").text
    named = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert named <= set(json.loads(text)["components"]["schemas"])


def test_the_examples_of_the_documentation_are_accepted(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    examples = {
        path: operations["post"]["requestBody"]["content"]["application/json"]["example"]
        for path, operations in document["paths"].items()
        if "application/json" in operations.get("post", {}).get("requestBody", {"content": {}})["content"]
    }
    feedback = "/counterfactuals/{answer_id}/feedback"
    plans = "/patients/{patient_id}/plans"
    results = "/patients/{patient_id}/measurements"
    call, reported = "/cds-services/{service_id}", "/cds-services/{service_id}/feedback"
    expected = {
        "/augmentations",
        "/counterfactuals",
        "/predictions",
        feedback,
        plans,
        results,
        call,
        reported,
    }
    assert set(examples) == expected
    service = {"service_id": "interventions-dysglycaemia"}
    client.post(call.format(**service), json=examples[call]).raise_for_status()
    client.post(reported.format(**service), json=examples[reported]).raise_for_status()
    job = client.post("/augmentations", json=examples["/augmentations"])
    assert client.delete(job.headers["location"]).json()["state"] == "cancelled"
    assert client.post("/predictions", json=examples["/predictions"]).json()["label"] == "high"
    answer = found(client, examples["/counterfactuals"], generator="search")
    said = examples[feedback] | {"counterfactual_id": answer["counterfactuals"][0]["id"]}
    client.post(feedback.format(answer_id=answer["id"]), json=said).raise_for_status()
    other = found(client, examples["/counterfactuals"], generator="search", count=1)
    planned = examples[plans] | {"counterfactual_id": other["counterfactuals"][0]["id"]}
    client.post(plans.format(patient_id=answer["patient_id"]), json=planned).raise_for_status()
    client.post(results.format(patient_id=answer["patient_id"]), json=examples[results]).raise_for_status()


@pytest.mark.parametrize("path", ["/models", "/livez", "/nowhere", "/counterfactuals/nonsense"])
def test_every_response_has_safe_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["cache-control"] == "private, no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    UUID(headers["x-request-id"])


@pytest.fixture(scope="module")
def guarded(servers: Servers) -> Iterator[httpx.Client]:
    """A gateway that knows two callers."""
    patient = settings_for(servers, api_tokens=f"{TOKEN}, {OTHER_TOKEN}", refusals_per_minute=1000)
    with client_of(patient) as client:
        yield client


WRONG = (
    "",
    "Bearer",
    "Bearer wrong",
    f"Bearer {TOKEN}x",
    f"Bearer {TOKEN[:-1]}",
    f"Basic {TOKEN}",
    TOKEN,
    f"Bearer {TOKEN}, {OTHER_TOKEN}",
    f"Bearer {TOKEN} {OTHER_TOKEN}",
)


@pytest.mark.parametrize("authorization", WRONG)
def test_without_a_right_token_nobody_gets_in(
    guarded: httpx.Client, question: Json, authorization: str
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    for method, path in (
        ("POST", "/counterfactuals"),
        ("POST", "/predictions"),
        ("GET", f"/counterfactuals/{uuid4()}"),
        ("GET", "/patients/P-1/interventions"),
        ("GET", "/models"),
        ("GET", "/models/dysglycaemia"),
        ("GET", "/models/dysglycaemia/schema"),
        ("GET", "/models/dysglycaemia/drift"),
    ):
        body = question if method == "POST" else None
        response = guarded.request(method, path, json=body, headers=headers)
        assert_problem(response, 401)
        assert response.headers["www-authenticate"] == (
            'Bearer error="invalid_token"' if authorization.startswith("Bearer") else "Bearer"
        )


def test_with_a_right_token_a_caller_gets_in(guarded: httpx.Client, question: Json) -> None:
    for authorization in (f"Bearer {TOKEN}", f"bearer {OTHER_TOKEN}"):
        guarded.headers["Authorization"] = authorization
        assert ask(guarded, question)["status"] == "found"
        del guarded.headers["Authorization"]


def test_probes_are_open_to_everybody_and_figures_to_whoever_runs_the_service(guarded: httpx.Client) -> None:
    assert all(guarded.get(path).is_success for path in ("/livez", "/readyz"))
    for path in ("/metrics", "/readyz?verbose", "/readyz?verbose=0", "/docs", "/openapi.json"):
        assert guarded.get(path).status_code == 401
        assert guarded.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).is_success


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "turnpoint.example"])
def test_beyond_this_machine_callers_must_be_known(host: str) -> None:
    with pytest.raises(ValidationError, match="API_TOKENS"):
        Settings(host=host, api_tokens=())
    assert Settings(host=host, api_tokens=TOKEN).api_tokens[0].get_secret_value() == TOKEN  # type: ignore[arg-type]


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ValidationError, match="16 characters"):
        Settings(api_tokens="short")  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_on_this_machine_alone_tokens_may_be_left_out(host: str) -> None:
    assert Settings(host=host, api_tokens=()).is_loopback
