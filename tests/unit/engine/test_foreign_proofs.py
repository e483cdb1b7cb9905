"""Proofs hold for other libraries' classifiers and other links as they do for XGBoost's.

Held against a look at every permitted candidate, at thresholds from 0.05 to 0.6, on a schema with effects (so
that columns are driven by several levers) and on one without.
"""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.classifiers.complement import complement_model
from app.classifiers.forest import TreeEnsemble, margins
from app.domain.counterfactual import Status
from app.domain.tolerances import MARGIN_SLACK
from app.engine.budget import Budget
from app.engine.exact.bounds import gains, knapsack
from app.engine.exact.reduce import reduced
from app.engine.exact.scenarios import all_scenarios, classifier_alone, goals_in
from app.engine.exact.solver import ExactSearch
from app.engine.problem import problem_about
from tests.unit.engine.answers import answer
from tests.unit.engine.exact.brute import all_candidates, best_options, will_do
from tests.unit.engine.exact.margins import margin_at
from tests.unit.engine.foreign import KINDS, cohort_of
from tests.unit.engine.models import Cohort, small_question
from tests.unit.engine.test_proofs import assert_bounds_are_true

SOME = settings(max_examples=12, deadline=None)
SHARES = st.sampled_from([0.0, 0.5, 0.75])


@pytest.fixture(scope="module", params=["dysglycaemia", "synthetic-rare"])
def original(request: pytest.FixtureRequest, cohorts: dict[str, Cohort]) -> Cohort:
    return cohorts[request.param]


@pytest.fixture(scope="module", params=KINDS)
def foreign(request: pytest.FixtureRequest, original: Cohort) -> Cohort:
    return cohort_of(request.param, original)


@given(data=st.data(), share=SHARES)
@SOME
def test_what_is_proved_is_true(data: st.DataObject, share: float, foreign: Cohort) -> None:
    problem = small_question(data, foreign)
    outcome = answer(foreign.served, problem, min_robustness=share)
    risk = problem.risk(np.concatenate([problem.unchanged, all_candidates(problem)]))
    assert (outcome.status is Status.INFEASIBLE) == (risk.min() > problem.target)
    if outcome.infeasible is not None:
        assert outcome.infeasible.proved
        assert outcome.infeasible.lowest_reachable_risk == pytest.approx(risk.min(), abs=1e-6)
        assert outcome.infeasible.risk_bound == pytest.approx(risk.min(), abs=1e-6)
    assert_bounds_are_true(problem, foreign, outcome, share)


@given(data=st.data(), share=SHARES)
@SOME
def test_options_are_of_least_effort(data: st.DataObject, share: float, foreign: Cohort) -> None:
    problem = small_question(data, foreign)
    references = foreign.served.references
    assert references.forest is not None
    everyone = all_candidates(problem)
    enough = everyone[will_do(problem, references.evaluator, everyone, share)]
    search = ExactSearch(
        references.forest,
        classifier_alone if share == 0 else lambda levers: all_scenarios(levers, references.evaluator),
        problem.levers,
    )
    goal = goals_in(search.scenarios, references.links, problem.target, problem.target, problem.target)
    solved = search.best(goal, share, 3, lambda levels: 0.0, Budget())
    efforts = [float(problem.levers.effort(levels[None])[0]) for levels in solved.levels]
    assert efforts == pytest.approx(best_options(problem, enough, 3))


@given(data=st.data())
@settings(max_examples=5, deadline=None)
def test_reduced_trees_say_what_the_models_say_and_bounds_bound(data: st.DataObject, foreign: Cohort) -> None:
    """With all levers of a person, and in every scenario."""
    model, references = foreign.served.model, foreign.served.references
    assert references.forest is not None
    problem = problem_about(model, data.draw(st.sampled_from(foreign.people)), scope=foreign.scope)
    assume(len(problem.levers) > 0)
    scenarios = all_scenarios(problem.levers, references.evaluator)
    trees, changes = reduced(references.forest, scenarios), min(4, len(problem.levers))
    table = knapsack(gains(trees, scenarios.top), problem.levers.efforts, scenarios.top, changes)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    levels = rng.integers(0, scenarios.top + 1, size=(12, len(scenarios.top)))
    levels[0] = 0
    for place in range(1, len(levels)):  # so many changes at most
        levels[place, rng.permutation(levels.shape[1])[changes:]] = 0
    found = np.array([[margin_at(trees, s, x) for x in levels] for s in range(scenarios.number)])
    np.testing.assert_allclose(references.links.classifier.risk(found[0]), problem.risk(levels), atol=1e-9)
    members = slice(1, scenarios.group[2])
    by_members = model.committee.risk(problem.levers.rows(levels))[scenarios.model[members] - 1]
    np.testing.assert_allclose(references.links.refits.risk(found[members]), by_members, atol=1e-9)
    most = table.all_of[0, changes]
    assert (found[:, :1] - found <= most[:, None] + MARGIN_SLACK).all()


def test_trees_links_and_risks_of_the_complement_say_the_same(foreign: Cohort) -> None:
    model = foreign.served.model
    turned = complement_model(model)
    rows = model.population.rows[:200]
    np.testing.assert_allclose(turned.classifier.risk(rows) + model.classifier.risk(rows), 1)
    for whole in (turned.classifier, turned.committee):
        assert isinstance(whole, TreeEnsemble)
        by_trees = whole.link.risk(margins(whole.forest, rows.astype(np.float32)))
        np.testing.assert_allclose(by_trees, np.atleast_2d(whole.risk(rows)), atol=1e-9)
