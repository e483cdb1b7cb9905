"""Bundles as records: what is used, where it comes from, what is not and why."""

import pytest

from app.domain.ehr import EhrMapping
from app.domain.patient import read_patient
from app.engine.registry import ServedModel
from app.ingest.fhir.reading import read_bundle, read_resources
from app.ingest.fhir.record import Origin
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
)
from tests.fhir_records import TODAY, read, reasons


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
        (observation("29463-7", 1e308, "kg"), "out_of_range"),
        (
            observation("2093-3", valueQuantity={"value": 212, "comparator": "<", "unit": "mg/dL"}),
            "comparator",
        ),
        (observation("2093-3"), "no_value"),
        (observation("2093-3", valueQuantity={"value": "212", "unit": "mg/dL"}), "malformed"),
        (observation("2093-3", valueQuantity=[212]), "malformed"),
        (observation("2093-3", 212, "mg/dL", status="entered-in-error"), "status"),
        (observation("2093-3", 212, "mg/dL", status="cancelled"), "status"),
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


def test_where_several_of_one_moment_are_left_out_each_is_told(mapping: EhrMapping) -> None:
    older = [observation("29463-7", 80, "kg", day="2026-03-01", id=f"w{n}") for n in range(3)]
    record = read(mapping, patient(), *older, observation("39156-5", 30, "kg/m2"))
    left = {one.reference for one in record.not_used if one.feature == "weight"}
    assert left == {f"Observation/w{n}" for n in range(3)}
