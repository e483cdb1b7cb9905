"""Held-out people written as FHIR records are read as what they are, and no more is told than is carried."""

import pytest

from app.classifiers.partitions import Person, Side, people_of
from app.domain.ehr import EhrMapping
from app.domain.schema import Value
from app.engine.registry import ServedModel
from app.ingest.fhir.reading import read_bundle
from bench.records import RECORDS, TABLE, WHOLE, by_record, scored, typical, with_ethnicity
from tests.ehr.resources import TOLD_ON, Json

FEW = 60
CARRIED = ("sbp", "dbp", "pulse", "total_cholesterol", "hdl_cholesterol")


@pytest.fixture(scope="module")
def people(served: ServedModel) -> list[Person]:
    return people_of(served.model, Side.HELD_OUT)[:FEW]


def told(mapping: EhrMapping, bundle: Json) -> dict[str, Value]:
    return dict(read_bundle(mapping, bundle, TOLD_ON).features)


def test_a_record_tells_what_was_measured_and_nothing_else(served: ServedModel, people: list[Person]) -> None:
    for person in people:
        features = told(served.ehr, typical(person))
        known = {name: value for name, value in features.items() if value is not None}
        assert known["age"] == person.features["age"]
        assert known["bmi"] == person.features["bmi"]
        assert all(known.get(name) in (None, person.features[name]) for name in CARRIED)
        assert set(known) <= {"age", "sex", "height", "weight", "bmi", "cigarettes", *CARRIED}
        assert known.get("cigarettes") in (0, None)
        assert not (person.features["cigarettes"] and "cigarettes" in known)


def test_ethnicity_is_told_where_its_code_says_which(served: ServedModel, people: list[Person]) -> None:
    for person in people:
        own = person.features["ethnicity"]
        said = told(served.ehr, with_ethnicity(person)).get("ethnicity")
        assert said == (None if own == "other_hispanic" else own)


def test_every_column_has_its_figure(served: ServedModel, people: list[Person]) -> None:
    rows = by_record(served, people)
    assert list(rows) == [WHOLE, *RECORDS]
    for figures in rows.values():
        assert set(figures) == {column.key for column in TABLE.columns}
        count = figures["scored"]
        assert count is not None
        assert count.value == FEW


def test_who_was_not_measured_is_not_counted(served: ServedModel, people: list[Person]) -> None:
    def of_some(person: Person) -> Json:
        bundle = typical(person)
        is_left = person is people[0]
        return bundle | {"entry": bundle["entry"][:1]} if is_left else bundle

    assert scored(served, people[:3], of_some).places == [1, 2]
