"""The exact search beside an exhaustive look at every candidate of small questions."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.classifiers.forest import Forest
from app.domain.constraints import read_constraints
from app.domain.tolerances import MARGIN_SLACK, SAME
from app.engine.budget import Budget
from app.engine.exact.scenarios import all_scenarios, classifier_alone
from app.engine.exact.solver import Accept, ExactSearch, Refusal
from app.engine.problem import RecourseProblem
from app.engine.registry import ServedModel
from tests.asking import Person, problem_about
from tests.unit.engine.exact.brute import all_candidates, best_options, is_small, will_do


def small_question(data: st.DataObject, served: ServedModel, people: list[Person]) -> RecourseProblem:
    """A few levers of a real person, with all that constrains them."""
    schema = served.model.schema
    names = [feature.name for feature in schema.actionable]
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    constraints = read_constraints(schema, ["bmi", *chosen], None, data.draw(st.integers(1, 4)))
    person = data.draw(st.sampled_from(people))
    problem = problem_about(served.model, person, constraints, data.draw(st.sampled_from([0.3, 0.4, 0.5])))
    assume(problem.risk(problem.unchanged)[0] > problem.target)
    assume(len(problem.levers) > 0 and is_small(problem))
    return problem


def forest_of(served: ServedModel) -> Forest:
    assert served.references.forest is not None
    return served.references.forest


def logit(risk: float) -> float:
    return math.log(risk / (1 - risk))


def search_for(served: ServedModel, problem: RecourseProblem, share: float) -> ExactSearch:
    forest, evaluator = forest_of(served), served.references.evaluator
    alone = ExactSearch(forest, classifier_alone, problem.levers)
    if share == 0:
        return alone
    return ExactSearch(
        forest, lambda levers: all_scenarios(levers, evaluator), problem.levers, alone.by_marginal_effect()
    )


@given(data=st.data(), share=st.sampled_from([0.0, 0.0, 0.5, 0.9]))
@settings(max_examples=60, deadline=None)
def test_options_are_the_least_effort_that_exhaustion_finds(
    data: st.DataObject, share: float, served: ServedModel, high_risk: list[Person]
) -> None:
    problem = small_question(data, served, high_risk)
    everyone = all_candidates(problem)
    enough = everyone[will_do(problem, served.references.evaluator, everyone, share)]
    search = search_for(served, problem, share)
    solved = search.best(logit(problem.target), share, 3, lambda levels: 0.0, Budget())
    efforts = [float(problem.levers.effort(levels[None])[0]) for levels in solved.levels]
    assert efforts == pytest.approx(best_options(problem, enough, 3))
    assert solved.complete or len(solved.levels) == 3
    for levels in solved.levels:
        assert (enough == levels).all(axis=1).any()


@given(data=st.data(), share=st.sampled_from([0.25, 0.5, 0.9]))
@settings(max_examples=15, deadline=None)
def test_a_candidate_holds_in_as_much_as_classifier_and_committee_say(
    data: st.DataObject, share: float, served: ServedModel, high_risk: list[Person]
) -> None:
    problem = small_question(data, served, high_risk)
    everyone = all_candidates(problem)
    some = everyone[:: 1 + len(everyone) // 20]
    search = search_for(served, problem, share)
    held = [search.share_held(levels, logit(problem.target), Budget()) for levels in some]
    enough = will_do(problem, served.references.evaluator, some, share)
    assert [one >= share - SAME for one in held] == enough.tolist()


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_the_lowest_risk_is_the_lowest_of_all(
    data: st.DataObject, served: ServedModel, high_risk: list[Person]
) -> None:
    problem = small_question(data, served, high_risk)
    search, changes = search_for(served, problem, 0.0), problem.levers.max_changes
    _, margin, bound = search.lowest(Budget(), changes)
    levels = search.easiest(margin, Budget(), changes)
    assert levels is not None
    everyone = np.concatenate([problem.unchanged, all_candidates(problem)])
    risk = problem.risk(everyone)
    assert math.isinf(bound)
    lowest = served.references.links.classifier.risk(np.array([margin]))[0]
    assert lowest == pytest.approx(risk.min(), abs=1e-6)
    # The easiest way there may end within the slack of that margin, of which a risk changes by 1 / 4 at most.
    assert problem.risk(levels[None])[0] == pytest.approx(risk.min(), abs=MARGIN_SLACK / 4 + 1e-6)
    as_low = everyone[risk <= risk.min() + 1e-7]
    assert problem.levers.effort(levels[None])[0] <= problem.levers.effort(as_low).min() + 1e-9


@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_no_candidate_of_any_size_beats_what_is_proved(
    data: st.DataObject, served: ServedModel, high_risk: list[Person]
) -> None:
    problem = problem_about(served.model, data.draw(st.sampled_from(high_risk)))
    search = search_for(served, problem, 0.0)
    solved = search.best(logit(problem.target), 0.0, 1, lambda levels: 0.0, Budget())
    least = float(problem.levers.effort(solved.levels[0][None])[0]) if solved.levels else math.inf
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    tops = np.array([lever.top for lever in problem.levers])
    tried = rng.integers(0, tops + 1, size=(4000, len(tops))) * (rng.random((4000, len(tops))) < 0.35)
    tried = tried[problem.levers.allowed(tried)]
    reached = tried[problem.reached(problem.risk(tried))]
    assert (problem.levers.effort(reached) >= least - 1e-9).all()


def test_candidates_refused_are_passed_over(served: ServedModel, high_risk: list[Person]) -> None:
    """As if whoever has the last word refused bringing body mass index down."""
    seen = 0
    for person in high_risk[:100]:
        problem = problem_about(served.model, person)
        names = [lever.feature.name for lever in problem.levers]
        if "bmi" not in names:
            continue
        bmi, search, target = names.index("bmi"), search_for(served, problem, 0.0), logit(problem.target)
        free = search.best(target, 0.0, 4, lambda levels: 0.0, Budget())
        without = search.best(target, 0.0, 4, _refusing(bmi), Budget())
        seen += any(levels[bmi] for levels in free.levels) and len(without.levels) > 0
        assert not any(levels[bmi] for levels in without.levels)
    assert seen > 0


def _refusing(lever: int) -> Accept:
    return lambda levels: Refusal.ALONE if levels[lever] else 0.0


def test_ties_go_to_whom_the_caller_prefers(served: ServedModel, high_risk: list[Person]) -> None:
    seen = 0
    for person in high_risk[:150]:
        problem = problem_about(served.model, person)
        search = search_for(served, problem, 0.0)
        target = logit(problem.target)
        one = search.best(target, 0.0, 1, lambda levels: float(levels @ range(len(levels))), Budget())
        other = search.best(target, 0.0, 1, lambda levels: -float(levels @ range(len(levels))), Budget())
        if one.levels and (one.levels[0] != other.levels[0]).any():
            seen += 1
            efforts = problem.levers.effort(np.stack([one.levels[0], other.levels[0]]))
            assert efforts[0] == pytest.approx(efforts[1])
    assert seen > 0


def test_with_its_budget_spent_it_says_what_is_certain(served: ServedModel, high_risk: list[Person]) -> None:
    told = 0
    for person in high_risk[:60]:
        problem = problem_about(served.model, person)
        search = search_for(served, problem, 0.9)
        target = logit(problem.target)
        whole = search.best(target, 0.9, 4, lambda levels: 0.0, Budget())
        cut = search.best(target, 0.9, 4, lambda levels: 0.0, Budget(0))
        if len(cut.levels) == len(whole.levels):
            continue
        told += 1
        missing = problem.levers.effort(whole.levels[len(cut.levels)][None])[0]
        assert not cut.complete
        assert cut.bound <= missing + 1e-9
    assert told > 0


@pytest.mark.parametrize("work", [0, 500, math.inf])
def test_equal_questions_have_equal_answers(served: ServedModel, helpable: Person, work: float) -> None:
    """However much of the search is left undone: a budget is counted, not timed."""
    problem = problem_about(served.model, helpable)
    target = logit(problem.target)
    one, other = (
        search_for(served, problem, 0.5).best(target, 0.5, 4, lambda levels: 0.0, Budget(work))
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.levels, other.levels)
    assert one.bound == other.bound
    assert one.complete == (work == math.inf)
