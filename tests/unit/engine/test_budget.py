"""What a budget cuts short claims nothing that more of it refutes, is within limits, and can be abandoned."""

import math
import time
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.base import Classifier
from app.classifiers.forest import Forest
from app.classifiers.link import Link
from app.classifiers.partitions import Side, people_of
from app.domain.counterfactual import Status
from app.domain.recourse import RecourseResult
from app.domain.schema import FloatArray
from app.engine.budget import RESERVE, AbandonedError, Budget, Stop
from app.engine.problem import RecourseProblem, problem_about
from app.engine.registry import ModelRegistry, served_model
from tests.asking import Person
from tests.unit.engine.answers import answer, levels_of
from tests.unit.engine.models import TARGETS, Cohort
from tests.wide import most_burdened, wide_model

WORKS = st.sampled_from([0.0, 1_000.0, 5_000.0, 20_000.0, 60_000.0, 200_000.0])
SHARES = st.sampled_from([0.0, 0.5, 0.9])
SOME = settings(max_examples=25, deadline=None)


@given(data=st.data(), work=WORKS, share=SHARES, target=st.sampled_from(TARGETS), in_batches=st.booleans())
@SOME
def test_a_smaller_budget_claims_nothing_that_a_larger_one_refutes(
    data: st.DataObject, work: float, share: float, target: float, in_batches: bool, cohort: Cohort
) -> None:
    above = cohort.above(target)
    person = data.draw(st.sampled_from(above or cohort.people))
    problem = problem_about(cohort.served.model, person, target=target, scope=cohort.scope)
    cut = answer(cohort.served, within(problem, work), min_robustness=share, in_batches=in_batches)
    whole = answer(cohort.served, problem, min_robustness=share)
    assert_verified(problem, cut)
    assert_refutes_nothing(whole, cut)


@given(data=st.data(), seconds=st.sampled_from([0.0, 0.001, 0.005, 0.02]), target=st.sampled_from(TARGETS))
@SOME
def test_a_budget_that_ends_early_claims_nothing_that_more_time_refutes(
    data: st.DataObject, seconds: float, target: float, cohort: Cohort
) -> None:
    person = data.draw(st.sampled_from(cohort.above(target) or cohort.people))
    problem = problem_about(cohort.served.model, person, target=target, scope=cohort.scope)
    hurried = replace(problem, budget=Budget(until=time.monotonic() + seconds))
    cut = answer(cohort.served, hurried)
    assert_verified(problem, cut)
    assert_refutes_nothing(answer(cohort.served, problem), cut)


def test_a_budget_that_ends_early_allows_what_was_spent_by_then_and_the_reserve() -> None:
    whole = Budget(1e9, until=0.0)
    part = whole.part(1e8)
    part.spend(10)
    assert (whole.is_spent, part.is_spent, whole.is_overdrawn) == (True, True, False)
    part.spend(RESERVE)
    assert whole.is_overdrawn


def within(problem: RecourseProblem, work: float) -> RecourseProblem:
    return replace(problem, budget=Budget(work))


def assert_verified(problem: RecourseProblem, told: RecourseResult) -> None:
    for option in told.counterfactuals:
        levels = levels_of(problem, option)[None]
        assert problem.levers.allowed(levels).all()
        assert option.risk == pytest.approx(float(problem.risk(levels)[0]), abs=1e-6)
        assert option.risk <= problem.target
    for improvement in told.improvements:
        assert improvement.risk == pytest.approx(told.risk - improvement.reduction, abs=2e-6)


def assert_refutes_nothing(whole: RecourseResult, cut: RecourseResult) -> None:
    """Whether `cut` says anything that `whole`, which looked at all, knows to be otherwise."""
    if cut.status is Status.INFEASIBLE:
        assert cut.infeasible is not None
        if whole.infeasible is None:
            assert not cut.infeasible.proved
            assert cut.infeasible.risk_bound <= min(one.risk for one in whole.counterfactuals) + 1e-6
        else:
            said, lowest = cut.infeasible, whole.infeasible.lowest_reachable_risk
            assert said.risk_bound <= lowest + 1e-6
            if said.proved:
                assert said.lowest_reachable_risk == pytest.approx(lowest, abs=1e-6)
    first = next(iter(whole.counterfactuals), None)
    for option in cut.counterfactuals[:1]:
        if option.optimality.proved and first is not None and not (first.fragile or option.fragile):
            assert option.effort <= first.effort + 1e-4
    ends = [point.risk for point in whole.frontier]
    for point in cut.frontier:
        better = [one.effort for one in whole.frontier if one.risk <= point.risk + 1e-9]
        assert not better or point.effort_bound <= min(better) + 1e-4
    if cut.no_improvement is not None and cut.no_improvement.proved and ends:
        assert cut.no_improvement.largest_reduction >= whole.risk - min(ends) - 1e-6


