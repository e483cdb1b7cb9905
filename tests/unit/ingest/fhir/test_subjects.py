"""Whom a bundle is about, the outcome that was measured of them, and what is no bundle."""

from datetime import date
from typing import Any

import pytest

from app.domain.ehr import EhrMapping
from app.domain.errors import InvalidInputError
from app.ingest.fhir.reading import read_bundle
from tests.fhir_people import (
    Resource,
    bundle,
    observation,
    patient,
)
from tests.fhir_records import TODAY, read


class TestMeasuredOutcome:
    @pytest.mark.parametrize(
        ("code", "value", "unit", "told"),
        [
            ("4548-4", 7.5, "%", 7.5),
            ("17856-6", 5.6, "%", 5.6),
            ("59261-8", 48, "mmol/mol", 6.54304),
            ("4548-4", 48, "mmol/mol", 6.54304),
            ("59261-8", 4.8, "%", None),
            ("4548-4", 7.5, None, None),
            ("4548-4", 75, "%", None),
        ],
    )
    def test_it_is_read_in_its_units(
        self, mapping: EhrMapping, code: str, value: float, unit: str | None, told: float | None
    ) -> None:
        outcome = read(mapping, patient(), observation(code, value, unit, day="2018-01-01")).outcome
        assert (outcome and outcome.value) == told
        if outcome and outcome.value:
            assert outcome.has_outcome is (outcome.value >= 5.7)
            assert outcome.measured_on == date(2018, 1, 1)

    def test_the_newest_counts(self, mapping: EhrMapping) -> None:
        old, new = (
            observation("4548-4", v, "%", day=d) for v, d in ((7.5, "2020-01-01"), (5.5, "2024-01-01"))
        )
        outcome = read(mapping, patient(), new, old).outcome
        assert outcome is not None
        assert outcome.value == 5.5


class TestSubject:
    def test_a_second_patient_is_refused(self, mapping: EhrMapping) -> None:
        with pytest.raises(InvalidInputError) as refused:
            read(mapping, patient(), patient("p2"))
        assert [one.pointer for one in refused.value.issues] == ["/fhir/entry/1/resource"]

    def test_who_has_died_is_refused(self, mapping: EhrMapping) -> None:
        with pytest.raises(InvalidInputError) as refused:
            read(mapping, patient() | {"deceasedDateTime": "2025-01-01"})
        assert [one.pointer for one in refused.value.issues] == ["/fhir/entry/0/resource/deceasedDateTime"]

    def test_observations_of_two_people_without_a_patient_are_refused(self, mapping: EhrMapping) -> None:
        with pytest.raises(InvalidInputError):
            read(
                mapping,
                observation("2093-3", 212, "mg/dL"),
                observation("2093-3", 212, "mg/dL", subject={"reference": "Patient/p2"}),
            )

    @pytest.mark.parametrize(
        ("url", "reference", "is_theirs"),
        [
            (
                "urn:uuid:8f2b7a9e-6f4e-4d5a-9a53-2f2f8f5d9d11",
                "urn:uuid:8f2b7a9e-6f4e-4d5a-9a53-2f2f8f5d9d11",
                True,
            ),
            ("https://ehr.example/fhir/Patient/p1", "https://ehr.example/fhir/Patient/p1", True),
            ("https://ehr.example/fhir/Patient/p1", "Patient/p1/_history/3", True),
            ("https://ehr.example/fhir/Patient/p1", "https://other.example/fhir/Patient/p1", False),
            (None, "https://ehr.example/fhir/Patient/p1", False),
            (None, "Patient/p11", False),
            (None, "Patient?identifier=1", False),
        ],
    )
    def test_references_lead_to_the_patient(
        self, mapping: EhrMapping, url: str | None, reference: str, is_theirs: bool
    ) -> None:
        told = bundle(patient(), observation("2093-3", 212, "mg/dL", subject={"reference": reference}))
        told["entry"][0] |= {"fullUrl": url} if url else {}
        record = read_bundle(mapping, told, TODAY)
        assert ("total_cholesterol" in record.features) is is_theirs


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ([], "/fhir"),
        ("Bundle", "/fhir"),
        ({}, "/fhir/resourceType"),
        (patient(), "/fhir/resourceType"),
        ({"resourceType": "Bundle"}, "/fhir/type"),
        ({"resourceType": "Bundle", "type": "history"}, "/fhir/type"),
        ({"resourceType": "Bundle", "type": "collection", "entry": {}}, "/fhir/entry"),
        ({"resourceType": "Bundle", "type": "collection", "entry": [{}] * 10_001}, "/fhir/entry"),
        ({"resourceType": "Bundle", "type": "collection", "issues": {}}, "/fhir"),
    ],
)
def test_what_is_no_bundle_is_refused(mapping: EhrMapping, told: Any, pointer: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_bundle(mapping, told, TODAY)
    assert [one.pointer for one in refused.value.issues] == [pointer]


class TestWhoIsMeant:
    """What the resources call the patient, by which a request's own id is checked."""

    @pytest.mark.parametrize(
        ("resources", "ids"),
        [
            ([patient("y")], {"y"}),
            ([{"resourceType": "Patient", "gender": "male"}], set()),
            ([observation("2093-3", 1, "mg/dL", subject={"reference": "Patient/y"})], {"y"}),
            ([observation("2093-3", 1, "mg/dL", subject={"reference": "http://e/fhir/Patient/y"})], {"y"}),
            ([observation("2093-3", 1, "mg/dL", subject={"reference": "Group/y"})], {"Group/y"}),
            ([observation("2093-3", 1, "mg/dL", subject={"reference": "urn:uuid:" + "0" * 36})], set()),
            ([patient("not_an_id")], {"not_an_id"}),
        ],
    )
    def test_by_id_and_by_subject(
        self, mapping: EhrMapping, resources: list[Resource], ids: set[str]
    ) -> None:
        assert read(mapping, *resources).patient_ids == ids

    @pytest.mark.parametrize("own_id", [None, "x"])
    def test_by_the_address_of_the_entry(self, mapping: EhrMapping, own_id: str | None) -> None:
        own = {"resourceType": "Patient"} | ({"id": own_id} if own_id else {})
        told = {"fullUrl": "https://ehr.example/Patient/y/_history/2", "resource": own}
        record = read_bundle(mapping, bundle() | {"entry": [told]}, TODAY)
        assert record.patient_ids == {"y"} | ({own_id} if own_id else set())


@pytest.mark.parametrize(
    ("profile", "is_read"),
    [
        ("http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|6.1.0", True),
        ("http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|3.1.1", True),
        ("http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient", True),
        ("http://hl7.org/fhir/StructureDefinition/Patient|4.0.1", True),
        ("http://hl7.org/fhir/StructureDefinition/Patient|5.0.0", False),
        ("http://hl7.org/fhir/STU3/StructureDefinition/Patient", False),
        ("http://hl7.org/fhir/3.0/StructureDefinition/Patient", False),
    ],
)
def test_the_version_of_a_guide_is_not_that_of_fhir(mapping: EhrMapping, profile: str, is_read: bool) -> None:
    told = patient() | {"meta": {"profile": [profile]}}
    assert ("age" in read(mapping, told).features) is is_read
