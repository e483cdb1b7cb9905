"""OperationOutcome: valid for every status, and places in FHIRPath where they are places in a bundle."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fhir.operation_outcome import Fault, operation_outcome
from tests.fhir.validation import faults_of

steps = st.lists(
    st.sampled_from(["entry", "3", "resource", "valueQuantity", "fhir", "a-b", "", "~0"]), max_size=6
)


@pytest.mark.parametrize("status", [one for one in HTTPStatus if one >= 400])
def test_an_outcome_of_any_status_is_valid(status: HTTPStatus) -> None:
    told = operation_outcome(status, "It went wrong.")
    assert faults_of(told) == []
    assert told["issue"][0]["details"]["text"] == "It went wrong."
    assert "meta" not in told  # no AI says so


@given(st.lists(steps.map(lambda found: "".join(f"/{step}" for step in found)), min_size=1, max_size=4))
def test_faults_are_valid_wherever_they_are(pointers: list[str]) -> None:
    told = operation_outcome(422, "", [Fault.in_body(one, "is required") for one in pointers])
    assert faults_of(told) == []
    assert len(told["issue"]) == len(pointers)


def test_a_place_in_a_bundle_is_told_in_fhirpath() -> None:
    inside = Fault.in_body("/fhir/entry/3/resource/valueQuantity/code", "is not UCUM")
    outside = Fault.in_body("/features/bmi", "must be a number")
    parameter = Fault.in_parameter("limit", "must be 1 to 100")
    first, second, third = operation_outcome(422, "", [inside, outside, parameter])["issue"]
    assert first["expression"] == ["Bundle.entry[3].resource.valueQuantity.code"]
    assert "expression" not in second
    assert (second["diagnostics"], second["details"]["text"]) == (
        "/features/bmi",
        "/features/bmi must be a number",
    )
    assert third["expression"] == ["http.limit"]


@pytest.mark.parametrize(("status", "code"), [(401, "login"), (404, "not-found"), (500, "exception")])
def test_a_status_has_its_issue_type(status: int, code: str) -> None:
    assert operation_outcome(status, "It went wrong.")["issue"][0]["code"] == code
