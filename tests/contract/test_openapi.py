"""The service keeps to its own OpenAPI document, whatever a caller sends."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS

from tests.asking import Person
from tests.documents import assert_leads_somewhere, places, put
from tests.fhir.validation import faults_of
from tests.integration.serving import SECONDS, http_client

Json = Any
EXAMPLES = 20
CANARY = "Kanarienvogel"
PROBLEM, FHIR = "application/problem+json", "application/fhir+json"
ERASURE = "DELETE /patients/{patient_id}"
METHODS = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")

_BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
_ODD = st.sampled_from(
    ["", ",", ";", "=", "*", "*/*;q=x", "text/html", "text/html;q=0.9,*/*", "null", "é", "a" * 9000]
) | st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_categories=["Cc", "Zs"]), max_size=40
)
_NAMES = (
    *("Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Content-Encoding", "Content-Type"),
    *("Cookie", "Forwarded", "HX-Request", "Idempotency-Key", "If-Match", "If-None-Match", "Origin"),
    *("Prefer", "Range", "Referer", "Sec-Fetch-Site", "X-Forwarded-For", "X-Request-ID", "traceparent"),
)
HEADERS = st.dictionaries(st.sampled_from(_NAMES), _ODD, min_size=1, max_size=4)
"""What hostile callers, and odd proxies, may send beside a request."""


ODD_VALUES = st.sampled_from(
    [CANARY, [CANARY], {f"{CANARY} M": 1}, 987654.25, None, True, "", [], {}, 10**30]
)


@dataclass(frozen=True, slots=True)
class Known:
    """What exists on the service: its document, and what its ids may be put to."""

    text: str
    operations: list[Any]
    ids: Mapping[str, str]
    person: Person


@pytest.fixture(scope="module")
def known(url: str, helpable: Person) -> Known:
    document = schemathesis.openapi.from_url(f"{url}/openapi.json")
    found: list[Any] = list(document.get_all_operations())
    with http_client(url) as client:
        question = {"patient_id": f"test-{uuid4()}", "features": dict(helpable), "generator": "search"}
        answer = client.post("/counterfactuals", json=question).json()
        body = {"source": {"kind": "rows", "rows": [dict(helpable)]}, "target_label": "low"}
        job = client.post("/augmentations", json=body | {"on_invalid": "skip"}).json()
        option = {"counterfactual_id": answer["counterfactuals"][0]["id"]}
        plan = client.post(f"/patients/{question['patient_id']}/plans", json=option).json()
        text = client.get("/openapi.json").text + client.get("/models/dysglycaemia/schema").text
    ids = {"answer_id": answer["id"], "patient_id": question["patient_id"], "job_id": job["id"]}
    ids |= {"plan_id": plan["id"], "service_id": "interventions-dysglycaemia"}
    return Known(text, [one.ok() for one in found], {**ids, "name": "dysglycaemia"}, helpable)


def each_operation(known: Known, subtests: pytest.Subtests, check: Callable[[Any], None]) -> None:
    assert len(known.operations) > 20
    for operation in known.operations:
        with (
            subtests.test(operation.label),
            suppress(Unsatisfiable),
        ):  # one that takes nothing has no bad ones
            check(operation)


def made_real(case: Case[Any], known: Known) -> None:
    """Put the case to things that exist: otherwise all that is seen is that they do not."""
    if isinstance(case.body, dict) and "features" in case.body:
        case.body["features"] = dict(known.person)
    ids = known.ids
    if case.operation.label == ERASURE:  # nobody whom the other cases are about
        ids = {**ids, "patient_id": "test-nobody"}
    for name in case.path_parameters or {}:
        case.path_parameters[name] = ids[name]


def values_in(node: Json) -> Iterator[str]:
    """Whatever was sent as a value, as text: of some length, since short ones are everywhere."""
    if isinstance(node, dict):
        for part in node.values():
            yield from values_in(part)
    elif isinstance(node, list):
        for part in node:
            yield from values_in(part)
    elif isinstance(node, str | int | float) and len(str(node)) >= 6:
        yield str(node)


def was_not_read(response: Any) -> bool:
    """A head or an address so long that nothing of it was looked at: no operation answers."""
    if response.status_code == 431:
        assert set(response.json()) == {"type", "title", "status", "detail"}
    return response.status_code in (414, 431)


def assert_well_refused(case: Case[Any], response: Any, known: Known) -> None:
    """Never a fault of the server's; a refusal is a problem document or a page, and repeats no value."""
    assert response.status_code < 500, response.text
    assert str(UUID(response.headers["x-correlation-id"][0]))
    if response.status_code < 400:
        return
    sent = [case.body, case.path_parameters or {}, case.query or {}, dict(case.headers or {})]
    for value in values_in(sent):
        assert value in known.text or value not in response.text, "an error repeats what was sent"
    (kind,) = response.headers["content-type"]
    if kind.startswith("text/html"):
        return
    if kind == FHIR:
        assert faults_of(response.json()) == []
        return
    assert kind == PROBLEM
    assert_problem(response.json(), response.status_code, case.body)


def assert_problem(problem: Json, status: int, body: Json) -> None:
    if problem.get("resourceType") == "OperationOutcome":  # as CDS services answer
        assert faults_of(problem) == []
        return
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"].endswith(".")
    for fault in problem.get("errors", []):
        assert set(fault) in ({"pointer", "detail"}, {"parameter", "in", "detail"})
        if "pointer" in fault and isinstance(body, dict):
            assert_leads_somewhere(fault["pointer"], body)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
