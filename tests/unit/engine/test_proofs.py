"""What an answer claims beside its options, held against a look at every permitted candidate.

On three models, at thresholds from 0.05 to 0.6, for people who start on either side of one half: a proof
that holds at one threshold alone is none.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.counterfactual import Generator, RecourseResult, Status
from app.domain.schema import BoolArray, FloatArray, IntArray
from app.engine.likeness import Likeness
from app.engine.question import Question
from app.engine.relaxed import WORTH_TELLING
from tests.unit.engine.answers import answer, levels_of
from tests.unit.engine.exact.brute import all_candidates, shares
from tests.unit.engine.models import Cohort, small_question

SHARES = [0.0, 0.5, 0.9]
MANY = settings(max_examples=40, deadline=None)


@given(data=st.data(), share=st.sampled_from(SHARES))
@MANY
def test_what_is_said_to_be_out_of_reach_is(data: st.DataObject, share: float, cohort: Cohort) -> None:
    question = small_question(data, cohort)
    outcome = answer(cohort.hosted, question, min_robustness=share)
    risk = question.risk(np.concatenate([question.unchanged, all_candidates(question)]))
    assert (outcome.status is Status.INFEASIBLE) == (risk.min() > question.target)
    if outcome.infeasible is not None:
        assert outcome.infeasible.proved
        assert outcome.infeasible.lowest_reachable_risk == pytest.approx(risk.min(), abs=1e-6)
        assert outcome.infeasible.risk_bound == pytest.approx(risk.min(), abs=1e-6)


@given(data=st.data(), work=st.sampled_from([0.0, 200.0, 3_000.0]))
@MANY
def test_what_is_not_proved_is_bounded_truly(data: st.DataObject, work: float, cohort: Cohort) -> None:
    question = small_question(data, cohort)
    outcome = answer(cohort.hosted, question, min_robustness=0.0, work=work)
    everyone = np.concatenate([question.unchanged, all_candidates(question)])
    risk = question.risk(everyone)
    if outcome.infeasible is not None:
        said = outcome.infeasible
        assert said.risk_bound <= risk.min() + 1e-6 <= said.lowest_reachable_risk + 2e-6
        assert said.lowest_reachable_risk > question.target
        assert said.proved == (said.risk_bound == said.lowest_reachable_risk)
    _assert_bounds_are_true(question, cohort, outcome, 0.0)


@given(data=st.data(), share=st.sampled_from(SHARES), generator=st.sampled_from(Generator))
@MANY
def test_proved_and_effort_bound_are_true_of_every_option(
    data: st.DataObject, share: float, generator: Generator, cohort: Cohort
) -> None:
    """Whoever proposed it: a language model here says anything that is permitted."""
    question = small_question(data, cohort)
    everyone = all_candidates(question)
    assume(len(everyone))
    said = everyone[data.draw(st.lists(st.integers(0, len(everyone) - 1), max_size=4))]
    outcome = answer(cohort.hosted, question, min_robustness=share, generator=generator, proposals=said)
    _assert_bounds_are_true(question, cohort, outcome, share)


def _assert_bounds_are_true(
    question: Question, cohort: Cohort, outcome: RecourseResult, share: float
) -> None:
    """No candidate could stand in an option's place for less effort than is said."""
    everyone = all_candidates(question)
    reaching = everyone[question.reached(question.risk(everyone))]
    effort, held, looks = _figures(question, cohort, reaching)
    before: list[IntArray] = []
    for option in outcome.counterfactuals:
        levels, known = levels_of(question, option), option.optimality
        _, own_held, own_looks = _figures(question, cohort, levels[None])
        as_well = held >= min(own_held[0], share) - 1e-9
        rivals = as_well & (looks >= own_looks[0]) & ~_has_needless(reaching, reaching[as_well])
        for other in before:
            rivals &= ~((reaching > 0) >= (other > 0)).all(axis=1)
        assert known.effort_bound <= effort[rivals].min(initial=np.inf) + 1e-4
        assert known.proved == (known.effort_bound == option.effort)
        before.append(levels)


def _has_needless(levels: IntArray, enough: IntArray) -> BoolArray:
    """Which candidates go as far in every change as one that is enough, and further in some."""
    further = (levels[:, None] >= enough[None]).all(axis=2)
    return (further & (levels[:, None] != enough[None]).any(axis=2)).any(axis=1)


def _figures(question: Question, cohort: Cohort, levels: IntArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Effort, least robustness share and `Standard` of each candidate."""
    yardsticks = cohort.hosted.yardsticks
    likeness = Likeness(question.levers, yardsticks.crowd, yardsticks.density)
    standards = likeness.standards(levels, likeness.distances(levels))
    return question.levers.effort(levels), shares(question, yardsticks.judge, levels), standards


@given(data=st.data(), share=st.sampled_from(SHARES), in_batches=st.booleans(), says_all=st.booleans())
@MANY
def test_nothing_in_an_option_is_needless(
    data: st.DataObject, share: float, in_batches: bool, says_all: bool, cohort: Cohort
) -> None:
    """No changes can be dropped or lessened with the option still doing what it claims."""
    question = small_question(data, cohort)
    furthest = np.array([[lever.top for lever in question.levers]])
    outcome = answer(
        cohort.hosted,
        question,
        min_robustness=share,
        in_batches=in_batches,
        generator=Generator.LLM if says_all else Generator.SEARCH,
        proposals=furthest if says_all else None,
    )
    everyone = all_candidates(question)
    reaching = everyone[question.reached(question.risk(everyone))]
    held = shares(question, cohort.hosted.yardsticks.judge, reaching)
    for option in outcome.counterfactuals:
        levels = levels_of(question, option)
        claim = min(shares(question, cohort.hosted.yardsticks.judge, levels[None])[0], share)
        lesser = (reaching <= levels).all(axis=1) & (reaching != levels).any(axis=1)
        assert not (held[lesser] >= claim - 1e-9).any(), option.summary


@given(data=st.data())
@MANY
def test_more_changes_give_what_is_said(data: st.DataObject, cohort: Cohort) -> None:
    question = small_question(data, cohort, changes=st.integers(1, 2))
    infeasible = answer(cohort.hosted, question, min_robustness=0.0).infeasible
    if infeasible is None:
        return
    assert infeasible.conditions.max_changes == question.levers.max_changes
    lowest = {changes: _lowest(question, changes) for changes in range(1, len(question.levers) + 1)}
    of_all = lowest[len(lowest)]
    helps = of_all <= max(infeasible.lowest_reachable_risk - WORTH_TELLING, question.target)
    assert len(infeasible.relaxed) == helps
    for relaxed in infeasible.relaxed:
        assert relaxed.proved
        assert relaxed.lowest_reachable_risk == pytest.approx(lowest[relaxed.max_changes], abs=1e-6)
        assert relaxed.reaches_target == (relaxed.lowest_reachable_risk <= question.target)
        enough = question.target if of_all <= question.target else of_all + 1e-6
        assert relaxed.lowest_reachable_risk <= enough + 1e-6
        assert lowest[relaxed.max_changes - 1] > enough, "fewer would do"


def _lowest(question: Question, changes: int) -> float:
    freer = replace(question, levers=replace(question.levers, max_changes=changes))
    return float(freer.risk(np.concatenate([freer.unchanged, all_candidates(freer)])).min())
