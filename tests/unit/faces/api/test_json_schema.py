"""A model's JSON Schema is one, and says of people what the service says of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.domain.errors import InvalidInputError
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema
from app.engine.registry import ModelRegistry
from app.faces.api.json_schema import features_json_schema
from tests.asking import Person

NAMES = ["dysglycaemia", "heart-disease"]
VALUES = st.none() | st.booleans() | st.sampled_from(["", "sesame"]) | st.sampled_from([-1e9, 1e9])


def takes(schema: FeatureSchema, features: dict[str, Any]) -> bool:
    try:
        read_patient(schema, features)
    except InvalidInputError:
        return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_it_is_json_schema(registry: ModelRegistry, name: str) -> None:
    Draft202012Validator.check_schema(features_json_schema(registry.named(name).model.schema))


@given(data=st.data())
def test_what_it_refuses_the_service_refuses(
    schema: FeatureSchema, held_out: list[Person], data: st.DataObject
) -> None:
    person = data.draw(st.sampled_from(held_out))
    spoilt = person | {data.draw(st.sampled_from([*person, "sesame"])): data.draw(VALUES)}
    valid = Draft202012Validator(features_json_schema(schema)).is_valid(spoilt)
    assert valid or not takes(schema, spoilt)


@pytest.mark.parametrize("name", NAMES)
def test_each_feature_is_either_moved_moved_along_or_fixed(registry: ModelRegistry, name: str) -> None:
    for described in features_json_schema(registry.named(name).model.schema)["properties"].values():
        assert len({"x-actionable", "x-moves-with", "x-fixed"} & described.keys()) == 1