def test_every_operation_keeps_its_contract(
    known: Known, mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    # Not checked: which features are good is said by /models/{name}/schema, not by the OpenAPI document.
    skipped: Any = CHECKS.get_by_names(["positive_data_acceptance"])

    def check(operation: Any) -> None:
        @_BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
        def keeps_its_contract(case: Case[Any], real: bool) -> None:
            if real:
                made_real(case, known)
            is_as_bad = not real or mode is GenerationMode.POSITIVE
            response = case.call()
            if was_not_read(response):
                return
            if is_as_bad and response.status_code != 413:  # of what is too long nothing is looked at
                case.validate_response(response, excluded_checks=skipped)
            assert_well_refused(case, response, known)

        keeps_its_contract()

    each_operation(known, subtests, check)


def test_hostile_headers_do_no_harm(known: Known, subtests: pytest.Subtests) -> None:
    def check(operation: Any) -> None:
        @_BOUNDED
        @given(case=operation.as_strategy(), headers=HEADERS)
        def does_no_harm(case: Case[Any], headers: Mapping[str, str]) -> None:
            made_real(case, known)
            encoded = {name: value.encode("latin-1") for name, value in headers.items()}
            case.headers.update(headers)
            response = case.call(headers=encoded)
            if was_not_read(response):
                return
            assert_well_refused(case, response, known)
            allowed = {int(status) for status in operation.responses.status_codes}
            assert response.status_code in allowed | {304, 406, 415}  # 415: a compressed body, anywhere

        does_no_harm()

    each_operation(known, subtests, check)


def test_a_value_of_another_kind_is_refused_where_it_stands(
    url: str, known: Known, subtests: pytest.Subtests
) -> None:
    """Requests of the examples with one value put to something else."""
    document = json.loads(httpx.get(f"{url}/openapi.json", timeout=SECONDS, trust_env=False).text)
    with http_client(url) as client:
        for path, paths in document["paths"].items():
            content = paths.get("post", {}).get("requestBody", {}).get("content", {})
            example = content.get("application/json", {}).get("example")
            if example is None:
                continue

            with subtests.test(path):
                refuses_odd_values(client, path.format_map(known.ids), example)


def refuses_odd_values(client: httpx.Client, path: str, good: Json) -> None:
    @_BOUNDED
    @given(at=st.sampled_from(list(places(good))), value=ODD_VALUES)
    def is_refused(at: tuple[int | str, ...], value: Json) -> None:
        body = put(good, at, value)
        response = client.post(path, json=body)
        assert response.status_code in (200, 201, 202, 409, 412, 422)
        if response.is_error:
            assert_problem(response.json(), response.status_code, body)
            assert CANARY not in response.text
            assert "987654" not in response.text

    is_refused()


def test_other_methods_are_refused_everywhere(url: str) -> None:
    document = httpx.get(f"{url}/openapi.json", timeout=SECONDS, trust_env=False).json()
    with http_client(url) as client:
        for path, operations in document["paths"].items():
            filled = path.format_map(dict.fromkeys(("answer_id", "job_id", "plan_id"), uuid4()) | _NAMED)
            for method in (one for one in METHODS if one.lower() not in operations):
                if (method, path) in _OTHERS:
                    continue
                response = client.request(method, filled)
                assert response.status_code == 405, (method, path)
                assert_problem(response.json(), 405, None)
                taken = {*(one.upper() for one in operations)} | ({"HEAD"} if "get" in operations else set())
                assert taken <= set(response.headers["allow"].split(", "))


_NAMED = {"patient_id": "P-1", "name": "dysglycaemia", "service_id": "interventions-dysglycaemia"}
_OTHERS = {
    ("POST", "/patients/{patient_id}/interventions"),  # a form's
    ("POST", "/patients/{patient_id}/plans/{plan_id}"),  # a form's
    ("GET", "/augmentations/uploads"),  # a job's, by the look of it
    ("DELETE", "/augmentations/uploads"),
}

FIELDS = st.dictionaries(
    st.sampled_from(
        [
            *("answer", "model", "patient", "value.bmi", "value.sex", "at.bmi", "at.sleep", "lock.bmi", "x"),
            *("counterfactual_id", "name", "note", "review_on", "plan.name", "plan.review_on", "kind"),
            *("replaces", "reason"),
        ]
    ),
    st.text(max_size=30) | st.sampled_from(["1e999", "nan", "1_3", "-1", "0", CANARY]),
    max_size=5,
)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/patients/{patient_id}/what-if",
        "/patients/{patient_id}/interventions",
        "/patients/{patient_id}/plan",
        "/patients/{patient_id}/plans/{plan_id}",
    ],
)
def test_forms_of_the_page_do_no_harm(url: str, known: Known, path: str) -> None:
    with http_client(url) as client:

        @_BOUNDED
        @given(fields=FIELDS, real=st.booleans(), browser=st.booleans())
        def does_no_harm(fields: dict[str, str], real: bool, browser: bool) -> None:
            sent = fields | ({"answer": known.ids["answer_id"]} if real else {})
            headers = {"Accept": "text/html"} if browser else {}
            response = client.post(path.format_map(known.ids), data=sent, headers=headers)
            assert response.status_code < 500, response.text
            if response.is_error and not browser:
                assert_problem(response.json(), response.status_code, None)
                assert CANARY not in response.text

        does_no_harm()
