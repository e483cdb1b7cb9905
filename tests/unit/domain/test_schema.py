"""What a feature schema may not say, and how it codes people."""

import numpy as np
import pytest
from pydantic import ValidationError

from app.domain.schema import FeatureSchema
from app.engine.registry import ServedModel
from tests.asking import Person


def test_a_slope_cannot_go_by_what_may_be_unknown(schema: FeatureSchema) -> None:
    content = schema.model_dump(by_alias=True)
    sex = next(feature for feature in content["feature"] if feature["name"] == "sex")
    sex["missing"] = "unknown"
    with pytest.raises(ValidationError, match="waist: its slope goes by sex, which is not always known"):
        FeatureSchema.model_validate(content)


def test_an_unknown_category_is_none_of_its_values_nor_their_absence(
    heart: ServedModel, heart_patient: Person
) -> None:
    schema = heart.model.schema
    columns = [schema.columns.index(column) for column in schema["st_slope"].columns]
    flat = schema.encode(heart_patient | {"st_slope": "flat"})[columns]
    unknown = schema.encode(heart_patient | {"st_slope": None})[columns]
    assert flat.tolist() == [0, 1, 0]
    assert np.isnan(unknown).all()


def test_the_population_is_coded_like_a_patient(heart: ServedModel) -> None:
    rows = heart.model.population.rows
    columns = [heart.model.schema.columns.index(column) for column in heart.model.schema["thallium"].columns]
    known = ~np.isnan(rows[:, columns])
    assert (known.all(axis=1) | ~known.any(axis=1)).all()
    assert 0 < known.all(axis=1).sum() < len(rows)
