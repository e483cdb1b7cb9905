"""Blood pressures: panels by component, both of one reading, the newest that is good."""

import pytest

from app.domain.ehr import EhrMapping
from app.domain.schema import Value
from tests.fhir_people import (
    Resource,
    observation,
    patient,
    pressure,
)
from tests.fhir_records import read, reasons


def test_pressures_of_one_visit_are_averaged(mapping: EhrMapping) -> None:
    first, second = pressure(150, 90), pressure(140, 85) | {"id": "second"}
    record = read(mapping, patient(), first, second)
    assert (record.features["sbp"], record.features["dbp"]) == (145, 88)
    assert record.provenance["sbp"].conversion == "mean of 2 of that time"


@pytest.mark.parametrize("panel", ["85354-9", "55284-4"])
def test_panels_are_read_by_component(mapping: EhrMapping, panel: str) -> None:
    record = read(mapping, patient(), pressure(150, 90, panel=panel))
    assert (record.features["sbp"], record.features["dbp"]) == (150, 90)


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


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"sbp": 120}, {"sbp": 120}),
        ({"dbp": 70}, {"dbp": 70}),
        ({"sbp": 120, "dbp": 70}, {"sbp": 120, "dbp": 70}),
        ({"sbp": 141}, {"sbp": 141, "dbp": 88}),
        ({"sbp": None}, {"sbp": None, "dbp": 88}),
    ],
)
def test_beside_a_given_pressure_stands_none_of_another_reading(
    mapping: EhrMapping, given: dict[str, Value], told: dict[str, Value]
) -> None:
    older = pressure(150, 95, day="2026-01-15") | {"id": "older"}
    record = read(mapping, patient(), pressure(141, 88), older, **given)
    assert {name: record.features[name] for name in ("sbp", "dbp") if name in record.features} == told
    left = {name for name in ("sbp", "dbp") if name not in record.features}
    assert {name for name, reason in reasons(record) if reason == "given_otherwise"} == left


def test_a_given_pressure_stands_beside_half_a_reading(mapping: EhrMapping) -> None:
    record = read(mapping, patient(), observation("8462-4", 80, "mm[Hg]"), sbp=120)
    assert (record.features["sbp"], record.features["dbp"]) == (120, 80)


def test_half_a_reading_is_no_part_of_the_mean_of_whole_ones(mapping: EhrMapping) -> None:
    bad = pressure(120, 130) | {"id": "bad"}
    record = read(mapping, patient(), bad, pressure(1200, 60) | {"id": "half"}, pressure(141, 88))
    assert (record.features["sbp"], record.features["dbp"]) == (141, 88)


def test_without_a_whole_reading_single_pressures_are_used(mapping: EhrMapping) -> None:
    diastolic = observation("8462-4", 80, "mm[Hg]", day="2026-04-01")
    record = read(mapping, patient(), observation("8480-6", 120, "mm[Hg]"), diastolic)
    assert (record.features["sbp"], record.features["dbp"]) == (120, 80)
