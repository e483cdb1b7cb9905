"""What proposals add: nothing that the search shows already, and whatever else holds."""

from itertools import islice

import numpy as np
import pytest

from app.domain.counterfactual import Diversity, Generator
from app.domain.schema import IntArray
from app.engine.improvements import ImprovementSearch
from app.engine.preferences import Preferences
from app.engine.registry import ModelRegistry, ServedModel
from app.engine.strategies import themes_of
from app.proposers.llm.response import write_answer
from research.evaluation.proposals.added import COUNT, AddedScores, added_scores
from research.evaluation.proposals.cases import Case, Reach, cases_of
from research.improving import is_improvement

PEOPLE = 12
NOTHING = AddedScores(0, 0, 0, 0, 0)


@pytest.fixture(scope="module")
def served(registry: ModelRegistry) -> ServedModel:
    return registry.named("dysglycaemia@2")


@pytest.fixture(scope="module")
def cases(served: ServedModel) -> list[Case]:
    """People out of reach."""
    everybody = cases_of(served.model, served.references)
    return list(islice((case for case in everybody if case.reach is Reach.OUT), PEOPLE))


def scored(served: ServedModel, case: Case, levels: IntArray) -> AddedScores:
    texts = [write_answer(case.problem.levers, one) for one in levels]
    return added_scores(case, texts, served.references)


def shown(served: ServedModel, case: Case) -> IntArray:
    preferences = Preferences(COUNT, 0.9, Generator.SEARCH, Diversity.STRATEGIES)
    search = ImprovementSearch(case.problem, served.references, preferences)
    return search.improvements(case.problem.unchanged[:0]).levels


def test_no_proposal_adds_nothing(served: ServedModel, cases: list[Case]) -> None:
    for case in cases:
        assert scored(served, case, case.problem.unchanged[:0]) == NOTHING
        assert added_scores(case, ["eat less"], served.references) == NOTHING


def test_what_the_search_shows_anyway_adds_nothing(served: ServedModel, cases: list[Case]) -> None:
    offered = 0
    for case in cases:
        own = shown(served, case)
        marks = scored(served, case, own)
        offered += len(own) > 0
        assert marks.worth_offering == (len(own) > 0)
        assert (marks.more_typical, marks.less_effort, marks.in_answer) == (0, 0, 0)
    assert offered > 3


def test_a_single_change_of_a_theme_that_is_not_shown_adds_it(served: ServedModel, cases: list[Case]) -> None:
    for case in cases:
        levers = case.problem.levers
        furthest = np.diag([lever.top for lever in levers])
        holds = furthest[is_improvement(case.problem, served.references, furthest)]
        known = set(themes_of(case.problem, shown(served, case)))
        others = [one for one in holds if themes_of(case.problem, one[None])[0] not in known]
        for one in others:
            marks = scored(served, case, one[None])
            assert (marks.worth_offering, marks.other_themes, marks.less_effort) == (1, 1, 0)
        if not others and len(holds):
            assert scored(served, case, holds).other_themes == 0
