"""The look at every candidate, against the exact search and against a look by other means."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from app.domain.constraints import read_constraints
from app.domain.counterfactual import Diversity, Generator
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem, problem_about
from app.engine.registry import ServedModel
from app.engine.search import search
from research.evaluation.metrics.every_way import every_way
from tests.asking import Person
from tests.unit.engine.exact.brute import all_candidates, will_do

LEVERS = ["bmi", "fibre", "moderate_activity", "saturated_fat", "sedentary"]
SHARE = 0.9
Ask = Callable[[Person, float], RecourseProblem]


@pytest.fixture
def ask(served: ServedModel) -> Ask:
    """A question of few levers about a person, for a risk that is so much lower."""

    def asked(person: Person, fall: float) -> RecourseProblem:
        problem = problem_about(served.model, person, read_constraints(served.model.schema, LEVERS, None, 2))
        return replace(problem, target=float(problem.risk(problem.unchanged)[0]) - fall)

    return asked


def test_it_finds_what_a_look_at_the_whole_product_finds(
    served: ServedModel, high_risk: list[Person], ask: Ask
) -> None:
    seen = 0
    for person in high_risk[:12]:
        problem = ask(person, 0.01)
        ways = every_way(problem, served.references, SHARE)
        everyone = all_candidates(problem)
        holding = everyone[will_do(problem, served.references.evaluator, everyone, SHARE)]
        assert ways.robust == (len(holding) > 0)
        if ways.robust:
            assert set(map(tuple, ways.standing.levels.tolist())) == set(map(tuple, holding.tolist()))
            seen += 1
    assert seen


def test_the_exact_search_shows_ways_of_it_alone(
    served: ServedModel, high_risk: list[Person], ask: Ask
) -> None:
    wishes = Preferences(200, SHARE, Generator.SEARCH, Diversity.LEAST_EFFORT)
    seen = 0
    for person in high_risk[:12]:
        problem = ask(person, 0.01)
        ways = every_way(problem, served.references, SHARE)
        found = search(problem, served.references, wishes).levels
        names = [lever.feature.name for lever in problem.levers]
        sets = [frozenset(names[at] for at in np.flatnonzero(one)) for one in found]
        assert set(sets) <= set(ways.options)
        assert all(ways.stands(one) and not ways.is_needlessly_far(one) for one in found)
        assert ways.has_disjoint == any(not one & other for one, other in combinations(sets, 2))
        seen += len(found)
    assert seen


def test_further_than_needed_is_what_goes_on_beyond_a_way_that_stands(
    served: ServedModel, high_risk: list[Person], ask: Ask
) -> None:
    ways = every_way(ask(high_risk[0], 0.0), served.references, 0.0)
    levels = next(one for one in ways.standing.levels if not ways.is_needlessly_far(one))
    further = next(one for one in ways.standing.levels if (one >= levels).all() and (one > levels).any())
    assert ways.is_needlessly_far(further)


def test_a_person_without_levers_has_no_way(served: ServedModel, high_risk: list[Person]) -> None:
    constraints = read_constraints(served.model.schema, [], None, None)
    ways = every_way(problem_about(served.model, high_risk[0], constraints), served.references, SHARE)
    assert not ways.reached
    assert not ways.robust
    assert ways.options == []
    assert not ways.has_disjoint
    assert not ways.has_disjoint_of_any_looks
