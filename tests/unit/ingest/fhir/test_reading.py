"""Bundles as records: what is used, where it comes from, what is not and why."""

from datetime import date
from typing import Any

import pytest

from app.domain.ehr import EhrMapping
from app.domain.errors import InvalidInputError
from app.domain.patient import read_patient
from app.domain.schema import Value
from app.engine.registry import ServedModel
from app.ingest.fhir.reading import read_bundle, read_resources
from app.ingest.fhir.record import Origin, PatientRecord
from tests.fhir_people import (
    Resource,
    bundle,
    concept,
    observation,
    patient,
    pressure,
    quantity,
    smoking,
    typical,
    with_identity,
)

TODAY = date(2026, 11, 29)


@pytest.fixture(scope="module")
def mapping(served: ServedModel) -> EhrMapping:
    return served.ehr


def read(mapping: EhrMapping, *resources: Resource, **given: Value) -> PatientRecord:
    return read_bundle(mapping, bundle(*resources), TODAY, given)


def reasons(record: PatientRecord) -> list[tuple[str | None, str]]:
    return [(one.feature, one.reason.value) for one in record.not_used]


def test_a_typical_record_can_be_scored(mapping: EhrMapping) -> None:
    record = read(mapping, *typical())
    assert record.features == {
        "age": 60,
        "sex": "female",
        "height": 160.0,
        "weight": 82.4,
        "bmi": 32.2,
        "sbp": 138,
        "dbp": 84,
        "pulse": 76,
        "total_cholesterol": 212,
        "hdl_cholesterol": 41,
        "cigarettes": 0,
    }
    read_patient(mapping.schema, record.features)
    assert set(record.provenance) == set(record.features)
    assert reasons(record) == [("ethnicity", "no_value")]


