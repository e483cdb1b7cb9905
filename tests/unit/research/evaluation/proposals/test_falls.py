"""Figures about people out of reach: each counts what its name says."""

import numpy as np
import pytest

from app.domain.schema import IntArray
from app.engine.front import FrontSearch
from app.engine.registry import ModelRegistry, ServedModel
from app.proposers.llm.response import write_answer
from research.evaluation.proposals.cases import Case, Reach, cases_of
from research.evaluation.proposals.falls import FallScores, fall_scores
from research.improving import enough, is_improvement, own_falls


@pytest.fixture(scope="module")
def served(registry: ModelRegistry) -> ServedModel:
    return registry.named("dysglycaemia@2")


@pytest.fixture(scope="module")
def case(served: ServedModel) -> Case:
    """Somebody out of reach whose risk falls reliably, by more than one step of the front."""
    cases = cases_of(served.model, served.references)
    return next(case for case in cases if case.reach is Reach.OUT and case.largest > 0.04)


def scored(served: ServedModel, case: Case, *texts: str) -> FallScores:
    return fall_scores(case, texts, served.references)


def holding(served: ServedModel, case: Case) -> IntArray:
    """The front as far as it holds, in order of effort."""
    levels = FrontSearch(case.problem, served.references).whole.levels
    return levels[is_improvement(case.problem, served.references, levels)]


def test_the_largest_fall_that_holds_scores_full_marks(served: ServedModel, case: Case) -> None:
    largest = holding(served, case)[-1]
    marks = scored(served, case, write_answer(case.problem.levers, largest))
    assert (marks.well_formed, marks.obedient, marks.falls, marks.falls_and_holds) == (1, 1, 1, 1)
    assert marks.falls_best == 1
    assert marks.of_largest == pytest.approx(1)


def test_nobody_out_of_reach_has_a_way(served: ServedModel, case: Case) -> None:
    assert np.isnan(case.effort)
    assert case.problem.risk(FrontSearch(case.problem, served.references).whole.levels).min() > (
        case.problem.target
    )


def test_a_smaller_fall_is_its_share_of_the_largest(served: ServedModel, case: Case) -> None:
    smaller = holding(served, case)[0]
    marks = scored(served, case, write_answer(case.problem.levers, smaller), "eat less")
    [reduction] = own_falls(case.problem, served.references, smaller[None]).reduction
    assert marks.of_largest == pytest.approx(reduction / case.largest)
    assert (marks.well_formed, marks.falls_and_holds, marks.falls_best) == (0.5, 0.5, 1)


def test_a_fall_of_less_than_two_points_counts_as_none(served: ServedModel, case: Case) -> None:
    singles = np.eye(len(case.problem.levers), dtype=np.int64)
    little = singles[~enough(case.problem, own_falls(case.problem, served.references, singles))]
    marks = scored(served, case, write_answer(case.problem.levers, little[0]))
    assert (marks.obedient, marks.falls, marks.falls_best, marks.of_largest) == (1, 0, 0, 0)


def test_what_is_not_well_formed_lowers_nothing(served: ServedModel, case: Case) -> None:
    marks = scored(served, case, "eat less", "", '"age -1"')
    assert marks == FallScores(0, 0, 0, 0, 0, 0)
