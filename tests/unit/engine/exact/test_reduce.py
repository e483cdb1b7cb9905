"""What is left of the trees says what the models say, in every scenario."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.exact.reduce import margin, reduced
from app.engine.exact.scenarios import all_scenarios
from app.engine.hosting import Hosted
from tests.asking import Person, question_about


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_every_scenario_agrees_with_classifier_and_judge(
    data: st.DataObject, hosted: Hosted, high_risk: list[Person]
) -> None:
    question = question_about(hosted.model, data.draw(st.sampled_from(high_risk)))
    levers, judge = question.levers, hosted.yardsticks.judge
    assert hosted.yardsticks.forest is not None
    scenarios = all_scenarios(levers, judge)
    trees = reduced(hosted.yardsticks.forest, scenarios)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    levels = rng.integers(0, scenarios.top + 1, size=(5, len(levers)))
    risk = np.array([[_risk(margin(trees, s, x)) for x in levels] for s in range(len(scenarios.model))])
    rows = levers.rows(levels)
    np.testing.assert_allclose(risk[0], question.risk(levels), atol=1e-6)
    by_member = risk[1 : scenarios.group[2]][np.argsort(scenarios.model[1 : scenarios.group[2]])]
    np.testing.assert_allclose(by_member, judge.committee.risk(rows), atol=1e-6)
    noise, adherence = judge.noise_and_adherence(question.classifier, levers.factual, rows, question.target)
    start, middle, end = scenarios.group[2:]
    np.testing.assert_allclose((risk[start:middle] <= question.target).mean(axis=0), noise)
    np.testing.assert_allclose((risk[middle:end] <= question.target).mean(axis=0), adherence)


def _risk(margin: float) -> float:
    return float(1 / (1 + np.exp(-margin)))
