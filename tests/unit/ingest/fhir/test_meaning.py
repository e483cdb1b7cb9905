"""What changes the meaning of a resource, its subject or its unit is heeded, or the resource is not used."""

from datetime import date
from typing import Any

import pytest

from app.domain.errors import InvalidInputError
from app.engine.registry import ServedModel
from app.ingest.fhir.reading import read_bundle
from app.ingest.fhir.record import PatientRecord
from app.outbound.fhir.bundles import with_own_references
from app.usecases.patient_record import patient_of
from tests.fhir_people import SNOMED, UCUM, Resource, bundle, observation, patient, pressure

TODAY = date(2026, 11, 29)
UNKNOWN = [{"url": "https://ehr.example/negated", "valueBoolean": True}]


def read(served: ServedModel, *resources: Resource) -> PatientRecord:
    return read_bundle(served.ehr, bundle(*resources), TODAY)


def weight(value: float = 95, unit: str = "kg", **more: Any) -> Resource:
    return observation("29463-7", value, unit, **more)


def reasons(record: PatientRecord, feature: str) -> list[str]:
    return [one.reason.value for one in record.not_used if one.feature == feature]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"modifierExtension": UNKNOWN}, "modified"),
        ({"implicitRules": "https://ehr.example/rules"}, "modified"),
        ({"focus": [{"reference": "Patient/fetus"}]}, "other_focus"),
        ({"dataAbsentReason": {"text": "error"}}, "said_absent"),
    ],
)
def test_what_changes_the_meaning_is_not_used(served: ServedModel, more: Resource, reason: str) -> None:
    record = read(served, patient(), weight(**more))
    assert reasons(record, "weight") == [reason]
    outcome = read(served, patient(), observation("4548-4", 7.5, "%", **more))
    assert (outcome.outcome, reasons(outcome, "HbA1c")) == (None, [reason])


def test_components_may_be_modified_too(served: ServedModel) -> None:
    panel = pressure(150, 90)
    panel["component"][0] |= {"modifierExtension": UNKNOWN}
    assert reasons(read(served, patient(), panel), "sbp") == ["modified"]


def test_a_modified_patient_tells_nothing(served: ServedModel) -> None:
    record = read(served, patient() | {"modifierExtension": UNKNOWN})
    assert record.features == {}
    assert reasons(record, "age") == reasons(record, "sex") == ["modified"]


def faults(served: ServedModel, *resources: Resource) -> list[str]:
    with pytest.raises(InvalidInputError) as refused:
        read(served, *resources)
    return [one.pointer for one in refused.value.issues]


def test_a_replaced_patient_is_refused(served: ServedModel) -> None:
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p2"}}]
    own = patient() | {"active": False, "link": link}
    assert faults(served, own) == ["/fhir/entry/0/resource/link"]


def test_who_is_dead_in_the_newest_copy_is_refused_in_any_order(served: ServedModel) -> None:
    dead = patient() | {"deceasedBoolean": True, "meta": {"lastUpdated": "2026-05-01T23:30:00-05:00"}}
    alive = patient() | {"meta": {"lastUpdated": "2026-05-02T01:00:00Z"}}
    assert faults(served, dead, alive) == ["/fhir/entry/0/resource/deceasedBoolean"]
    assert faults(served, alive, dead) == ["/fhir/entry/1/resource/deceasedBoolean"]
    bare = patient() | {"deceasedBoolean": True}
    assert faults(served, patient(), bare)
    assert faults(served, bare, patient())


def test_two_sexes_under_one_id_are_conflicting(served: ServedModel) -> None:
    for pair in ((patient(), patient(gender="male")), (patient(gender="male"), patient())):
        record = read(served, *pair)
        assert reasons(record, "sex") == ["conflicting"]
        assert "sex" not in record.features


BASE = "https://ehr.example/fhir"


