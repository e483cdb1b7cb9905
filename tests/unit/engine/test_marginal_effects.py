"""What the classifier says of single moves."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.engine.marginal_effects import POINT, marginal_effects_of
from tests.asking import Person, problem_about


def log_odds(risk: float) -> float:
    return math.log(risk / (1 - risk))


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_points_are_what_the_classifier_says_of_each_move_alone(
    data: st.DataObject, model: ModelVersion, high_risk: list[Person]
) -> None:
    problem = problem_about(model, data.draw(st.sampled_from(high_risk)))
    marginal = marginal_effects_of(problem)
    start = log_odds(float(problem.risk(problem.unchanged)[0]))
    assert marginal.needed * POINT >= start - log_odds(problem.target) > (marginal.needed - 1) * POINT - 1e-9
    for place, telling in enumerate(marginal.by_lever):
        assert list(telling) == sorted(telling)
        assert [points for _, points in telling] == sorted({points for _, points in telling})
        for level, points in telling:
            levels = np.zeros((1, len(problem.levers)), dtype=np.int64)
            levels[0, place] = level
            fall = start - log_odds(float(problem.risk(levels)[0]))
            assert abs(fall / POINT - points) <= 0.5 + 1e-6


def test_those_that_take_off_most_for_their_effort_come_first(model: ModelVersion, helpable: Person) -> None:
    problem = problem_about(model, helpable)
    marginal = marginal_effects_of(problem)
    efforts = problem.levers.efforts
    rates = [
        max(p / efforts[place, level] for level, p in marginal.by_lever[place]) for place in marginal.order
    ]
    assert rates == sorted(rates, reverse=True)
    idle = set(range(len(problem.levers))) - set(marginal.order)
    assert all(marginal.by_lever[place] == () for place in idle)
