"""Raw proposals' figures: each counts what its name says."""

import numpy as np
import pytest

from app.domain.counterfactual import Generator
from app.domain.schema import IntArray
from app.engine.preferences import Preferences
from app.engine.registry import ModelRegistry, ServedModel
from app.engine.search import search
from app.proposers.llm.response import write_answer
from research.evaluation.proposals.cases import Case, Reach, cases_of
from research.evaluation.proposals.measures import ProposalScores, scores
from research.evaluation.proposals.summary import markdown, summarise


@pytest.fixture(scope="module")
def served(registry: ModelRegistry) -> ServedModel:
    return registry.named("dysglycaemia@1")


@pytest.fixture(scope="module")
def case(served: ServedModel) -> Case:
    return next(case for case in cases_of(served.model, served.references) if case.reach is Reach.ROBUST)


def scored(served: ServedModel, case: Case, *texts: str) -> ProposalScores:
    return scores(case, texts, served.references.evaluator, np.nanstd(served.model.population.rows, axis=0))


def furthest(case: Case, *places: int) -> str:
    levels = case.problem.unchanged[0].copy()
    for place in places:
        levels[place] = case.problem.levers.items[place].top
    return write_answer(case.problem.levers, levels)


def options(served: ServedModel, case: Case) -> list[IntArray]:
    """The search's own options."""
    least = served.model.schema.model.min_robustness
    return list(
        search(
            case.problem,
            served.references,
            Preferences(count=4, min_robustness=least, generator=Generator.SEARCH),
        ).levels
    )


def test_the_searchs_own_option_scores_full_marks(served: ServedModel, case: Case) -> None:
    option = options(served, case)[0]
    marks = scored(served, case, write_answer(case.problem.levers, option))
    assert (marks.well_formed, marks.valid, marks.valid_best, marks.in_range) == (1, 1, 1, 1)
    assert (marks.obedient, marks.holds) == (1, 1)
    assert marks.effort == pytest.approx(1)
    assert marks.changes == (option > 0).sum()


def test_what_is_not_well_formed_counts_against_every_share(served: ServedModel, case: Case) -> None:
    good = furthest(case, 0)
    marks = scored(served, case, good, "eat less", "", '"age -1"')
    assert marks.well_formed == marks.in_range == marks.obedient == 0.25


def test_one_small_move_is_obedient_and_not_valid(served: ServedModel, case: Case) -> None:
    levels = case.problem.unchanged[0].copy()
    levels[0] = 1
    marks = scored(served, case, write_answer(case.problem.levers, levels))
    assert (marks.obedient, marks.valid, marks.valid_best) == (1, 0, 0)
    assert np.isnan(marks.effort)
    assert np.isnan(marks.changes)


def test_diversity_is_the_jaccard_distance_of_changed_features(served: ServedModel) -> None:
    cases = cases_of(served.model, served.references)
    case = next(case for case in cases if case.reach is Reach.ROBUST and len(options(served, case)) > 1)
    first, second = options(served, case)[:2]
    marks = scored(served, case, *(write_answer(case.problem.levers, one) for one in (first, second, first)))
    shared, either = ((first > 0) & (second > 0)).sum(), ((first > 0) | (second > 0)).sum()
    assert marks.diversity == pytest.approx(1 - shared / either)


def test_the_table_has_a_column_a_proposer_with_intervals(served: ServedModel, case: Case) -> None:
    marks = [scored(served, case, furthest(case, 0))] * 5
    table = markdown({"few_shot": summarise(marks, [21.0] * 5, [1.5] * 5, range(5))})
    assert "| | few_shot |" in table
    assert "| well formed | 100.0 % (100.0 to 100.0) |" in table
    assert "| seconds a question, median | 1.50 (1.50 to 1.50) |" in table
