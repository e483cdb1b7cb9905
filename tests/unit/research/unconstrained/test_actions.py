"""Of each feature the way is open that lowers the risk most by itself, and of each category one value."""

import numpy as np
import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.feature import Kind
from app.domain.levers import Levers
from app.domain.patient import read_patient
from research.unconstrained.actions import UnconstrainedActions, unconstrained_actions
from tests.asking import Person


@pytest.fixture(scope="module")
def actions(model: ModelVersion) -> UnconstrainedActions:
    return unconstrained_actions(model.schema, np.nanstd(model.population.rows, axis=0))


def levers_of(
    actions: UnconstrainedActions, model: ModelVersion, person: Person, categories: bool = True
) -> Levers:
    return actions.levers(read_patient(model.schema, person), model.classifier, categories)


def lowest(model: ModelVersion, levers: Levers, index: int) -> float:
    """The lowest risk that one lever reaches by itself."""
    levels = np.zeros((len(levers.items[index].effort), len(levers)), dtype=np.int64)
    levels[:, index] = np.arange(len(levels))
    return float(model.classifier.risk(levers.rows(levels)).min())


def test_a_lever_goes_the_better_of_both_ways(
    actions: UnconstrainedActions, model: ModelVersion, helpable: Person
) -> None:
    chosen = levers_of(actions, model, helpable, categories=False)
    risks = {lever.feature.name: lowest(model, chosen, at) for at, lever in enumerate(chosen)}
    for way in actions.ways:
        one_way = UnconstrainedActions(way, (way, way))
        levers = levers_of(one_way, model, helpable, categories=False)
        for at, lever in enumerate(levers):
            assert risks[lever.feature.name] <= lowest(model, levers, at) + 1e-12


def test_a_category_takes_one_other_value(
    actions: UnconstrainedActions, model: ModelVersion, helpable: Person
) -> None:
    categories = [
        lever for lever in levers_of(actions, model, helpable) if lever.feature.kind is Kind.CATEGORY
    ]
    assert categories
    for lever in categories:
        assert lever.rows.sum(axis=1).tolist() == [1.0, 1.0]
        assert not np.array_equal(lever.rows[0], lever.rows[1])
    without = levers_of(actions, model, helpable, categories=False)
    assert all(lever.feature.kind is not Kind.CATEGORY for lever in without)
