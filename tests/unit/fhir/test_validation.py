"""The validation itself: what is wrong is found, by whichever of the validators sees it."""

from typing import Any

import pytest

from tests.fhir.validation import faults_of

Json = dict[str, Any]

GOAL: Json = {
    "resourceType": "Goal",
    "id": "a",
    "lifecycleStatus": "proposed",
    "description": {"text": "Consider it."},
    "subject": {"reference": "Patient/1", "type": "Patient"},
    "target": [{"measure": {"text": "Weight"}, "detailQuantity": {"value": 80.5, "unit": "kg"}}],
}


def test_a_valid_resource_has_no_faults() -> None:
    assert faults_of(GOAL) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"lifecycleStatus": "bogus"},
        {"lifecycleStatus": None},
        {"subject": {"reference": "Device/1", "type": "Device"}},
        {"note": []},
        {"note": [{"text": ""}]},
        {"startDate": "2026-02-31T00:00"},
        {"unheardOf": 1},
        {"target": [{"detailBoolean": True, "detailString": "yes", "measure": {"text": "It"}}]},
        {"target": [{"detailQuantity": {"value": "80.5"}, "measure": {"text": "Weight"}}]},
    ],
    ids=repr,
)
def test_what_is_wrong_is_found(wrong: Json) -> None:
    assert faults_of(_bundle(GOAL | wrong)) != []


@pytest.mark.parametrize("reference", ["urn:uuid:b", "urn:uuid:a"])
def test_a_reference_must_lead_to_a_resource_that_may_stand_there(reference: str) -> None:
    assert faults_of(_bundle(GOAL | {"subject": {"reference": reference, "type": "Patient"}})) != []


def test_two_entries_cannot_be_the_same() -> None:
    bundle = _bundle(GOAL)
    assert faults_of(bundle) == []
    assert faults_of(bundle | {"entry": bundle["entry"] * 2}) != []


def _bundle(resource: Json) -> Json:
    entry = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
    return {"resourceType": "Bundle", "type": "collection", "entry": [entry]}
