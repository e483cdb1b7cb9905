"""Bundles by a model's mapping of an EHR: facts of persons, days where the features are ours."""

import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from app.domain.ehr import EhrMapping
from app.domain.feature import Feature
from app.engine.registry import ServedModel
from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.measuring import Measured, measure
from app.ingest.sensors.run import Order, run
from app.ingest.sensors.sources.base import SourceError
from app.ingest.sensors.sources.fhir import FhirBundles
from tests.fhir_people import bundle, observation, patient, typical
from tests.fhir_records import TODAY


@pytest.fixture(scope="module")
def mapping(served: ServedModel) -> EhrMapping:
    return served.ehr


def of_days(mapping: EhrMapping) -> EhrMapping:
    """The mapping of a model that calls the pulse as the sensors do, in their unit."""

    def renamed(feature: Feature) -> Feature:
        own = {"name": "heart_rate_resting", "unit": "beats/min"} if feature.name == "pulse" else {}
        return feature.model_copy(update=own)

    schema = mapping.schema.model_copy()
    vars(schema).update(features=tuple(map(renamed, schema.features)))
    for name in [name for name in vars(schema) if name not in type(schema).model_fields]:
        del vars(schema)[name]  # what was worked out of the old names
    codes = mapping.codes.features
    own = tuple(
        one.model_copy(update={"name": "heart_rate_resting"}) if one.name == "pulse" else one for one in codes
    )
    return EhrMapping(schema, mapping.codes.model_copy(update={"features": own}), mapping.outcome)


def written(root: Path, name: str, *resources: dict[str, object]) -> None:
    (root / name).write_text(json.dumps(bundle(*resources)), encoding="utf-8")


def told_by(source: FhirBundles) -> tuple[dict[str, Measured], Losses]:
    losses, told = Losses(), {}
    for ref in source.people(losses):
        data = source.read(ref, losses)
        if data is not None:
            told[ref.person_id] = measure(data, losses)
    return told, losses


def test_facts_are_the_features_that_a_request_would_have(tmp_path: Path, mapping: EhrMapping) -> None:
    written(tmp_path, "one.json", *typical())
    outputs, _ = run(
        Order(FhirBundles(tmp_path, mapping, TODAY), tmp_path / "people.parquet"), lambda *_: None
    )
    [row] = pq.read_table(outputs.persons).to_pylist()
    assert (row["person_id"], row["age"], row["sex"], row["bmi"]) == ("p1", 60, "female", 32.2)
    assert row["ethnicity"] is None
    assert pq.read_table(outputs.days).num_rows == 0


def test_several_bundles_of_one_patient_are_read_together(tmp_path: Path, mapping: EhrMapping) -> None:
    written(tmp_path, "a.json", patient(), observation("8302-2", 160.0, "cm"))
    written(tmp_path, "b.json", observation("29463-7", 82.4, "kg"))
    told, _ = told_by(FhirBundles(tmp_path, mapping, TODAY))
    assert told["p1"].person["bmi"] == 32.2


def test_readings_of_our_features_are_days(tmp_path: Path, mapping: EhrMapping) -> None:
    readings = [
        observation("8867-4", value, "/min", f"2026-05-0{day}T{hour}:00:00+02:00")
        for day, hour, value in ((1, "08", 60), (1, "20", 70), (3, "08", 80))
    ]
    month = observation("8867-4", 90, "/min", "2026-04")
    written(tmp_path, "one.json", patient(), *readings, month)
    told, _ = told_by(FhirBundles(tmp_path, of_days(mapping), TODAY))
    rows = [(row["date"], row["observed"], row["heart_rate_resting"]) for row in told["p1"].days]
    assert rows == [("2026-05-01", True, 65), ("2026-05-02", False, None), ("2026-05-03", True, 80)]
    assert "pulse" not in told["p1"].person


def test_what_is_no_bundle_is_counted_and_the_rest_goes_on(tmp_path: Path, mapping: EhrMapping) -> None:
    written(tmp_path, "one.json", *typical(), observation("8867-4", 70, "kg", id="odd"))
    written(tmp_path, "two.json", patient("p2"), patient("p3"))
    written(tmp_path, "nobody.json", {"resourceType": "Device", "id": "d"})
    (tmp_path / "patient.json").write_text(json.dumps(patient("p4")), encoding="utf-8")
    (tmp_path / "cut.json").write_text('{"resourceType": "Bundle", "entry": [', encoding="utf-8")
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(2 << 30)
    told, losses = told_by(FhirBundles(tmp_path, mapping, TODAY))
    assert list(told) == ["p1"]
    reasons = {loss.where: loss.reason for loss in losses}
    assert reasons["two.json"] is Reason.WRONG_SCHEMA
    assert reasons["nobody.json"] is Reason.PERSON_UNKNOWN
    assert reasons["patient.json"] is Reason.OTHER_MODALITY
    assert reasons["cut.json"] is Reason.NOT_JSON
    assert reasons["large.json"] is Reason.TOO_LARGE
    assert losses.count(Reason.RESOURCE_NOT_USED, "one.json") > 0


def test_a_folder_without_bundles(tmp_path: Path, mapping: EhrMapping) -> None:
    for root, sentence in ((tmp_path, "holds no R4 bundle"), (tmp_path / "none", "is no folder")):
        with pytest.raises(SourceError, match=sentence):
            FhirBundles(root, mapping, date(2026, 1, 1)).people(Losses())


def test_processes_get_a_copy_of_the_mapping(tmp_path: Path, mapping: EhrMapping) -> None:
    for name in ("p1", "p2", "p3"):
        resources = [replace_subject(one, name) for one in typical()]
        written(tmp_path, f"{name}.json", *resources)
    source = FhirBundles(tmp_path, mapping, TODAY)
    (tmp_path / "out").mkdir()
    alone, _ = run(Order(source, tmp_path / "out" / "a.parquet"), lambda *_: None)
    several, _ = run(Order(source, tmp_path / "out" / "b.parquet", processes=2), lambda *_: None)
    assert alone.persons.read_bytes() == several.persons.read_bytes()
    assert pq.read_table(alone.persons).num_rows == 3


def replace_subject(resource: dict[str, object], name: str) -> dict[str, object]:
    if resource["resourceType"] == "Patient":
        return resource | {"id": name}
    return resource | {"subject": {"reference": f"Patient/{name}"}}
