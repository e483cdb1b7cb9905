"""Asking the other way round: the same search raises the risk of people at low risk."""

import numpy as np
import pytest

from app.classifiers.complement import complement_model
from app.classifiers.partitions import Person, Side, people_of
from app.domain.counterfactual import Generator
from app.domain.patient import read_patient
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.registry import ModelRegistry, ServedModel, served_model
from app.engine.search import search
from app.engine.selection import select_options
from research.unconstrained.actions import unconstrained_actions

PEOPLE = 3


@pytest.fixture(scope="module", params=["dysglycaemia", "heart-disease"])
def original(request: pytest.FixtureRequest, registry: ModelRegistry) -> ServedModel:
    return registry.named(request.param)


@pytest.fixture(scope="module")
def turned(original: ServedModel) -> ServedModel:
    return served_model(complement_model(original.model))


@pytest.fixture(scope="module")
def low_risk(original: ServedModel) -> list[Person]:
    threshold = original.model.schema.model.threshold
    return [person for person in people_of(original.model, Side.HELD_OUT) if person.risk <= threshold]


def rows_for(turned: ServedModel, person: Person, share: float) -> np.ndarray:
    model = turned.model
    patient = read_patient(model.schema, person.features)
    actions = unconstrained_actions(model.schema, np.nanstd(model.population.rows, axis=0))
    levers = actions.levers(patient, model.classifier)
    problem = RecourseProblem(model.schema, patient, levers, model.classifier, model.schema.model.threshold)
    preferences = Preferences(2, share, Generator.SEARCH)
    result = search(problem, turned.references, preferences)
    nothing = problem.unchanged[:0]
    options = select_options(
        problem, turned.references, preferences, nothing, result.levels, result.proved
    ).options
    return problem.levers.rows(options.levels)


@pytest.mark.parametrize("share", [0.0, 0.9])
def test_answers_are_at_high_risk_in_the_model_itself(
    original: ServedModel, turned: ServedModel, low_risk: list[Person], share: float
) -> None:
    threshold = original.model.schema.model.threshold
    answers = [rows_for(turned, person, share) for person in low_risk[:PEOPLE]]
    rows = np.concatenate(answers)
    assert len(rows) >= PEOPLE
    assert (original.model.classifier.risk(rows) > threshold).all()
    firsts = np.concatenate([options[:1] for options in answers])
    kept = (original.model.committee.risk(firsts) > threshold).mean(axis=0)
    assert np.median(kept) >= share


def test_trees_and_risks_say_the_same(original: ServedModel, turned: ServedModel) -> None:
    rows = original.model.population.rows[:200]
    risks = turned.model.committee.risk(rows)
    np.testing.assert_allclose(risks + original.model.committee.risk(rows), 1)
    np.testing.assert_array_equal(
        turned.model.classifier.risk(rows) <= turned.model.schema.model.threshold,
        original.model.classifier.risk(rows) > original.model.schema.model.threshold,
    )