@pytest.mark.parametrize(
    ("told", "feature", "value", "conversion"),
    [
        (observation("29463-7", 181.7, "[lb_av]"), "weight", 82.4, "[lb_av] to kg"),
        (observation("29463-7", 82420, "g"), "weight", 82.4, "g to kg"),
        (observation("8302-2", 63, "[in_i]"), "height", 160.0, "[in_i] to cm"),
        (observation("2093-3", 5.48, "mmol/L"), "total_cholesterol", 212, "mmol/L to mg/dL"),
        (observation("14647-2", 5.48, "mmol/L"), "total_cholesterol", 212, "mmol/L to mg/dL"),
        (observation("2085-9", 1.06, "mmol/L"), "hdl_cholesterol", 41, "mmol/L to mg/dL"),
        (observation("2093-3", 2.12, "g/L"), "total_cholesterol", 212, "g/L to mg/dL"),
        (observation("2093-3", 211.5, "mg/dL"), "total_cholesterol", 212, None),
        (observation("8867-4", 76, "{beats}/min"), "pulse", 76, None),
        (observation("8480-6", 18.4, "kPa"), "sbp", 138, "kPa to mm[Hg]"),
        (observation("93832-4", 432, "min"), "sleep", 7.0, "min to h"),
        (observation("64218-1", 9.6, "{cigarettes}/d"), "cigarettes", 10, None),
    ],
)
def test_units_are_converted_and_then_rounded(
    mapping: EhrMapping, told: Resource, feature: str, value: float, conversion: str | None
) -> None:
    record = read(mapping, patient(), told)
    assert record.features[feature] == value
    assert record.provenance[feature].conversion == conversion
    assert record.provenance[feature].reference == f"Observation/{told['id']}"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (observation("2093-3", 212), "no_unit"),
        (observation("2093-3", 212, "bananas"), "unknown_unit"),
        (observation("2093-3", 212, "kg"), "other_quantity"),
        (observation("2093-3", 4000, "mg/dL"), "out_of_range"),
        (
            observation("2093-3", valueQuantity={"value": 212, "comparator": "<", "unit": "mg/dL"}),
            "comparator",
        ),
        (observation("2093-3"), "no_value"),
        (observation("2093-3", valueQuantity={"value": "212", "unit": "mg/dL"}), "malformed"),
        (observation("2093-3", valueQuantity=[212]), "malformed"),
        (observation("2093-3", 212, "mg/dL", status="entered-in-error"), "status"),
        (observation("2093-3", 212, "mg/dL", status="preliminary"), "status"),
        (observation("2093-3", 212, "mg/dL", status=None), "status"),
        (observation("2093-3", 212, "mg/dL", day="2026-02-30"), "impossible_date"),
        (observation("2093-3", 212, "mg/dL", day="0001-01-01T00:00:00+14:00"), "impossible_date"),
        (observation("2093-3", 212, "mg/dL", day="yesterday"), "impossible_date"),
        (observation("2093-3", 212, "mg/dL", day="2027-01-01"), "in_the_future"),
        (observation("2093-3", 212, "mg/dL", day="2019-01-01"), "too_old"),
        (observation("2093-3", 212, "mg/dL", effectiveDateTime=None), "no_date"),
        (observation("8302-2", 120, "cm", day="1975-05-05"), "in_childhood"),
        (smoking("77176002"), "not_a_count"),
        (smoking("266927001"), "not_mapped"),
    ],
)
def test_what_is_not_used_says_why(mapping: EhrMapping, told: Resource, reason: str) -> None:
    record = read(mapping, patient(), told)
    assert set(record.features) == {"age", "sex"}
    [left] = [one for one in record.not_used if one.feature != "ethnicity"]
    assert (left.reason, left.reference) == (reason, f"Observation/{told['id']}")
    assert left.feature is not None


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (observation("9999-9", 1, "1"), "code_not_read"),
        (observation("2093-3", 212, "mg/dL", subject={"reference": "Patient/p2"}), "other_subject"),
        (observation("2093-3", 212, "mg/dL", subject=None), "no_subject"),
        (observation("2093-3", 212, "mg/dL", triggeredBy=[]), "other_version"),
        (observation("2093-3", 212, "mg/dL", context={"reference": "Encounter/1"}), "other_version"),
        (observation("2093-3", 212, "mg/dL") | {"code": None}, "malformed"),
        ({"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p1"}}, "type_not_read"),
        ({"resourceType": "Bundle", "id": "b"}, "type_not_read"),
        ({"id": "x"}, "malformed"),
    ],
)
def test_what_is_about_no_feature_says_why(mapping: EhrMapping, told: Resource, reason: str) -> None:
    record = read(mapping, patient(), told)
    assert (None, reason) in reasons(record)
    assert set(record.features) == {"age", "sex"}


def test_the_newest_valid_value_counts(mapping: EhrMapping) -> None:
    record = read(
        mapping,
        patient(),
        observation("2093-3", 180, "mg/dL", day="2026-01-01"),
        observation("2093-3", 230, "mg/dL", day="2026-06-01", status="entered-in-error"),
        observation("2093-3", 200, "mg/dL", day="2026-05-01T10:00:00-05:00"),
        observation("2093-3", 190, "mg/dL", day="2026-05-01T09:00:00-05:00"),
    )
    assert record.features["total_cholesterol"] == 200
    assert record.provenance["total_cholesterol"].effective == "2026-05-01"
    assert sorted(reasons(record), key=str) == sorted(
        [
            ("ethnicity", "no_value"),
            ("total_cholesterol", "newer_exists"),
            ("total_cholesterol", "newer_exists"),
            ("total_cholesterol", "status"),
        ],
        key=str,
    )


def test_pressures_of_one_visit_are_averaged(mapping: EhrMapping) -> None:
    first, second = pressure(150, 90), pressure(140, 85) | {"id": "second"}
    record = read(mapping, patient(), first, second)
    assert (record.features["sbp"], record.features["dbp"]) == (145, 88)
    assert record.provenance["sbp"].conversion == "mean of 2 of that time"


