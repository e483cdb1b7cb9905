"""Goals of a patient are what people do, in words; treatment, and what it brings, is none of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.constraints import Constraints
from app.domain.feature import Role
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.domain.schema import FeatureSchema
from app.domain.scope import Inclusion, Programme, Scope
from app.usecases.handout.goals import encoded_with
from tests.unit.faces.answers import MODELS, a_person

WIDE = Scope((Inclusion.TREATMENT,), Programme.INTENSIVE)
BY_NAME = {schema.model.name: schema for schema in MODELS}


@given(st.sampled_from(sorted(BY_NAME)), st.data())
def test_goals_alone_are_the_plan_without_its_treatment(name: str, data: st.DataObject) -> None:
    schema = BY_NAME[name].within(WIDE)
    person = a_person(schema)
    levers = levers_of(schema, read_patient(schema, person), Constraints(max_changes=9))
    levels = np.array([data.draw(st.integers(0, lever.top)) for lever in levers], dtype=np.int64)
    of_treatment = [lever.feature.role in (Role.TREATMENT, Role.CONSEQUENCE) for lever in levers]
    alone = np.where(of_treatment, 0, levels)
    goals = [
        {"feature": lever.feature.name, "to": lever.feature.in_kind(float(lever.values[level]))}
        for lever, level in zip(levers, alone, strict=True)
        if level
    ]
    found = encoded_with(BY_NAME[name], person, goals)
    assert found is not None
    np.testing.assert_allclose(found, levers.rows(alone[None, :])[0], equal_nan=True)


@pytest.mark.parametrize("schema", MODELS, ids=list(BY_NAME))
def test_what_is_no_step_has_no_number(schema: FeatureSchema) -> None:
    person = a_person(schema)
    lever = next(iter(levers_of(schema, read_patient(schema, person), Constraints(max_changes=9))))
    assert encoded_with(schema, person, [{"feature": lever.feature.name, "to": 12345.678}]) is None
    assert encoded_with(schema, person, [{"feature": "yoga", "to": True}]) is None
