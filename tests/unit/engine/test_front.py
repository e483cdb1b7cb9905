"""The front of effort and risk, held against a look at every permitted candidate."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engine.exact.pareto import on_front
from app.engine.front import Front, FrontSearch
from app.engine.improvements import spread
from app.engine.problem import RecourseProblem
from tests.unit.engine.exact.brute import all_candidates
from tests.unit.engine.models import NAMES, Cohort, small_question

MANY = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
FLOAT = 1e-6
"""Risks are single-precision numbers."""


def least_risk_within(problem: RecourseProblem, effort: float) -> float:
    """Of all candidates that cost no more, the lowest risk; the present one where none costs so little."""
    everyone = all_candidates(problem)
    affordable = everyone[problem.levers.effort(everyone) <= effort + 1e-9]
    now = float(problem.risk(problem.unchanged)[0])
    return min(now, float(problem.risk(affordable).min(initial=1.0)))


def assert_is_front_of(front: Front, problem: RecourseProblem) -> None:
    """Each point is the best for its effort, and nothing lies below the steps between them."""
    everyone = all_candidates(problem)
    risk, effort = problem.risk(everyone), problem.levers.effort(everyone)
    now = float(problem.risk(problem.unchanged)[0])
    steps = np.concatenate([[now], front.risk])
    reached = steps[np.searchsorted(front.effort, effort + 1e-9, side="right")]
    assert (risk >= reached - FLOAT).all()
    for levels, cost, own in zip(front.levels, front.effort, front.risk, strict=True):
        place = np.flatnonzero((everyone == levels).all(axis=1))
        assert len(place) == 1
        assert effort[place[0]] == pytest.approx(cost)
        assert risk[place[0]] == pytest.approx(own, abs=FLOAT)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@MANY
def test_the_front_is_that_of_every_candidate(
    data: st.DataObject, name: str, cohorts: dict[str, Cohort]
) -> None:
    problem = small_question(data, cohorts[name])
    front = FrontSearch(problem, cohorts[name].served.references).whole
    assert front.proved
    assert (np.diff(front.effort) > 0).all()
    assert (np.diff(front.risk) < 0).all()
    assert_is_front_of(front, problem)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@MANY
def test_the_front_of_some_levers_leaves_the_others_alone(
    data: st.DataObject, name: str, cohorts: dict[str, Cohort]
) -> None:
    problem = small_question(data, cohorts[name])
    levers = range(len(problem.levers))
    closed = tuple(data.draw(st.lists(st.sampled_from(levers), unique=True)))
    front = FrontSearch(problem, cohorts[name].served.references).front(closed)
    assert (front.levels[:, list(closed)] == 0).all()
    open_ones = tuple(lever for place, lever in enumerate(problem.levers.items) if place not in closed)
    if open_ones and problem.levers.causes is None:  # what follows from closed levers is the same then
        alone = replace(problem, levers=replace(problem.levers, items=open_ones))
        theirs = FrontSearch(alone, cohorts[name].served.references).whole
        np.testing.assert_allclose(front.effort, theirs.effort)
        np.testing.assert_allclose(front.risk, theirs.risk, atol=FLOAT)


@given(data=st.data(), work=st.integers(1, 400))
@MANY
def test_what_is_not_finished_says_how_far_it_is_proved(
    data: st.DataObject, work: int, cohorts: dict[str, Cohort]
) -> None:
    cohort = cohorts[data.draw(st.sampled_from(NAMES))]
    problem = small_question(data, cohort)
    front = FrontSearch(problem, cohort.served.references, work).whole
    for effort, risk in zip(front.effort, front.risk, strict=True):
        bound = front.effort_bound(float(risk), float(effort))
        cheaper = least_risk_within(problem, bound - 1e-3)
        assert cheaper > risk + FLOAT or bound == 0
        if effort <= front.bound:
            assert least_risk_within(problem, float(effort)) >= risk - FLOAT


@given(data=st.data())
@MANY
def test_in_batches_nothing_is_proved_and_all_of_it_is_permitted(
    data: st.DataObject, cohorts: dict[str, Cohort]
) -> None:
    cohort = cohorts[data.draw(st.sampled_from(NAMES))]
    problem = small_question(data, cohort)
    unseen = replace(cohort.served.references, forest=None)
    front = FrontSearch(problem, unseen).whole
    exact = FrontSearch(problem, cohort.served.references).whole
    assert front.bound == 0
    assert problem.levers.allowed(front.levels).all()
    for effort, risk in zip(front.effort, front.risk, strict=True):
        below = exact.risk[exact.effort <= effort + 1e-9]
        assert len(below)
        assert below.min() <= risk + FLOAT


@given(
    effort=st.lists(st.integers(0, 5).map(float), min_size=1, max_size=12),
    data=st.data(),
)
def test_nothing_on_a_front_is_beaten(effort: list[float], data: st.DataObject) -> None:
    outcome = [data.draw(st.integers(0, 5).map(float)) for _ in effort]
    kept = on_front(np.array(effort), np.array(outcome))
    pairs = list(zip(effort, outcome, strict=True))
    for place in kept:
        mine = pairs[place]
        assert not any(e <= mine[0] and o <= mine[1] and (e, o) != mine for e, o in pairs)
    best = {(e, o) for e, o in pairs if not any(x <= e and y <= o and (x, y) != (e, o) for x, y in pairs)}
    assert {pairs[place] for place in kept} == best


@given(
    risks=st.lists(st.integers(1, 999), min_size=1, max_size=60, unique=True),
    target=st.floats(0.01, 0.99),
)
def test_few_points_are_told_the_ends_and_the_target_among_them(risks: list[int], target: float) -> None:
    risk = np.array(sorted(risks, reverse=True)) / 1000
    front = Front(np.zeros((len(risk), 0), dtype=np.int64), np.arange(1.0, len(risk) + 1), risk, math.inf)
    told = spread(front, target, 12)
    assert len(told) <= 12
    assert {0, len(risk) - 1} <= set(told.tolist())
    if target >= risk[-1] and target < risk[0]:
        assert int(np.argmax(risk <= target)) in told