@pytest.mark.parametrize("panel", ["85354-9", "55284-4"])
def test_panels_are_read_by_component(mapping: EhrMapping, panel: str) -> None:
    record = read(mapping, patient(), pressure(150, 90, panel=panel))
    assert (record.features["sbp"], record.features["dbp"]) == (150, 90)


def test_who_smokes_now_does_not_smoke_none(mapping: EhrMapping) -> None:
    never, smokes = smoking("266919005", "2025-12-01"), smoking("449868002", "2026-05-01")
    assert "cigarettes" not in read(mapping, patient(), never, smokes).features
    counted = observation("64218-1", 12, "/d", day="2026-05-01")
    assert read(mapping, patient(), never, smokes, counted).features["cigarettes"] == 12
    stopped = smoking("8517006", "2026-06-01")
    assert read(mapping, patient(), never, smokes, counted, stopped).features["cigarettes"] == 0


class TestBody:
    def weighed(self, mapping: EhrMapping, index: Resource | None, **given: Value) -> PatientRecord:
        height = observation("8302-2", 160.0, "cm", day="2024-01-01")
        weight = observation("29463-7", 82.4, "kg", day="2026-05-01")
        return read(mapping, patient(), height, weight, *([index] if index else []), **given)

    def test_the_index_follows_from_weight_and_height(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, None)
        assert record.features["bmi"] == 32.2
        source = record.provenance["bmi"]
        assert (source.source, source.effective) == (Origin.COMPUTED, "2026-05-01")

    def test_an_index_older_than_the_weight_is_not_used(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, observation("39156-5", 36.0, "kg/m2", day="2026-04-01"))
        assert record.features["bmi"] == 32.2
        assert ("bmi", "newer_exists") in reasons(record)

    def test_a_weight_older_than_the_index_is_not_used(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, observation("39156-5", 36.0, "kg/m2", day="2026-06-01"))
        assert record.features["bmi"] == 36.0
        assert "weight" not in record.features
        assert ("weight", "newer_exists") in reasons(record)

    def test_an_index_that_contradicts_both_is_not_used(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, observation("39156-5", 22.0, "kg/m2", day="2026-05-01"))
        assert record.features["bmi"] == 32.2
        assert ("bmi", "contradicts") in reasons(record)

    def test_a_given_weight_makes_the_index_anew(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, observation("39156-5", 32.2, "kg/m2"), weight=70.0)
        assert record.features["bmi"] == 27.3
        assert ("bmi", "given_otherwise") in reasons(record)
        assert record.provenance["weight"].source is Origin.GIVEN

    def test_a_given_index_overrules_the_weight(self, mapping: EhrMapping) -> None:
        record = self.weighed(mapping, None, bmi=28.0)
        assert record.features["bmi"] == 28.0
        assert ("weight", "given_otherwise") in reasons(record)
        assert "weight" not in record.features


@pytest.mark.parametrize(
    ("ethnicity", "race", "detailed", "value"),
    [
        (["2186-5"], ["2106-3"], [], "non_hispanic_white"),
        (["2186-5"], ["2054-5"], [], "non_hispanic_black"),
        (["2186-5"], ["2028-9"], [], "non_hispanic_asian"),
        (["2186-5"], ["2076-8"], [], "other"),
        (["2186-5"], ["2106-3", "2054-5"], [], "other"),
        (["2135-2"], ["2106-3"], ["2148-5"], "mexican_american"),
        (["2135-2"], ["2106-3"], ["2180-8"], "other_hispanic"),
        (["2135-2"], ["2106-3"], [], None),
        (["2135-2", "2186-5"], ["2106-3"], [], None),
        ([], ["2106-3"], [], None),
        (["2186-5"], [], [], None),
        (["2186-5"], ["UNK"], [], None),
    ],
)
def test_ethnicity_is_mapped_or_unknown(
    mapping: EhrMapping, ethnicity: list[str], race: list[str], detailed: list[str], value: str | None
) -> None:
    record = read(mapping, with_identity(patient(), ethnicity, race, detailed))
    assert record.features.get("ethnicity") == value


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ("1966-11-29", 60),
        ("1966-11-30", 59),
        ("1966", 60),
        ("1966-12", 59),
        ("1966-13-01", None),
        ("2020-01-01", None),
        ("2030-01-01", None),
        ("not a date", None),
        ("1966-11-29T10:00:00Z", None),
    ],
)
def test_age_is_that_of_the_day_of_the_question(mapping: EhrMapping, birth: str, age: int | None) -> None:
    assert read(mapping, patient(birth=birth)).features.get("age") == age


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


