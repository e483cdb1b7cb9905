"""What is claimed where no option holds, held against a look at every permitted candidate."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.counterfactual import Diversity, Generator, Robustness
from app.domain.improvement import MOST_POINTS, Grade, Improvement
from app.domain.recourse import RecourseResult
from app.domain.schema import FloatArray, IntArray
from app.engine.improvements import LITTLE
from app.engine.problem import RecourseProblem
from app.engine.registry import ServedModel
from app.engine.robustness import NOISE_DRAWS
from tests.asking import Person, problem_about
from tests.unit.engine.answers import answer, levels_of
from tests.unit.engine.exact.brute import all_candidates
from tests.unit.engine.models import NAMES, Cohort, small_question

SHARES = [0.0, 0.5, 0.9]
MANY = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
FLOAT = 1e-6


def asked(
    data: st.DataObject, cohort: Cohort, share: float, *, always: bool = True
) -> tuple[RecourseProblem, RecourseResult]:
    """A small question, and its answer with improvements; with proposals of a language model now and then."""
    problem = small_question(data, cohort)
    tops = np.array([lever.top for lever in problem.levers], dtype=np.int64)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    proposals = rng.integers(0, tops + 1, size=(data.draw(st.sampled_from([0, 0, 8])), len(tops)))
    generator = Generator.AUTO if len(proposals) else Generator.SEARCH
    result = answer(
        cohort.served,
        problem,
        min_robustness=share,
        generator=generator,
        proposals=proposals,
        diversity=data.draw(st.sampled_from(Diversity)),
        always=always,
    )
    return problem, result


def falls(problem: RecourseProblem, served: ServedModel, levels: IntArray, least: float) -> FloatArray:
    """The shares of refits, noise and adherence draws in which a candidate takes off so much; one by one."""
    start, evaluator = problem.levers.factual, served.references.evaluator
    row = problem.levers.rows(levels[None])[0]
    drawn = problem.levers.drawn_rows(levels[None], evaluator.draws)[0]
    committee = evaluator.committee
    refits = committee.risk(start[None])[:, 0] - committee.risk(row[None])[:, 0] >= least
    before = problem.classifier.risk(start + evaluator.draws.noise)
    draws = before - problem.classifier.risk(drawn) >= least
    return np.array([refits.mean(), draws[:NOISE_DRAWS].mean(), draws[NOISE_DRAWS:].mean()])


def holds_anyhow(result: RecourseResult) -> bool:
    """Whether some option holds: that nothing helps would contradict it."""
    return any(not option.fragile for option in result.counterfactuals)


def told(shares: Robustness) -> FloatArray:
    return np.array([shares.refits, shares.noise, shares.adherence])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("share", SHARES)
@given(data=st.data())
@MANY
def test_each_improvement_is_permitted_verified_and_holds(
    data: st.DataObject, name: str, share: float, cohorts: dict[str, Cohort]
) -> None:
    served = cohorts[name].served
    problem, result = asked(data, cohorts[name], share)
    now = float(problem.risk(problem.unchanged)[0])
    for one in result.improvements:
        levels = levels_of(problem, one)
        assert problem.levers.allowed(levels[None])[0]
        assert problem.risk(levels[None])[0] == one.risk
        assert one.reduction == pytest.approx(now - one.risk, abs=FLOAT)
        assert one.reduction >= problem.schema.model.least_reduction - FLOAT
        assert not one.fragile
        np.testing.assert_allclose(told(one.robustness), falls(problem, served, levels, FLOAT), atol=1e-4)
        assert (told(one.robustness) >= share - 1e-4).all()
        half = falls(problem, served, levels, one.reduction / 2 - FLOAT)
        np.testing.assert_allclose(told(one.reduction_holds), half, atol=0.02)  # a share on the line may turn
        assert (told(one.reduction_holds) <= told(one.robustness) + 1e-9).all()


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@MANY
def test_a_risk_is_that_of_all_that_is_told_to_move(
    data: st.DataObject, name: str, cohorts: dict[str, Cohort]
) -> None:
    problem, result = asked(data, cohorts[name], 0.9)
    moved = [(point.risk, (*point.changes, *point.moves_along)) for point in result.frontier]
    moved += [
        (one.risk, (*one.changes, *one.linked, *one.brought_along))
        for one in (*result.improvements, *result.counterfactuals)
    ]
    for risk, changes in moved:
        values = {**problem.patient.values, **{one.feature: one.after for one in changes}}
        again = problem.classifier.risk(problem.schema.encode(values)[None])[0]
        assert again == pytest.approx(risk, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@MANY
def test_it_holds_where_it_is_said_to(data: st.DataObject, name: str, cohorts: dict[str, Cohort]) -> None:
    """At `holds_at` as a target it is an option that holds, and at no whole point below."""
    served, share = cohorts[name].served, 0.9
    problem, result = asked(data, cohorts[name], share)
    evaluator, point = served.references.evaluator, problem.schema.model.point
    for one in result.improvements:
        levels = levels_of(problem, one)
        rows = problem.levers.rows(levels[None])
        drawn = evaluator.drawn_risk(problem.classifier, problem.levers, levels[None])[0]
        groups = [evaluator.committee.risk(rows)[:, 0], drawn[:NOISE_DRAWS], drawn[NOISE_DRAWS:]]

        def holds(target: float, one: Improvement = one, groups: list[FloatArray] = groups) -> bool:
            return one.risk <= target and all((group <= target).mean() >= share - 1e-9 for group in groups)

        if one.holds_at is None:
            assert not holds(float(problem.risk(problem.unchanged)[0]) - point - FLOAT)
        else:
            assert holds(one.holds_at)
            assert not holds(one.holds_at - point)
            assert one.holds_at < problem.risk(problem.unchanged)[0]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("share", SHARES)
@given(data=st.data())
@MANY
def test_no_improvement_asks_for_more_than_its_fall_takes(
    data: st.DataObject, name: str, share: float, cohorts: dict[str, Cohort]
) -> None:
    problem, result = asked(data, cohorts[name], share)
    everyone = all_candidates(problem)
    risk, effort = problem.risk(everyone), problem.levers.effort(everyone)
    for one in result.improvements:
        levels = levels_of(problem, one)
        as_low = risk <= one.risk
        least = effort[as_low].min()
        assert least >= one.optimality.effort_bound - 1e-3
        assert not one.optimality.proved or least >= one.effort - 1e-3
        within = (everyone <= levels).all(axis=1) & (everyone != levels).any(axis=1) & as_low
        for lesser in everyone[within]:
            held = falls(problem, cohorts[name].served, lesser, FLOAT) >= share
            assert not held.all(), "something in it is needless"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("share", SHARES)
@given(data=st.data())
@MANY
def test_grades_are_what_they_say(
    data: st.DataObject, name: str, share: float, cohorts: dict[str, Cohort]
) -> None:
    problem, result = asked(data, cohorts[name], share)
    little = LITTLE * problem.schema.model.least_reduction
    by_grade = {grade: [one for one in result.improvements if grade in one.grades] for grade in Grade}
    if not result.improvements:
        assert (result.no_improvement is None) is holds_anyhow(result)
        return
    assert result.no_improvement is None
    [largest] = by_grade[Grade.LARGEST]
    for knee in by_grade[Grade.KNEE]:
        assert knee.reduction <= largest.reduction + little
    graded = [one for one in result.improvements if one.grades]
    assert largest.reduction >= max(one.reduction for one in result.improvements) - little - FLOAT
    for one in by_grade[Grade.NEAREST_TARGET]:
        held = [other.holds_at for other in result.improvements if other.holds_at is not None]
        assert one.holds_at == min(held)
    assert [one.effort for one in result.improvements] == sorted(one.effort for one in result.improvements)
    others = [one.strategy.themes for one in result.improvements if not one.grades]
    assert len(others) == len(set(others))
    assert not set(others) & {one.strategy.themes for one in graded}


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@MANY
def test_that_nothing_helps_is_true_of_every_candidate(
    data: st.DataObject, name: str, cohorts: dict[str, Cohort]
) -> None:
    share = data.draw(st.sampled_from([0.9, 1.0]))
    problem, result = asked(data, cohorts[name], share)
    everyone = all_candidates(problem)
    now = float(problem.risk(problem.unchanged)[0])
    largest = max(now - float(problem.risk(everyone).min(initial=1.0)), 0.0)
    least = problem.schema.model.least_reduction
    if largest < least - FLOAT:
        assert not result.improvements
        assert (result.no_improvement is None) is holds_anyhow(result)
    if result.no_improvement is not None:
        said = result.no_improvement
        assert said.proved
        assert said.largest_reduction == pytest.approx(largest, abs=2 * FLOAT)
        assert said.holds or largest == 0 or "shows in less" in said.text
        assert not said.holds or said.largest_reduction < least
        useful = everyone[now - problem.risk(everyone) >= least]
        for levels in useful[:300]:
            held = falls(problem, cohorts[name].served, levels, FLOAT)
            assert not (held >= share).all(), "something that holds was passed over"


@given(data=st.data(), share=st.sampled_from([0.5, 0.9]))
@MANY
def test_improvements_stand_where_no_option_holds(
    data: st.DataObject, share: float, cohorts: dict[str, Cohort]
) -> None:
    cohort = cohorts[data.draw(st.sampled_from(NAMES))]
    _, result = asked(data, cohort, share, always=False)
    due = bool(result.improvements) or result.no_improvement is not None
    assert due is not holds_anyhow(result)
    assert len(result.frontier) <= MOST_POINTS
    assert result.conditions is not None


@given(data=st.data(), always=st.booleans())
@MANY
def test_people_below_their_target_are_told_more_only_if_they_ask(
    data: st.DataObject, always: bool, cohorts: dict[str, Cohort]
) -> None:
    cohort = cohorts[data.draw(st.sampled_from(NAMES))]
    problem = small_question(data, cohort)
    below = replace(problem, target=float(problem.risk(problem.unchanged)[0]))
    result = answer(cohort.served, below, always=always)
    assert bool(result.conditions) is always
    assert always or not (result.frontier or result.improvements or result.no_improvement)
    assert not always or result.improvements or result.no_improvement


@pytest.mark.parametrize("in_batches", [False, True])
def test_somebody_out_of_reach_is_helped_all_the_same(
    served: ServedModel, high_risk: list[Person], in_batches: bool
) -> None:
    """By the exact search, and as by a classifier whose trees cannot be seen."""
    results = [
        answer(served, problem_about(served.model, person), in_batches=in_batches)
        for person in high_risk[:20]
    ]
    helped = [result for result in results if result.improvements]
    assert len(helped) > len(results) / 2
    for result in helped:
        assert all(one.optimality.proved is False or not in_batches for one in result.improvements)
        assert all(point.proved is not in_batches for point in result.frontier)