@given(work=WORKS, target=st.sampled_from(TARGETS))
@SOME
def test_more_levers_than_the_exact_search_takes_are_looked_at_within_the_budget(
    work: float, target: float, wide: Cohort
) -> None:
    budget = Budget(work)
    problem = replace(problem_about(wide.served.model, most_burdened(), target=target), budget=budget)
    assert_verified(problem, answer(wide.served, problem))
    assert budget.spent <= work + 2 * RESERVE


@pytest.fixture(scope="module")
def wide() -> Cohort:
    return Cohort(served_model(wide_model()), [most_burdened()])


def test_the_heaviest_question_known_ends_within_its_budget(registry: ModelRegistry) -> None:
    """So many changes that the proof would take far longer, for somebody whom nothing helps reliably."""
    served = registry.named("dysglycaemia")
    person = next(iter(people(registry)))
    budget = Budget(300_000.0)
    problem = replace(problem_about(served.model, person), budget=budget)
    problem = replace(problem, levers=replace(problem.levers, max_changes=len(problem.levers)))
    told = answer(served, problem, min_robustness=0.95, always=True)
    assert budget.spent <= budget.work + 2 * RESERVE
    assert told.status in (Status.FOUND, Status.INFEASIBLE)


def people(registry: ModelRegistry) -> list[Person]:
    model = registry.named("dysglycaemia").model
    return [one.features for one in people_of(model, Side.HELD_OUT) if one.risk > 0.7]


@dataclass
class Leaving:
    """A classifier whose caller leaves at its nth batch; counts the batches from then on."""

    classifier: Classifier
    stop: Stop
    leaves_at: int
    asked: int = 0
    asked_later: int = field(default=0)

    @property
    def forest(self) -> Forest:
        forest: Forest = self.classifier.forest  # type: ignore[attr-defined]
        return forest

    @property
    def link(self) -> Link:
        link: Link = self.classifier.link  # type: ignore[attr-defined]
        return link

    def risk(self, rows: FloatArray) -> FloatArray:
        self.asked_later += self.stop.is_set
        self.asked += 1
        if self.asked == self.leaves_at:
            self.stop.set()
        return self.classifier.risk(rows)


@given(data=st.data(), share=SHARES, in_batches=st.booleans(), leaves_at=st.integers(1, 12))
@SOME
def test_what_nobody_waits_for_ends_at_once(
    data: st.DataObject, share: float, in_batches: bool, leaves_at: int, cohort: Cohort
) -> None:
    person = data.draw(st.sampled_from(cohort.above(0.3)))
    problem = problem_about(cohort.served.model, person, target=0.3, scope=cohort.scope)
    stop = Stop()
    leaving = Leaving(problem.classifier, stop, leaves_at)
    problem = replace(problem, classifier=leaving, budget=Budget(stop=stop))
    try:
        answer(cohort.served, problem, min_robustness=share, in_batches=in_batches)
    except AbandonedError:
        assert stop.is_set
    assert leaving.asked_later <= 1  # a batch of draws may have been counted just before


def test_a_part_counts_against_its_whole_and_ends_with_it() -> None:
    whole = Budget(100.0)
    part, other = whole.part(80.0), whole.part(math.inf)
    part.spend(50.0)
    assert (part.spent, whole.spent, other.spent) == (50.0, 50.0, 0.0)
    other.spend(60.0)
    assert part.is_spent
    assert other.is_spent
    assert whole.left_in_all == part.left_in_all == -10.0
    assert not whole.is_overdrawn
    whole.spend(RESERVE)
    assert part.is_overdrawn


def test_a_deadline_in_the_past_is_nobody_waiting() -> None:
    with pytest.raises(AbandonedError):
        Budget(stop=Stop(deadline=0.0)).spend(1)
    assert np.isinf(Budget().left_in_all)
