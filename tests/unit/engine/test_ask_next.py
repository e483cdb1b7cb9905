"""What to ask next: unknown features alone, the most telling first, the same each time, and soon."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.domain.feature import MissingPolicy
from app.domain.patient import Patient
from app.domain.schema import FeatureSchema, FloatArray
from app.engine.ask_next import Asking, asking_of
from app.engine.registry import ServedModel
from tests.rare import rare_model
from tests.wide import wide_model

MODELS = ("dysglycaemia", "heart-disease", "rare", "wide")


@pytest.fixture(scope="module")
def models(served: ServedModel, heart: ServedModel) -> Mapping[str, ModelVersion]:
    return dict(zip(MODELS, (served.model, heart.model, rare_model(), wide_model()), strict=True))


def asking(model: ModelVersion) -> Asking:
    return asking_of(model.schema, model.committee, model.population)


def without(schema: FeatureSchema, row: FloatArray, names: set[str]) -> Patient:
    """A person with some features unknown."""
    own, values, start = row.copy(), {}, 0
    for feature in schema.features:
        columns = slice(start, start + len(feature.columns))
        start += len(feature.columns)
        if feature.name in names:
            own[columns] = np.nan
        values[feature.name] = None if np.isnan(own[columns]).any() else 1.0
    return Patient(values=values, factual=own)


@pytest.mark.parametrize("name", MODELS)
@given(data=st.data())
@settings(max_examples=25)
def test_what_is_asked_is_unknown_and_the_most_telling_comes_first(
    models: Mapping[str, ModelVersion], name: str, data: st.DataObject
) -> None:
    model = models[name]
    names = [one.name for one in model.schema.features if one.missing is not MissingPolicy.REFUSED]
    row = model.population.rows[data.draw(st.integers(0, len(model.population.rows) - 1))]
    masked = set(data.draw(st.lists(st.sampled_from(names), unique=True))) if names else set()
    patient, own = without(model.schema, row, masked), asking(model)
    told = own.next_for(patient)
    assert {one.feature for one in told} <= set(patient.unknown)
    assert all(0 < one.narrows <= 1 for one in told)
    assert [one.narrows for one in told] == sorted((one.narrows for one in told), reverse=True)
    assert own.next_for(patient) == told
    assert all(model.schema[one.feature].missing is not MissingPolicy.DERIVED for one in told)


@pytest.mark.parametrize("name", MODELS)
def test_nothing_is_asked_of_whom_all_is_known(models: Mapping[str, ModelVersion], name: str) -> None:
    model = models[name]
    whole = model.population.rows[~np.isnan(model.population.rows).any(axis=1)]
    assert len(whole)
    assert asking(model).next_for(without(model.schema, whole[0], set())) == []


def test_a_feature_that_the_refits_do_not_look_at_is_not_asked_for(served: ServedModel) -> None:
    """Its values among people make no difference, so that knowing it tells nothing."""
    schema, rows = served.model.schema, served.model.population.rows
    ignored = schema.column_of["fibre"]

    class Blind:
        size = served.model.committee.size

        def risk(self, asked: FloatArray) -> FloatArray:
            blind = asked.copy()
            blind[:, ignored] = 20
            return served.model.committee.risk(blind)

    patient = without(schema, rows[0], {"fibre", "ethnicity"})
    told = asking_of(schema, Blind(), served.model.population).next_for(patient)
    assert [one.feature for one in told] == ["ethnicity"]


def test_the_committee_is_asked_once_about_few_rows(served: ServedModel) -> None:
    model = served.model
    names = {one.name for one in model.schema.features if one.missing is MissingPolicy.UNKNOWN}
    patient = without(model.schema, model.population.rows[0], names)
    asked = []

    class Counted:
        size = model.committee.size

        def risk(self, rows: FloatArray) -> FloatArray:
            asked.append(len(rows))
            return model.committee.risk(rows)

    asking_of(model.schema, Counted(), model.population).next_for(patient)
    assert len(asked) == 1
    assert asked[0] <= len(names) * 8
