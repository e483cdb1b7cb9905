"""What is said of a model that is told metrics of a glucose monitor."""

import pytest
from pydantic import ValidationError

from app.domain.feature import Device, Feature
from app.domain.schema import FeatureSchema
from app.domain.sensor_cautions import sensor_cautions


def with_device(schema: FeatureSchema, *names: str) -> FeatureSchema:
    features = [
        one.model_copy(update={"device": Device.CGM}) if one.name in names else one for one in schema.features
    ]
    return schema.model_copy(update={"features": tuple(features)})


def test_of_a_glucose_monitor_it_is_said_what_enters_and_that_this_is_no_legal_advice(
    schema: FeatureSchema,
) -> None:
    what, which = sensor_cautions(with_device(schema, "bmi", "waist"))
    assert "summary metrics alone (body mass index and waist)" in what
    assert "outside the usual exemption" in which
    assert which.endswith("this is a caution, not legal advice.")


def test_of_other_models_nothing_is_said(schema: FeatureSchema) -> None:
    assert sensor_cautions(schema) == ()


def test_another_device_is_none(schema: FeatureSchema) -> None:
    told = schema["bmi"].model_dump(by_alias=True)
    assert Feature.model_validate(told | {"device": "cgm"}).device is Device.CGM
    with pytest.raises(ValidationError):
        Feature.model_validate(told | {"device": "thermometer"})
