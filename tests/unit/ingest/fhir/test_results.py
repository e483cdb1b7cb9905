"""Which HbA1c counts: never a harmless one in place of a newer one that may not be."""

from typing import Any

import pytest

from app.engine.registry import ServedModel
from app.ingest.fhir.reading import read_bundle
from app.ingest.fhir.record import PatientRecord
from tests.fhir_people import UCUM, Resource, bundle, observation, patient
from tests.fhir_records import TODAY

LABEL = "HbA1c"


def hba1c(own_id: str, value: float | None, day: str, unit: str | None = "%", **more: Any) -> Resource:
    return observation("4548-4", value, unit, day=day, id=own_id, **more)


def above(comparator: str, value: float) -> Resource:
    return {"value": value, "comparator": comparator, "unit": "%", "system": UCUM, "code": "%"}


def read(served: ServedModel, *resources: Resource) -> PatientRecord:
    return read_bundle(served.ehr, bundle(patient(), *resources), TODAY)


def reasons(record: PatientRecord, own_id: str) -> list[str]:
    return [
        one.reason.value
        for one in record.not_used
        if one.reference == f"Observation/{own_id}" and one.feature == LABEL
    ]


NORMAL = hba1c("old", 5.1, "2026-05-01")


@pytest.mark.parametrize(
    ("newer", "reason"),
    [
        (hba1c("new", 9.0, "2026-06-01", status="preliminary"), "status"),
        (hba1c("new", 9.0, "2026-06-01", unit=None), "no_unit"),
        (hba1c("new", 9.0, "2026-06-01", unit="mg/dL"), "other_quantity"),
        (hba1c("new", None, "2026-06-01", valueQuantity=above(">", 5.0)), "comparator"),
        (hba1c("new", None, "2026-06-01", valueQuantity=above("<", 6.0)), "comparator"),
        (hba1c("new", None, "2026-06-01"), "no_value"),
        (hba1c("new", 12, "2026-06-01", unit="mmol/mol"), "implausible"),
        (hba1c("new", 9.0, "2026-06-01", effectiveDateTime=None), "no_date"),
        (hba1c("new", 9.0, "2026"), None),
    ],
)
def test_a_normal_result_does_not_hide_a_newer_one(
    served: ServedModel, newer: Resource, reason: str | None
) -> None:
    record = read(served, NORMAL, newer)
    if reason is None:
        assert record.outcome is not None
        assert record.outcome.has_outcome
        return
    assert record.outcome is None
    assert reasons(record, "new") == [reason]
    assert reasons(record, "old") == ["newer_not_read"]
    assert any(one.detail.startswith(f"A newer {LABEL} result could not be read") for one in record.not_used)


def test_an_older_unread_one_or_a_retraction_stops_nothing(served: ServedModel) -> None:
    older = hba1c("older", 9.0, "2026-04-30", unit=None)
    error = hba1c("error", 9.0, "2026-06-01", status="entered-in-error")
    cancelled = hba1c("cancelled", 9.0, "2026-06-02", status="cancelled")
    record = read(served, NORMAL, older, error, cancelled)
    assert record.outcome is not None
    assert record.outcome.value == 5.1
    taken_back = {"Observation/older", "Observation/error", "Observation/cancelled"}
    assert record.results.retracted == taken_back


def test_a_result_that_shows_the_outcome_stands(served: ServedModel) -> None:
    record = read(served, hba1c("old", 7.5, "2026-05-01"), hba1c("new", 5, "2026-06-01", unit=None))
    assert record.outcome is not None
    assert record.outcome.value == 7.5


@pytest.mark.parametrize("comparator", [">", ">="])
def test_a_bound_shows_the_outcome(served: ServedModel, comparator: str) -> None:
    bound = hba1c("new", None, "2026-06-01", valueQuantity=above(comparator, 14))
    outcome = read(served, NORMAL, bound).outcome
    assert outcome is not None
    assert (outcome.has_outcome, outcome.value, outcome.unit) == (True, None, None)
    assert outcome.original is not None
    assert outcome.original.value == f"{comparator}14"


@pytest.mark.parametrize(("value", "unit"), [(12, "mmol/mol"), (3.9, "%")])
def test_what_nobody_can_have_tells_nothing(served: ServedModel, value: float, unit: str) -> None:
    record = read(served, hba1c("only", value, "2026-06-01", unit=unit))
    assert record.outcome is None
    assert reasons(record, "only") == ["implausible"]


def test_of_one_day_the_later_or_the_higher(served: ServedModel) -> None:
    early = hba1c("early", 7.5, "2026-05-01T08:00:00Z")
    late = hba1c("late", 5.1, "2026-05-01T10:00:00+01:00")
    for pair in ((early, late), (late, early)):
        record = read(served, *pair)
        assert record.outcome is not None
        assert record.outcome.value == 5.1
        assert reasons(record, "early") == ["newer_exists"]
    undated = read(served, hba1c("a", 7.5, "2026-05-01"), hba1c("b", 5.1, "2026-05-01"))
    assert undated.outcome is not None
    assert undated.outcome.value == 7.5
    assert reasons(undated, "b") == ["conflicting"]


def test_the_later_moment_counts_whatever_day_its_place_has(served: ServedModel) -> None:
    far_east = hba1c("east", 5.1, "2026-05-02T00:30:00+02:00")
    later = hba1c("later", 7.5, "2026-05-01T23:50:00Z")
    for pair in ((far_east, later), (later, far_east)):
        outcome = read(served, *pair).outcome
        assert outcome is not None
        assert outcome.value == 7.5


def test_a_copy_that_is_not_final_takes_nothing_back(served: ServedModel) -> None:
    for status, is_taken_back in (("preliminary", False), ("entered-in-error", True), ("cancelled", True)):
        record = read(served, hba1c("a", 7.5, "2026-05-01", status=status))
        assert record.results.retracted == ({"Observation/a"} if is_taken_back else set())


def meta(version: str | None = None, updated: str | None = None) -> Resource:
    told = {"versionId": version, "lastUpdated": updated}
    return {name: value for name, value in told.items() if value}


def weight(kg: float, **more: Any) -> Resource:
    return observation("29463-7", kg, "kg", id="w", **more)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"meta": meta("9")}, {"meta": meta("10")}),
        (
            {"meta": meta(updated="2026-05-01T23:30:00-05:00")},
            {"meta": meta(updated="2026-05-02T05:00:00Z")},
        ),
        ({}, {"status": "corrected"}),
        ({"status": "preliminary"}, {"status": "final"}),
    ],
)
def test_one_id_is_one_resource(served: ServedModel, older: Resource, newer: Resource) -> None:
    copies = weight(250, **older), weight(95, **newer)
    for pair in (copies, copies[::-1]):
        record = read(served, *pair)
        assert record.features["weight"] == 95
        assert "older_version" in [one.reason for one in record.not_used]


def test_a_retracted_version_takes_the_resource_away(served: ServedModel) -> None:
    copies = weight(95), weight(95, status="entered-in-error")
    for pair in (copies, copies[::-1]):
        assert "weight" not in read(served, *pair).features
    assert read(served, weight(250), weight(95)).features["weight"] == 95