def test_resources_by_themselves_are_read_as_a_bundle_is(mapping: EhrMapping) -> None:
    whole = read(mapping, *typical())
    own, *others = typical()
    assert read_resources(mapping, [own, bundle(*others, kind="searchset")], TODAY) == whole


def test_what_cannot_all_be_true_of_a_person_is_not_used(mapping: EhrMapping) -> None:
    record = read(mapping, patient(), pressure(110, 108), observation("2093-3", 150, "mg/dL"))
    assert "sbp" not in record.features
    assert reasons(record)[1:] == [("sbp", "contradicts"), ("dbp", "contradicts")]
    older = observation("2085-9", 160, "mg/dL", day="2025-12-01")
    lipids = read(mapping, patient(), older, observation("2093-3", 150, "mg/dL"))
    assert "hdl_cholesterol" not in lipids.features
    assert lipids.features["total_cholesterol"] == 150


def test_further_pages_of_a_search_are_told_of(mapping: EhrMapping) -> None:
    page = bundle(*typical(), kind="searchset") | {"link": [{"relation": "next", "url": "http://e/2"}]}
    assert reasons(read_bundle(mapping, page, TODAY))[-1] == (None, "further_pages")
    last = page | {"link": [{"relation": "self", "url": "http://e/1"}]}
    assert "further_pages" not in {reason for _, reason in reasons(read_bundle(mapping, last, TODAY))}


def test_annotations_of_a_unit_change_nothing(mapping: EhrMapping) -> None:
    record = read(
        mapping, patient(), observation("4548-4", 6.1, "%{Hb}"), observation("8867-4", 70, "{beats}/min")
    )
    assert record.outcome is not None
    assert (record.outcome.value, record.outcome.unit) == (6.1, "%")
    assert (record.features["pulse"], record.provenance["pulse"].conversion) == (70, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mg/dL", "unit known by its text, not by a code"),
        ("mmol/L", "unit known by its text, not by a code; mmol/L to mg/dL"),
        ("milligrams", None),
    ],
)
def test_a_unit_without_a_code_is_used_where_its_text_is_one_and_said_to_be(
    mapping: EhrMapping, text: str, said: str | None
) -> None:
    told = observation("2093-3") | {
        "valueQuantity": {"value": 5.5 if text == "mmol/L" else 200, "unit": text}
    }
    record = read(mapping, patient(), told)
    assert ("total_cholesterol" in record.features) is (said is not None)
    if said is None:
        assert ("total_cholesterol", "unknown_unit") in reasons(record)
    else:
        assert record.provenance["total_cholesterol"].conversion == said


def last_year(own: Resource) -> Resource:
    return own | {"effectiveDateTime": "2026-01-15", "id": "older"}


