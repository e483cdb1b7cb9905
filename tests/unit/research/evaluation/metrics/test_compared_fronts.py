"""The comparison of fronts finds no fault in the front, and every fault that is put there."""

from dataclasses import replace

import numpy as np
import pytest

from app.engine.front import Front, FrontSearch
from app.engine.problem import RecourseProblem, problem_about
from app.engine.registry import ServedModel
from research.evaluation.metrics.compared_fronts import compare
from tests.asking import Person

TARGETS = [0.3, 0.5, 0.6, 0.7]
Case = tuple[RecourseProblem, Front]


@pytest.fixture(scope="module")
def cases(served: ServedModel, high_risk: list[Person]) -> list[Case]:
    """People whose fronts have some points."""
    problems = [problem_about(served.model, person) for person in high_risk[:12]]
    fronts = [FrontSearch(problem, served.references).whole for problem in problems]
    found = [(problem, front) for problem, front in zip(problems, fronts, strict=True) if len(front.risk) > 3]
    assert len(found) > 3
    return found


def without(front: Front, place: int) -> Front:
    return front[np.delete(np.arange(len(front.risk)), place)]


def test_the_front_is_what_all_candidates_say(cases: list[Case]) -> None:
    for problem, front in cases:
        compared = compare(problem, front, TARGETS)
        assert not compared.differs
        assert compared.proved
        assert compared.points == len(front.risk)


def test_a_point_left_out_is_missed(cases: list[Case]) -> None:
    for problem, front in cases:
        for place in range(len(front.risk)):
            assert compare(problem, without(front, place), TARGETS).differs
            just_reached = compare(problem, without(front, place), [float(front.risk[place]) + 1e-5])
            assert just_reached.misjudged == 1


def test_a_risk_or_an_effort_told_wrong_is_seen(cases: list[Case]) -> None:
    for problem, front in cases:
        lower, cheaper = front.risk.copy(), front.effort.copy()
        lower[-1] -= 0.001
        cheaper[-1] -= 0.01
        assert compare(problem, replace(front, risk=lower), []).apart == pytest.approx(0.001)
        wrong = compare(problem, replace(front, effort=cheaper), [float(front.risk[-1]) + 1e-5])
        assert wrong.misjudged == 1
        assert wrong.differs


def test_beyond_its_bound_a_front_need_not_know(cases: list[Case]) -> None:
    for problem, front in cases:
        bounded = replace(without(front, len(front.risk) - 1), bound=float(front.effort[-1]))
        compared = compare(problem, bounded, [float(front.risk[-1]) + 1e-5])
        assert not compared.differs
        assert not compared.proved
        too_sure = replace(bounded, bound=float(front.effort[-1]) + 1.0)
        assert compare(problem, too_sure, [float(front.risk[-1]) + 1e-5]).differs
