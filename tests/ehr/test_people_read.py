"""What the service reads of the mock EHR's people: a mixture of risks, from records as EHRs keep them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from app.domain.certainty import Certainty
from app.domain.errors import InvalidInputError
from app.domain.patient import read_patient
from app.domain.schema import Value
from app.engine.registry import ServedModel
from app.ingest.fhir.reading import read_bundle
from app.ingest.fhir.record import PatientRecord
from tests.ehr.people import bundle_of, names
from tests.ehr.resources import TOLD_ON

LACKING = "willow"
"""Of whom height and weight are not known."""


@dataclass(frozen=True)
class Read:
    """Somebody's record as read, and how sure the estimate of it is."""

    record: PatientRecord
    certainty: Certainty


@pytest.fixture(scope="module")
def read(served: ServedModel) -> dict[str, Read]:
    return dict(_read(served))


def _read(served: ServedModel) -> Iterator[tuple[str, Read]]:
    for name in names():
        record = read_bundle(served.ehr, bundle_of(name, TOLD_ON), TOLD_ON)
        if name != LACKING:
            yield name, Read(record, _certainty(served, record.features))


def _certainty(served: ServedModel, features: dict[str, Value]) -> Certainty:
    row = served.model.schema.encode(read_patient(served.model.schema, features).values)
    risk = float(served.model.classifier.risk(np.stack([row]))[0])
    return served.estimate(row, risk).certainty


def test_risks_are_a_mixture(read: dict[str, Read]) -> None:
    found = [one.certainty for one in read.values()]
    assert all(found.count(certainty) >= 2 for certainty in Certainty)


def test_records_are_as_sparse_as_those_of_ehrs(served: ServedModel, read: dict[str, Read]) -> None:
    counts = sorted(len(one.record.features) for one in read.values())
    assert counts[len(counts) // 2] == 11
    assert len(served.model.schema.features) == 25


def test_measured_outcomes(read: dict[str, Read]) -> None:
    assert read["birch"].record.outcome is not None
    assert read["birch"].record.outcome.value == 7.5
    low = read["larch"]
    assert low.certainty is Certainty.CLEAR_LOW
    assert low.record.outcome is not None
    assert low.record.outcome.has_outcome
    assert read["ash"].record.outcome is None


def test_units_come_to_the_same(read: dict[str, Read]) -> None:
    assert read["hazel"].record.features["weight"] == pytest.approx(106.6, abs=0.1)
    assert read["fir"].record.features["total_cholesterol"] == 223


def test_what_is_left_out_is_said(read: dict[str, Read]) -> None:
    reasons = {one.reason.value for name in ("oak", "cedar", "rowan") for one in read[name].record.not_used}
    assert {"status", "not_a_count", "too_old"} <= reasons


def test_one_has_too_little_on_file(served: ServedModel) -> None:
    record = read_bundle(served.ehr, bundle_of(LACKING, TOLD_ON), TOLD_ON)
    with pytest.raises(InvalidInputError):
        read_patient(served.model.schema, record.features)
