"""Whatever could be read in two ways is refused with its place, by every endpoint, present and to come."""

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from fastapi.routing import APIRoute

from app.faces.http.bodies import JsonRoute
from app.main import create_app
from tests.fhir.validation import faults_of
from tests.integration.answers import Json, found
from tests.integration.serving import Servers, client_of, row_counts, settings_for

NOBODY = "0198c1de-0000-7000-8000-000000000000"
SECRET = "Kanarienvogel"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
FHIR = "application/fhir+json"


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers)) as client:
        yield client


@pytest.fixture(scope="module")
def takes_json(client: httpx.Client) -> list[tuple[str, str]]:
    """Every call that takes JSON, by the service's own document."""
    paths = client.get("/openapi.json").json()["paths"]
    found = [
        (method.upper(), path.replace("{answer_id}", NOBODY))
        for path, operations in paths.items()
        for method, operation in operations.items()
        if JSON in operation.get("requestBody", {}).get("content", {})
    ]
    assert len(found) >= 4
    return found


@pytest.fixture(autouse=True)
def nothing_recorded(
    database: "psycopg.Connection[tuple[Any, ...]]", request: pytest.FixtureRequest
) -> Iterator[None]:
    if "answer" in request.fixturenames:
        request.getfixturevalue("answer")
    before = row_counts(database)
    yield
    assert row_counts(database) == before


@pytest.fixture
def answer(client: httpx.Client, question: Json) -> Json:
    return found(client, question)


def refused(response: httpx.Response, status: int = 422) -> list[str]:
    """The places of a refusal: pointers into the body, names of parameters."""
    assert response.status_code == status, response.text
    assert SECRET not in response.text
    if response.headers["content-type"] == FHIR:  # as CDS services answer
        assert faults_of(response.json()) == []
        return [issue.get("diagnostics", "") for issue in response.json()["issue"]]
    assert response.headers["content-type"] == "application/problem+json"
    faults = response.json()["errors"]
    assert all(("pointer" in fault) != (fault.get("in") == "query") for fault in faults)
    return [fault["pointer"] if "pointer" in fault else fault["parameter"] for fault in faults]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"features": {"sbp": 131, "age": 54, "sbp": 111}}', "/features/sbp"),
        ('{"constraints": {"max_changes": 1}, "constraints": {}}', "/constraints"),
        ('{"source": {"rows": [{}, {"bmi": 33.1, "bmi": 43.1}]}}', "/source/rows/1/bmi"),
        (f'{{"features": {{"{SECRET} M": 1, "{SECRET} M": 1}}}}', "/features"),
        ('{"features": {"sbp": NaN}}', "/features/sbp"),
        ('{"features": {"sbp": -Infinity}}', "/features/sbp"),
        ('{"note": "\\ud83d"}', "/note"),
    ],
)
def test_a_body_that_can_be_read_in_two_ways_is_refused_everywhere(
    client: httpx.Client, takes_json: list[tuple[str, str]], body: str, pointer: str
) -> None:
    for method, path in takes_json:
        for kind in (JSON, "application/fhir+json; charset=utf-8"):
            response = client.request(method, path, content=body, headers={"Content-Type": kind})
            assert refused(response) == [pointer], path


@pytest.mark.parametrize("depth", [40, 300, 900, 20_000])
@pytest.mark.parametrize("around", ['{"features": ', '{"source": {"kind": "rows", "rows": [{"bmi": '])
def test_what_is_nested_deep_is_no_request(
    client: httpx.Client, takes_json: list[tuple[str, str]], around: str, depth: int
) -> None:
    closing = "}" if "source" not in around else '}]}, "target_label": "low"}'
    body = around + "[" * depth + "]" * depth + closing
    for method, path in takes_json:
        response = client.request(method, path, content=body, headers={"Content-Type": JSON})
        assert refused(response, 400) == [""], path


def test_no_endpoint_reads_json_in_another_way(servers: Servers) -> None:
    routes = [route for route in create_app(settings_for(servers)).routes if isinstance(route, APIRoute)]
    assert [one.path for one in routes if one.body_field and not isinstance(one, JsonRoute)] == []