@pytest.mark.parametrize(
    ("newer", "told"),
    [
        ([pressure(120, 130)], [("dbp", "contradicts"), ("sbp", "contradicts")]),
        ([pressure(1200, 80)], [("dbp", "incomplete"), ("sbp", "out_of_range")]),
        ([observation("8480-6", 120, "mm[Hg]")], [("sbp", "incomplete")]),
        (
            [observation("8480-6", 120, "mm[Hg]"), observation("8462-4", 125, "mm[Hg]")],
            [("dbp", "contradicts"), ("sbp", "contradicts")],
        ),
    ],
)
def test_both_pressures_are_of_one_reading_the_newest_that_is_good(
    mapping: EhrMapping, newer: list[Resource], told: list[tuple[str, str]]
) -> None:
    record = read(mapping, patient(), *newer, last_year(pressure(141, 88)))
    assert (record.features["sbp"], record.features["dbp"]) == (141, 88)
    assert {record.provenance[name].reference for name in ("sbp", "dbp")} == {"Observation/older"}
    assert sorted(reason for reason in reasons(record) if reason[0] in ("sbp", "dbp")) == told


def test_half_a_reading_is_no_part_of_the_mean_of_whole_ones(mapping: EhrMapping) -> None:
    bad = pressure(120, 130) | {"id": "bad"}
    record = read(mapping, patient(), bad, pressure(1200, 60) | {"id": "half"}, pressure(141, 88))
    assert (record.features["sbp"], record.features["dbp"]) == (141, 88)


def test_without_a_whole_reading_single_pressures_are_used(mapping: EhrMapping) -> None:
    diastolic = observation("8462-4", 80, "mm[Hg]", day="2026-04-01")
    record = read(mapping, patient(), observation("8480-6", 120, "mm[Hg]"), diastolic)
    assert (record.features["sbp"], record.features["dbp"]) == (120, 80)


def test_an_older_value_that_fits_is_used_in_place_of_one_that_does_not(mapping: EhrMapping) -> None:
    good = observation("2085-9", 45, "mg/dL", day="2025-11-30")
    bad = observation("2085-9", 160, "mg/dL", day="2025-12-01")
    record = read(mapping, patient(), good, bad, observation("2093-3", 150, "mg/dL"))
    assert record.features["hdl_cholesterol"] == 45
    assert ("hdl_cholesterol", "contradicts") in reasons(record)


def test_a_weight_that_no_height_allows_leaves_the_older_one(mapping: EhrMapping) -> None:
    height = observation("8302-2", 205, "cm")
    good, bad = (
        observation("29463-7", kg, "kg", day=day) for kg, day in ((82, "2026-05-01"), (36, "2026-06-01"))
    )
    for others in ([], [observation("39156-5", 19.5, "kg/m2", day="2026-04-01")]):
        record = read(mapping, patient(), height, good, bad, *others)
        assert (record.features["weight"], record.features["bmi"]) == (82, 19.5)
        assert ("weight", "out_of_range") in reasons(record)


def test_where_nothing_newer_is_used_nothing_says_so(mapping: EhrMapping) -> None:
    clashing = [
        smoking("266919005") | {"id": "never"},
        smoking("8517006", "2025-12-01"),
        smoking("449868002", "2026-06-01"),
    ]
    record = read(mapping, patient(), *clashing)
    assert "newer_exists" not in {reason for _, reason in reasons(record)}


def test_what_the_caller_gives_overrules(mapping: EhrMapping) -> None:
    record = read(mapping, *typical(), sbp=120, waist=None, fibre=20)
    assert record.features["sbp"] == 120
    assert record.provenance["fibre"].source is Origin.GIVEN
    assert record.features["waist"] is None
    assert ("sbp", "overruled") in reasons(record)


def test_a_model_that_maps_nothing_uses_nothing(heart: ServedModel) -> None:
    record = read_bundle(heart.ehr, bundle(*typical()), TODAY)
    assert record.features == {}
    assert {one.reason.value for one in record.not_used} == {"code_not_read"}


def test_a_component_that_is_no_object_is_passed_over(mapping: EhrMapping) -> None:
    told = observation(
        "85354-9", component=[1, None, {"code": concept("8480-6"), "valueQuantity": quantity(120, "mm[Hg]")}]
    )
    assert read(mapping, patient(), told).features["sbp"] == 120


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