@pytest.mark.parametrize(
    ("patients", "own", "reference", "is_theirs"),
    [
        (f"{BASE}/Patient/p1", f"{BASE}/Observation/w", "Patient/p1", True),
        (f"{BASE}/Patient/p1", "https://other.example/fhir/Observation/w", "Patient/p1", False),
        (f"{BASE}/Patient/p1", None, "https://other.example/fhir/Patient/p1", False),
        (None, None, "https://other.example/fhir/Patient/p1", False),
    ],
)
def test_the_same_id_elsewhere_is_somebody_else(
    served: ServedModel, patients: str | None, own: str | None, reference: str, is_theirs: bool
) -> None:
    told = bundle(patient(), weight(subject={"reference": reference}))
    for entry, url in zip(told["entry"], (patients, own), strict=True):
        entry |= {"fullUrl": url} if url else {}
    assert ("weight" in read_bundle(served.ehr, told, TODAY).features) is is_theirs


def test_a_server_may_name_the_patient_by_its_own_address(served: ServedModel) -> None:
    own = weight(subject={"reference": f"{BASE}/Patient/p1"})
    for base, is_theirs in ((BASE, True), (f"{BASE}/", True), ("https://ehr.example/fh", False)):
        told = with_own_references([patient(), own], base)
        assert ("weight" in read(served, *map(dict, told)).features) is is_theirs


@pytest.mark.parametrize(
    ("told", "feature", "reason"),
    [
        (observation("64218-1", 2, "{pack}/d"), "cigarettes", "other_quantity"),
        (weight(210, "kg{lb}"), "weight", "other_quantity"),
        (observation("8302-2", 63, "cm{in}"), "height", "other_quantity"),
        (
            weight(valueQuantity={"value": 210, "unit": "lb", "system": UCUM, "code": "kg"}),
            "weight",
            "conflicting",
        ),
        (
            weight(valueQuantity={"value": 95, "unit": "kg", "system": SNOMED, "code": "258683005"}),
            "weight",
            "unknown_unit",
        ),
    ],
)
def test_units_that_name_another_thing_are_not_used(
    served: ServedModel, told: Resource, feature: str, reason: str
) -> None:
    record = read(served, patient(), told)
    assert (reasons(record, feature), feature in record.features) == ([reason], False)


@pytest.mark.parametrize("unit", ["{cigs}/d", "{Cigarettes}/d"])
def test_known_annotations_are_units(served: ServedModel, unit: str) -> None:
    assert read(served, patient(), observation("64218-1", 12, unit)).features["cigarettes"] == 12


@pytest.mark.parametrize(
    ("code", "unit", "values", "feature", "usual"),
    [("8302-2", "cm", (150, 190), "height", 168), ("29463-7", "kg", (70, 140), "weight", 80)],
)
def test_readings_that_cannot_both_be_true_are_not_averaged(
    served: ServedModel, code: str, unit: str, values: tuple[int, int], feature: str, usual: int
) -> None:
    each = [observation(code, value, unit, id=f"o{value}") for value in values]
    older = observation(code, usual, unit, day="2026-04-01")
    record = read(served, patient(), *each, older)
    assert record.features[feature] == usual
    assert reasons(record, feature) == ["conflicting", "conflicting"]


def test_never_and_current_at_once_is_no_answer(served: ServedModel) -> None:
    codings = [{"system": SNOMED, "code": code} for code in ("266919005", "449868002")]
    told = observation("72166-2", valueCodeableConcept={"coding": codings})
    assert reasons(read(served, patient(), told), "cigarettes") == ["conflicting"]


def test_what_cannot_be_worked_out_says_why(served: ServedModel) -> None:
    record = read(served, patient(), observation("8302-2", 170, "cm"), weight(95, "bananas"))
    with pytest.raises(InvalidInputError) as refused:
        patient_of(served.model.schema, served.ehr, record.features, record)
    [why] = [one.detail for one in refused.value.issues if one.pointer == "/features/bmi"]
    assert why.endswith("what the bundle says of weight is not used: Its unit is not known.")
