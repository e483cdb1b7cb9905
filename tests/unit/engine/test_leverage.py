"""What the classifier says of single moves."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.hosted import HostedModel
from app.engine.leverage import POINT, leverage_of
from tests.asking import Person, question_about


def log_odds(risk: float) -> float:
    return math.log(risk / (1 - risk))


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_points_are_what_the_classifier_says_of_each_move_alone(
    data: st.DataObject, model: HostedModel, high_risk: list[Person]
) -> None:
    question = question_about(model, data.draw(st.sampled_from(high_risk)))
    leverage = leverage_of(question)
    start = log_odds(float(question.risk(question.unchanged)[0]))
    assert leverage.needed * POINT >= start - log_odds(question.target) > (leverage.needed - 1) * POINT - 1e-9
    for place, telling in enumerate(leverage.by_lever):
        assert list(telling) == sorted(telling)
        assert [points for _, points in telling] == sorted({points for _, points in telling})
        for level, points in telling:
            levels = np.zeros((1, len(question.levers)), dtype=np.int64)
            levels[0, place] = level
            fall = start - log_odds(float(question.risk(levels)[0]))
            assert abs(fall / POINT - points) <= 0.5 + 1e-6


def test_those_that_take_off_most_for_their_effort_come_first(model: HostedModel, helpable: Person) -> None:
    question = question_about(model, helpable)
    leverage = leverage_of(question)
    efforts = question.levers.efforts
    rates = [
        max(p / efforts[place, level] for level, p in leverage.by_lever[place]) for place in leverage.order
    ]
    assert rates == sorted(rates, reverse=True)
    idle = set(range(len(question.levers))) - set(leverage.order)
    assert all(leverage.by_lever[place] == () for place in idle)