def test_a_compressed_body_is_refused_everywhere(
    client: httpx.Client, takes_json: list[tuple[str, str]]
) -> None:
    for method, path in [*takes_json, ("POST", "/augmentations/uploads"), ("POST", "/")]:
        response = client.request(method, path, content=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
        assert response.status_code == 415, path
        assert "compressed" in response.text
        assert response.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "path",
    [
        "/augmentations",
        "/patients/P-1/interventions",
        f"/augmentations/{NOBODY}/rows",
        "/models",
        "/readyz",
        "/livez",
    ],
)
@pytest.mark.parametrize("name", ["before", "limit", "after", "model"])
def test_a_parameter_has_one_value(client: httpx.Client, path: str, name: str) -> None:
    twice = f"{name}={NOBODY}&{name}={SECRET}"
    assert refused(client.get(f"{path}?{twice}&other=5")) == [name]


def test_a_parameter_that_is_no_name_is_not_repeated(client: httpx.Client) -> None:
    assert refused(client.get(f"/models?{SECRET}%20M=1&{SECRET}%20M=1")) == ["a parameter"]


@pytest.mark.parametrize("limit", ["1_0", "5.0", "%205", "%D9%A3", "+5", "5e0", "0x5", "", "9" * 5_000])
@pytest.mark.parametrize("path", ["/augmentations", "/patients/P-1/interventions"])
def test_a_number_in_a_query_is_digits_alone(client: httpx.Client, path: str, limit: str) -> None:
    assert refused(client.get(f"{path}?limit={limit}")) == ["limit"]


@pytest.mark.parametrize("after", ["1.%D9%A3", "1_0.1", "1.1%0A", "-1.1"])
def test_a_cursor_is_digits_alone(client: httpx.Client, after: str) -> None:
    assert refused(client.get(f"/augmentations/{NOBODY}/rows?after={after}")) == ["after"]


@pytest.mark.parametrize(
    ("path", "name", "pointer"),
    [
        ("/patients/P-1/interventions", "value.bmi", "/bmi"),
        ("/patients/P-1/what-if", "at.bmi", "/bmi"),
        ("/patients/P-1/what-if", "answer", "/answer"),
        ("/", "patient", "/patient"),
        (f"/counterfactuals/{NOBODY}/feedback", "verdict", "/verdict"),
        ("/", f"{SECRET} M", ""),
    ],
)
def test_a_field_of_a_form_has_one_value(client: httpx.Client, path: str, name: str, pointer: str) -> None:
    body = httpx.QueryParams([(name, "27"), ("x", "1"), (name, SECRET)])
    response = client.post(path, content=str(body), headers={"Content-Type": FORM})
    assert refused(response) == [pointer]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("3_3", "must be a number"),
        ("٣٣", "must be a number"),
        ("nan", "must be a number"),
        ("inf", "must be a number"),
        ("1e999", "must be a finite number"),
        ("33,1", "must be a number with a decimal point, not a comma"),
        ("3 3", "must be a number"),
    ],
)
def test_a_number_in_a_form_is_read_by_its_grammar(client: httpx.Client, text: str, why: str) -> None:
    response = client.post("/patients/P-1/interventions", data={"value.bmi": text})
    assert refused(response) == ["/bmi"]
    assert response.json()["errors"][0]["detail"] == why


@pytest.mark.parametrize("place", ["1_0", "+-1", "٣", " 1", "1.0", "9" * 50])
def test_a_place_of_a_lever_is_digits_alone(client: httpx.Client, answer: Json, place: str) -> None:
    path = f"/patients/{answer['patient_id']}/what-if"
    assert refused(client.post(path, data={"answer": answer["id"], "at.bmi": place})) == ["/bmi"]


def test_an_id_in_a_form_is_a_uuid_alone(client: httpx.Client, answer: Json) -> None:
    path = f"/patients/{answer['patient_id']}/what-if"
    odd = answer["id"].replace("-", "")
    for text in (odd[:4] + "_" + odd[5:], "٣" + odd[1:]):
        assert refused(client.post(path, data={"answer": text})) == ["/answer"]
