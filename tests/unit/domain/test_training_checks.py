"""A `[training]` table that cannot be is refused by a sentence that names the record."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.domain.schema import FeatureSchema, ModelInfo
from app.domain.schema_checks import schema_faults
from app.domain.training import Training

Json = dict[str, Any]


def faults(schema: FeatureSchema, copies: int, *records: Json) -> list[str]:
    training = Training.model_validate({"masked_copies": copies, "record": records})
    return list(schema_faults(schema.model_copy(update={"training": training})))


def test_records_that_can_be_are_accepted(schema: FeatureSchema) -> None:
    records: list[Json] = [
        {"name": "EHR", "keeps": ["age", "sex", "sbp"]},
        {"name": "least", "keeps": []},
        {"name": "no lipids", "lacks": ["total_cholesterol", "hdl_cholesterol"]},
        {"name": "some", "loses": 0.3},
    ]
    assert faults(schema, 4, *records) == []
    assert faults(schema, 0, *records) == []
    assert faults(schema, 0) == []


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({}, "needs one of keeps, lacks and loses"),
        ({"keeps": ["sbp"], "lacks": ["dbp"]}, "needs one of keeps, lacks and loses"),
        ({"keeps": ["sbp", "pet"]}, "names pet, which is no feature"),
        ({"lacks": ["sbp", "pet"]}, "names pet, which is no feature"),
        ({"lacks": ["sbp", "age"]}, "lacks age, which is never unknown"),
        ({"lacks": ["sbp", "weight"]}, "lacks weight, which is never unknown"),
        ({"lacks": []}, "carries every feature: it is the whole record"),
    ],
)
def test_a_record_that_cannot_be_is_named(schema: FeatureSchema, record: Json, said: str) -> None:
    assert faults(schema, 1, {"name": "odd"} | record) == [f"the training record 'odd' {said}"]


def test_keeping_everything_is_the_whole_record(schema: FeatureSchema) -> None:
    (said,) = faults(schema, 0, {"name": "all", "keeps": list(schema.by_name)})
    assert said.endswith("it is the whole record")


def test_there_are_as_many_records_as_copies(schema: FeatureSchema) -> None:
    assert faults(schema, 2, {"name": "some", "loses": 0.3}) == [
        "training.masked_copies is 2, but each copy of a person is of another record, and there are 1"
    ]


def test_two_records_of_a_name_are_refused(schema: FeatureSchema) -> None:
    some = {"name": "some", "loses": 0.3}
    assert faults(schema, 1, some, some | {"loses": 0.4}) == ["two training records are called 'some'"]


@pytest.mark.parametrize("loses", [0, 1, -0.1, "0.5"])
def test_a_share_that_is_none_is_refused(loses: object) -> None:
    with pytest.raises(ValidationError):
        Training.model_validate({"record": [{"name": "some", "loses": loses}]})


@pytest.mark.parametrize("version", ["0", "01", "1.0", "two", "", "-1"])
def test_a_version_is_a_whole_number(schema: FeatureSchema, version: str) -> None:
    with pytest.raises(ValidationError):
        ModelInfo.model_validate(schema.model.model_dump() | {"version": version})
