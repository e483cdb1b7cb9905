"""What the service refuses it refuses in a form for programs; HEAD works wherever GET does."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.answers import Json, found
from tests.integration.pages import HTML
from tests.integration.serving import Servers, client_of, settings_for

NOBODY = "0198c1de-0000-7000-8000-000000000000"
"""Nothing has this id; it is written out so that every process of a run collects the same tests."""

TOKEN = "a-token-of-16-characters"


def problem_of(response: httpx.Response, status: int) -> Json:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: Json = response.json()
    assert problem["detail"].endswith(".")
    assert problem["detail"] != problem["title"]
    return problem


@pytest.mark.parametrize(
    ("path", "name", "place", "detail"),
    [
        ("/patients/P-1/interventions?before=x", "before", "query", "must be a UUID"),
        ("/patients/P-1/interventions?limit=x", "limit", "query", "must be a whole number"),
        ("/patients/P-1/interventions?limit=0", "limit", "query", "must be at least 1"),
        ("/augmentations?limit=101", "limit", "query", "must be at most 100"),
        ("/patients/a%20b/interventions", "patient_id", "path", "must be 1 to 64 letters"),
        ("/counterfactuals/x", "answer_id", "path", "must be a UUID"),
        (f"/models/{'x' * 65}", "name", "path", "must have at most 64 characters"),
        (f"/augmentations/{NOBODY}/rows?after=1", "after", "query", "must be a row's source_row and rank"),
    ],
)
def test_a_parameter_is_named_with_its_place(
    client: httpx.Client, path: str, name: str, place: str, detail: str
) -> None:
    (fault,) = problem_of(client.get(path), 422)["errors"]
    assert fault["detail"].startswith(detail)
    assert fault | {"parameter": name, "in": place} == fault
    assert "pointer" not in fault


def test_a_header_is_named_with_its_place(client: httpx.Client) -> None:
    body = {"source": {"kind": "population"}, "target_label": "low"}
    response = client.post("/augmentations", json=body, headers={"Idempotency-Key": "a b"})
    (fault,) = problem_of(response, 422)["errors"]
    assert (fault["parameter"], fault["in"]) == ("Idempotency-Key", "header")


def test_an_unknown_model_of_an_upload_is_a_parameter(client: httpx.Client) -> None:
    response = client.post(
        "/augmentations/uploads?model=nothing", content=b"age\n1\n", headers={"Content-Type": "text/csv"}
    )
    (fault,) = problem_of(response, 422)["errors"]
    assert (fault["parameter"], fault["in"]) == ("model", "query")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", f"/counterfactuals/{NOBODY}", 404),
        ("GET", "/static/nothing.css", 404),
        ("PUT", "/predictions", 405),
        ("POST", "/static/style.css", 405),
        ("OPTIONS", "/counterfactuals", 405),
        ("TRACE", "/livez", 405),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    problem_of(client.request(method, path), status)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/augmentations", "GET, HEAD, POST"),
        ("POST", f"/augmentations/{NOBODY}", "DELETE, GET, HEAD"),
        ("GET", "/counterfactuals", "POST"),
        ("DELETE", "/models", "GET, HEAD"),
        ("DELETE", "/", "GET, HEAD, POST"),
    ],
)
def test_every_method_that_an_address_takes_is_allowed(
    client: httpx.Client, method: str, path: str, allowed: str
) -> None:
    response = client.request(method, path)
    problem_of(response, 405)
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/counterfactuals", "/predictions", "/augmentations"])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
def test_what_does_not_say_that_it_is_json_is_of_another_kind(
    client: httpx.Client, path: str, kind: str | None
) -> None:
    response = client.post(path, content=b"{}", headers={"Content-Type": kind} if kind else None)
    assert "application/json" in problem_of(response, 415)["detail"]


def test_rows_come_in_no_other_form(client: httpx.Client) -> None:
    problem_of(client.get(f"/augmentations/{NOBODY}/rows", headers={"Accept": "image/png"}), 406)


@pytest.fixture(scope="module")
def guarded(servers: Servers) -> Iterator[httpx.Client]:
    with client_of(settings_for(servers, api_tokens=TOKEN)) as client:
        yield client


def test_without_a_token_a_program_is_told_what_to_send(guarded: httpx.Client) -> None:
    assert "Bearer" in problem_of(guarded.get("/models"), 401)["detail"]
    assert guarded.head("/models").status_code == 401


def test_without_a_token_a_person_is_told_what_to_type(guarded: httpx.Client) -> None:
    page = guarded.get("/", headers=HTML)
    assert page.status_code == 401
    assert "The password is a token" in page.text


OPEN = ("/livez", "/readyz", "/cds-services")
"""Whoever asks may know what CDS services there are, as CDS Hooks has it."""


def test_the_document_says_how_to_send_a_token(guarded: httpx.Client, client: httpx.Client) -> None:
    document = guarded.get("/openapi.json", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    schemes = document["components"]["securitySchemes"]
    assert {scheme["scheme"] for scheme in schemes.values()} == {"bearer", "basic"}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            is_open = path in OPEN
            taken = operation.get("security", [])
            assert [list(one) for one in taken] == ([] if is_open else [[name] for name in schemes])
            assert len({str(*one.values()) for one in taken}) <= 1
    assert document["paths"]["/predictions"]["post"]["security"][0] == {"token": ["predictions"]}
    assert document["paths"]["/models"]["get"]["security"][0] == {"token": []}
    assert "securitySchemes" not in client.get("/openapi.json").json()["components"]


NOT_COMPARED = {
    "x-request-id",
    "x-correlation-id",
    "date",
    "content-length",
    "transfer-encoding",
    "ratelimit",
}
"""What differs every time, what is left of a limit, and what a body that is streamed has alone."""


def same_headers(head: httpx.Response, get: httpx.Response) -> None:
    assert (head.status_code, head.content) == (get.status_code, b"")
    told, expected = ({k: v for k, v in one.headers.items() if k not in NOT_COMPARED} for one in (head, get))
    assert told == expected
    assert ("content-length" in head.headers) == ("content-length" in get.headers)


def get_paths(client: httpx.Client, question: Json) -> list[tuple[str, dict[str, str]]]:
    """An address for each GET, pages and files included."""
    answer = found(client, question)
    body = {"source": {"kind": "rows", "rows": [question["features"]]}, "target_label": "low"}
    job = client.post("/augmentations", json=body | {"on_invalid": "skip"}).json()
    filled = {"answer_id": answer["id"], "job_id": job["id"], "name": "dysglycaemia"} | {
        "patient_id": question["patient_id"]
    }
    document: Any = client.get("/openapi.json").json()
    paths = [path.format_map(filled) for path, operations in document["paths"].items() if "get" in operations]
    static = ["/", "/docs", "/openapi.json", "/static/style.css", "/nowhere"]
    events = f"/augmentations/{job['id']}/events"
    plain: list[tuple[str, dict[str, str]]] = [(path, {}) for path in [*paths, *static] if path != events]
    return [*plain, *((path, HTML) for path in paths if "interventions" in path or "card" in path)]


def test_head_is_get_without_the_body(client: httpx.Client, question: Json) -> None:
    addresses = get_paths(client, question)
    assert len(addresses) > 15
    for path, headers in addresses:
        same_headers(client.head(path, headers=headers), client.get(path, headers=headers))


def test_head_of_events_ends_although_the_job_goes_on(client: httpx.Client, question: Json) -> None:
    body = {"source": {"kind": "rows", "rows": [question["features"]]}, "target_label": "low"}
    job = client.post("/augmentations", json=body | {"on_invalid": "skip"}).json()
    head = client.head(f"/augmentations/{job['id']}/events")
    assert head.status_code == 200
    assert head.headers["content-type"].startswith("text/event-stream")
    assert client.get(f"/augmentations/{job['id']}").json()["state"] == "queued"
    client.delete(f"/augmentations/{job['id']}")


def test_head_of_what_only_takes_post_is_refused(client: httpx.Client) -> None:
    response = client.head("/predictions")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
