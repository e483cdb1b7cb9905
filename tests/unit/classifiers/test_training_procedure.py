"""A classifier is fit the same on every run, and answers to each feature only the way its schema allows."""

from itertools import pairwise

import numpy as np
import pytest

from app.classifiers.model_version import ModelVersion
from app.classifiers.training_procedure import Sample, fit, risk_of
from app.domain.feature import Kind, Monotonicity

PEOPLE = 400


@pytest.fixture(scope="module")
def sample(model: ModelVersion) -> Sample:
    return Sample(model.population.rows[:PEOPLE], model.population.outcome[:PEOPLE])


def test_the_same_people_and_seed_give_the_same_classifier(model: ModelVersion, sample: Sample) -> None:
    once, again, other = (fit(model.schema, sample, seed) for seed in (3, 3, 4))
    assert once.save_raw() == again.save_raw()
    assert once.save_raw() != other.save_raw()


def test_risk_goes_only_the_way_the_schema_allows(model: ModelVersion, sample: Sample) -> None:
    booster, schema = fit(model.schema, sample), model.schema
    bound = {Monotonicity.RISING: 1, Monotonicity.FALLING: -1}
    numeric = [one for one in schema.features if one.kind is not Kind.CATEGORY and one.risk in bound]
    assert numeric
    for feature in numeric:
        column, rows = schema.column_of[feature.name], sample.rows[:40].copy()
        risks = []
        for value in np.nanquantile(sample.rows[:, column], np.linspace(0, 1, 7)):
            rows[:, column] = value
            risks.append(risk_of(booster, rows))
        assert all((bound[feature.risk] * (b - a) >= -1e-6).all() for a, b in pairwise(risks)), feature.name


def test_a_draw_of_people_keeps_outcomes_with_their_rows(sample: Sample) -> None:
    index = np.array([5, 1, 1, 399])
    drawn = sample.take(index)
    assert len(drawn) == len(index)
    np.testing.assert_array_equal(drawn.rows, sample.rows[index])
    np.testing.assert_array_equal(drawn.outcome, sample.outcome[index])
