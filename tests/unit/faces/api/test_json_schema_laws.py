"""A model's JSON Schema takes the people whom the model takes, and refuses those that it refuses."""

import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from app.classifiers.store import newest_version
from app.domain.errors import InvalidInputError
from app.domain.feature import Feature, Kind, MissingPolicy
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema, Value
from app.faces.api.json_schema import features_json_schema
from tests.asking import Person
from tests.unit.domain.schemas import STORE, Content, small_schemas
from tests.unit.faces.answers import MODELS, NAMES


def validator_of(schema: FeatureSchema) -> Draft202012Validator:
    return Draft202012Validator(features_json_schema(schema))


def a_value(feature: Feature) -> Value:
    """One that the feature takes, whatever the others are."""
    if feature.kind is Kind.BOOLEAN:
        return True
    if feature.kind is Kind.CATEGORY:
        return feature.categories[0].value
    assert feature.observed
    return feature.in_kind(float(round(feature.observed[0])))


def wrong_values(feature: Feature) -> list[Any]:
    if feature.kind is Kind.BOOLEAN:
        return [0, "true"]
    if feature.kind is Kind.CATEGORY:
        return [True, 7, "nonesuch"]
    assert feature.clinical
    low, high = feature.clinical
    return [low - 1, high + 1, "7", True, [low]]


@settings(max_examples=40)
@given(small_schemas())
def test_that_of_any_schema_is_one(content: Content) -> None:
    document = features_json_schema(FeatureSchema.model_validate(content))
    Draft202012Validator.check_schema(document)
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def held_out(schema: FeatureSchema) -> list[Person]:
    """The people of the model's own file, as a caller would send them: of an unknown value, null."""
    names = [feature.name for feature in schema.features]
    table = pq.read_table(newest_version(STORE / schema.model.name) / "held_out.parquet", columns=names)
    return [
        {name: None if value != value else value for name, value in row.items()} for row in table.to_pylist()
    ]


@pytest.mark.parametrize("schema", MODELS, ids=NAMES)
def test_it_takes_every_person_held_out(schema: FeatureSchema) -> None:
    validator, people = validator_of(schema), held_out(schema)
    assert len(people) > 50
    assert [place for place, person in enumerate(people) if not validator.is_valid(person)] == []


@pytest.mark.parametrize("schema", MODELS, ids=NAMES)
def test_what_it_refuses_of_one_value_the_service_refuses_there(schema: FeatureSchema) -> None:
    validator = validator_of(schema)
    for feature in schema.features:
        for value in wrong_values(feature):
            person = {one.name: a_value(one) for one in schema.features} | {feature.name: value}
            at_fault = {error.absolute_path[0] for error in validator.iter_errors(person)}
            assert at_fault == {feature.name}
            assert f"/features/{feature.name}" in pointers_of(schema, person)


def pointers_of(schema: FeatureSchema, person: Person) -> set[str]:
    with pytest.raises(InvalidInputError) as caught:
        read_patient(schema, person)
    return {issue.pointer for issue in caught.value.issues}


@pytest.mark.parametrize("schema", MODELS, ids=NAMES)
def test_who_lacks_a_value_is_refused_exactly_where_the_service_refuses(schema: FeatureSchema) -> None:
    validator = validator_of(schema)
    whole = {feature.name: a_value(feature) for feature in schema.features}
    for feature in schema.features:
        needed = feature.missing is MissingPolicy.REFUSED
        without = {name: value for name, value in whole.items() if name != feature.name}
        assert validator.is_valid(without) is not needed
        assert validator.is_valid(whole | {feature.name: None}) is not needed
        if needed:
            assert f"/features/{feature.name}" in pointers_of(schema, without)


@pytest.mark.parametrize("schema", MODELS, ids=NAMES)
def test_a_feature_that_nobody_knows_is_refused(schema: FeatureSchema) -> None:
    whole = {feature.name: a_value(feature) for feature in schema.features}
    assert not validator_of(schema).is_valid(whole | {"shoe_size": 44})
