"""What a feature schema may not say, and how it codes people."""

import numpy as np
import pytest
from pydantic import ValidationError

from app.domain.constraints import read_constraints
from app.domain.entry_units import entry_units
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema
from app.domain.schema_checks import schema_faults
from app.domain.wording import value_text
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


def _bare(unit: str | None = None) -> FeatureSchema:
    """As little as a schema may say: no groups, no units, and whatever a feature is, it may be unknown."""
    number = {"name": "score", "label": "Score", "kind": "number", "clinical": [0, 10], "observed": [0, 9]}
    if unit is not None:
        number |= {"unit": unit, "ucum": unit}
    action = {"direction": "decrease", "verb": "scoring less", "limit": [0, 10], "effort": 1}
    values = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]
    content = {
        "model": {
            "name": "bare",
            "title": "Bare",
            "outcome": "an event",
            "description": "",
            "threshold": 0.005,
            "min_robustness": 0.5,
            "max_changes": 1,
            "horizon": "a year",
            "effort_per_change": 0,
        },
        "data": {"name": "d", "publisher": "p", "licence": "l", "loader": "own_table"},
        "feature": [
            number | {"missing": "unknown", "action": action},
            number | {"name": "stays", "label": "Stays", "kind": "integer", "missing": "unknown"},
            {"name": "flag", "label": "Flag", "kind": "boolean", "missing": "unknown"},
            {"name": "kind", "label": "Kind", "kind": "category", "categories": values, "missing": "unknown"},
        ],
    }
    return FeatureSchema.model_validate(content)


def test_a_feature_needs_neither_group_nor_unit_and_no_name_is_demanded() -> None:
    schema = _bare()
    assert list(schema_faults(schema)) == []
    assert {(one.unit, one.ucum, one.group) for one in schema.features} == {(None, None, "features")}
    assert value_text(schema["score"], 7.0) == "score 7"
    assert entry_units(schema["score"]) == ()


def test_an_empty_unit_is_none() -> None:
    assert _bare(unit="") == _bare()
    assert value_text(_bare(unit="mg")["score"], 7.0) == "score 7 mg"


@pytest.mark.parametrize("unknown", ["score", "stays", "flag", "kind"])
def test_what_may_be_unknown_may_be_left_out_whatever_its_kind(unknown: str) -> None:
    schema = _bare()
    known: Person = {"score": 7.0, "stays": 2, "flag": True, "kind": "b"}
    patient = read_patient(schema, {name: value for name, value in known.items() if name != unknown})
    assert patient.unknown == (unknown,)
    own = [schema.columns.index(column) for column in schema[unknown].columns]
    assert np.isnan(patient.factual[own]).all()
    assert np.isnan(patient.factual).sum() == len(own)
    levers = levers_of(schema, patient, read_constraints(schema, None, None, None))
    assert len(levers) == (0 if unknown == "score" else 1)
