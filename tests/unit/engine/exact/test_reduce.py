"""What is left of the trees says what the models say, in every scenario."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.exact.reduce import reduced
from app.engine.exact.scenarios import all_scenarios
from app.engine.registry import ServedModel
from tests.asking import Person, problem_about
from tests.unit.engine.exact.margins import margin_at


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_every_scenario_agrees_with_classifier_and_judge(
    data: st.DataObject, served: ServedModel, high_risk: list[Person]
) -> None:
    problem = problem_about(served.model, data.draw(st.sampled_from(high_risk)))
    levers, evaluator = problem.levers, served.references.evaluator
    assert served.references.forest is not None
    scenarios = all_scenarios(levers, evaluator)
    trees = reduced(served.references.forest, scenarios)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    levels = rng.integers(0, scenarios.top + 1, size=(5, len(levers)))
    scenes = range(scenarios.number)
    risk = np.array([[_risk(margin_at(trees, scenario, x)) for x in levels] for scenario in scenes])
    rows = levers.rows(levels)
    np.testing.assert_allclose(risk[0], problem.risk(levels), atol=1e-6)
    by_member = risk[1 : scenarios.group[2]][np.argsort(scenarios.model[1 : scenarios.group[2]])]
    np.testing.assert_allclose(by_member, evaluator.committee.risk(rows), atol=1e-6)
    noise, adherence = evaluator.noise_and_adherence(problem.classifier, levers, levels, problem.target)
    start, middle, end = scenarios.group[2:]
    np.testing.assert_allclose((risk[start:middle] <= problem.target).mean(axis=0), noise)
    np.testing.assert_allclose((risk[middle:end] <= problem.target).mean(axis=0), adherence)


def _risk(margin: float) -> float:
    return float(1 / (1 + np.exp(-margin)))
