"""The exact search beside an exhaustive look at every candidate of small questions."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.classifiers.forest import Forest
from app.domain.constraints import read_constraints
from app.engine.exact.budget import Budget
from app.engine.exact.scenarios import all_scenarios, classifier_alone
from app.engine.exact.solver import ExactSearch, Refusal
from app.engine.hosting import Hosted
from app.engine.question import Question
from tests.asking import Person, question_about
from tests.unit.engine.exact.brute import all_candidates, best_options, is_small, will_do


def small_question(data: st.DataObject, hosted: Hosted, people: list[Person]) -> Question:
    """A few levers of a real person, with all that constrains them."""
    schema = hosted.model.schema
    names = [feature.name for feature in schema.actionable]
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    constraints = read_constraints(schema, ["bmi", *chosen], None, data.draw(st.integers(1, 4)))
    person = data.draw(st.sampled_from(people))
    question = question_about(hosted.model, person, constraints, data.draw(st.sampled_from([0.3, 0.4, 0.5])))
    assume(question.risk(question.unchanged)[0] > question.target)
    assume(len(question.levers) > 0 and is_small(question))
    return question


def forest_of(hosted: Hosted) -> Forest:
    assert hosted.yardsticks.forest is not None
    return hosted.yardsticks.forest


def logit(risk: float) -> float:
    return math.log(risk / (1 - risk))


def search_for(hosted: Hosted, question: Question, share: float) -> ExactSearch:
    forest, judge = forest_of(hosted), hosted.yardsticks.judge
    alone = ExactSearch(forest, classifier_alone, question.levers)
    if share == 0:
        return alone
    return ExactSearch(
        forest, lambda levers: all_scenarios(levers, judge), question.levers, alone.by_leverage()
    )


@given(data=st.data(), share=st.sampled_from([0.0, 0.0, 0.5, 0.9]))
@settings(max_examples=60, deadline=None)
def test_options_are_the_least_effort_that_exhaustion_finds(
    data: st.DataObject, share: float, hosted: Hosted, high_risk: list[Person]
) -> None:
    question = small_question(data, hosted, high_risk)
    everyone = all_candidates(question)
    enough = everyone[will_do(question, hosted.yardsticks.judge, everyone, share)]
    search = search_for(hosted, question, share)
    solved = search.best(logit(question.target), share, 3, lambda levels: 0.0, Budget())
    efforts = [float(question.levers.effort(levels[None])[0]) for levels in solved.levels]
    assert efforts == pytest.approx(best_options(question, enough, 3))
    assert solved.complete or len(solved.levels) == 3
    for levels in solved.levels:
        assert (enough == levels).all(axis=1).any()


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_the_lowest_risk_is_the_lowest_of_all(
    data: st.DataObject, hosted: Hosted, high_risk: list[Person]
) -> None:
    question = small_question(data, hosted, high_risk)
    search, changes = search_for(hosted, question, 0.0), question.levers.max_changes
    _, margin, bound = search.lowest(Budget(), changes)
    levels = search.easiest(margin, Budget(), changes)
    assert levels is not None
    everyone = np.concatenate([question.unchanged, all_candidates(question)])
    risk = question.risk(everyone)
    assert math.isinf(bound)
    assert question.risk(levels[None])[0] == pytest.approx(risk.min(), abs=1e-6)
    as_low = everyone[risk <= risk.min() + 1e-7]
    assert question.levers.effort(levels[None])[0] <= question.levers.effort(as_low).min() + 1e-9


@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_no_candidate_of_any_size_beats_what_is_proved(
    data: st.DataObject, hosted: Hosted, high_risk: list[Person]
) -> None:
    question = question_about(hosted.model, data.draw(st.sampled_from(high_risk)))
    search = search_for(hosted, question, 0.0)
    solved = search.best(logit(question.target), 0.0, 1, lambda levels: 0.0, Budget())
    least = float(question.levers.effort(solved.levels[0][None])[0]) if solved.levels else math.inf
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    tops = np.array([lever.top for lever in question.levers])
    tried = rng.integers(0, tops + 1, size=(4000, len(tops))) * (rng.random((4000, len(tops))) < 0.35)
    tried = tried[question.levers.allowed(tried)]
    reached = tried[question.reached(question.risk(tried))]
    assert (question.levers.effort(reached) >= least - 1e-9).all()


def test_candidates_refused_are_passed_over(hosted: Hosted, helpable: Person) -> None:
    """As if whoever has the last word refused bringing body mass index down."""
    question = question_about(hosted.model, helpable)
    bmi = [lever.feature.name for lever in question.levers].index("bmi")
    search = search_for(hosted, question, 0.0)
    target = logit(question.target)
    free = search.best(target, 0.0, 4, lambda levels: 0.0, Budget())
    without = search.best(target, 0.0, 4, lambda levels: Refusal.ALONE if levels[bmi] else 0.0, Budget())
    assert any(levels[bmi] for levels in free.levels)
    assert not any(levels[bmi] for levels in without.levels)


def test_ties_go_to_whom_the_caller_prefers(hosted: Hosted, high_risk: list[Person]) -> None:
    seen = 0
    for person in high_risk[:150]:
        question = question_about(hosted.model, person)
        search = search_for(hosted, question, 0.0)
        target = logit(question.target)
        one = search.best(target, 0.0, 1, lambda levels: float(levels @ range(len(levels))), Budget())
        other = search.best(target, 0.0, 1, lambda levels: -float(levels @ range(len(levels))), Budget())
        if one.levels and (one.levels[0] != other.levels[0]).any():
            seen += 1
            efforts = question.levers.effort(np.stack([one.levels[0], other.levels[0]]))
            assert efforts[0] == pytest.approx(efforts[1])
    assert seen > 0


def test_with_its_budget_spent_it_says_what_is_certain(hosted: Hosted, high_risk: list[Person]) -> None:
    told = 0
    for person in high_risk[:60]:
        question = question_about(hosted.model, person)
        search = search_for(hosted, question, 0.9)
        target = logit(question.target)
        whole = search.best(target, 0.9, 4, lambda levels: 0.0, Budget())
        cut = search.best(target, 0.9, 4, lambda levels: 0.0, Budget(0))
        if len(cut.levels) == len(whole.levels):
            continue
        told += 1
        missing = question.levers.effort(whole.levels[len(cut.levels)][None])[0]
        assert not cut.complete
        assert cut.bound <= missing + 1e-9
    assert told > 0


@pytest.mark.parametrize("work", [0, 20_000, math.inf])
def test_equal_questions_have_equal_answers(hosted: Hosted, helpable: Person, work: float) -> None:
    """However much of the search is left undone: a budget is counted, not timed."""
    question = question_about(hosted.model, helpable)
    one, other = (
        search_for(hosted, question, 0.9).best(logit(0.5), 0.9, 4, lambda levels: 0.0, Budget(work))
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.levels, other.levels)
    assert one.bound == other.bound
    assert (len(one.levels) == 4) == (work == math.inf)
