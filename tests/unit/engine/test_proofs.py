"""What an answer claims beside its options, held against a look at every permitted candidate.

On three models, at thresholds from 0.05 to 0.6, for people who start on either side of one half: a proof
that holds at one threshold alone is none.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.counterfactual import Generator, Status
from app.domain.recourse import RecourseResult
from app.domain.schema import FloatArray, IntArray
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.problem import RecourseProblem
from app.engine.relaxed import WORTH_TELLING
from tests.unit.engine.answers import answer, levels_of
from tests.unit.engine.exact.brute import all_candidates, has_needless, shares
from tests.unit.engine.models import Cohort, small_question

SHARES = [0.0, 0.5, 0.9]
MANY = settings(max_examples=40, deadline=None)


@given(data=st.data(), share=st.sampled_from(SHARES))
@MANY
def test_what_is_said_to_be_out_of_reach_is(data: st.DataObject, share: float, cohort: Cohort) -> None:
    problem = small_question(data, cohort)
    outcome = answer(cohort.served, problem, min_robustness=share)
    risk = problem.risk(np.concatenate([problem.unchanged, all_candidates(problem)]))
    assert (outcome.status is Status.INFEASIBLE) == (risk.min() > problem.target)
    if outcome.infeasible is not None:
        assert outcome.infeasible.proved
        assert outcome.infeasible.lowest_reachable_risk == pytest.approx(risk.min(), abs=1e-6)
        assert outcome.infeasible.risk_bound == pytest.approx(risk.min(), abs=1e-6)


@given(data=st.data(), work=st.sampled_from([0.0, 200.0, 3_000.0]))
@MANY
def test_what_is_not_proved_is_bounded_truly(data: st.DataObject, work: float, cohort: Cohort) -> None:
    problem = small_question(data, cohort)
    outcome = answer(cohort.served, problem, min_robustness=0.0, work=work)
    everyone = np.concatenate([problem.unchanged, all_candidates(problem)])
    risk = problem.risk(everyone)
    if outcome.infeasible is not None:
        said = outcome.infeasible
        assert said.risk_bound <= risk.min() + 1e-6 <= said.lowest_reachable_risk + 2e-6
        assert said.lowest_reachable_risk > problem.target
        assert said.proved == (said.risk_bound == said.lowest_reachable_risk)
    assert_bounds_are_true(problem, cohort, outcome, 0.0)


@given(data=st.data(), share=st.sampled_from(SHARES), generator=st.sampled_from(Generator))
@MANY
def test_proved_and_effort_bound_are_true_of_every_option(
    data: st.DataObject, share: float, generator: Generator, cohort: Cohort
) -> None:
    """Whoever proposed it: a language model here says anything that is permitted."""
    problem = small_question(data, cohort)
    everyone = all_candidates(problem)
    assume(len(everyone))
    said = everyone[data.draw(st.lists(st.integers(0, len(everyone) - 1), max_size=4))]
    outcome = answer(cohort.served, problem, min_robustness=share, generator=generator, proposals=said)
    assert_bounds_are_true(problem, cohort, outcome, share)


def assert_bounds_are_true(
    problem: RecourseProblem, cohort: Cohort, outcome: RecourseResult, share: float
) -> None:
    """No candidate could stand in an option's place for less effort than is said."""
    everyone = all_candidates(problem)
    reaching = everyone[problem.reached(problem.risk(everyone))]
    effort, held, looks = _figures(problem, cohort, reaching)
    before: list[IntArray] = []
    for option in outcome.counterfactuals:
        levels, known = levels_of(problem, option), option.optimality
        _, own_held, own_looks = _figures(problem, cohort, levels[None])
        as_well = held >= min(own_held[0], share) - 1e-9
        rivals = as_well & (looks >= own_looks[0]) & ~has_needless(problem, reaching, reaching[as_well])
        for other in before:
            rivals &= ~((reaching > 0) >= (other > 0)).all(axis=1)
        assert known.effort_bound <= effort[rivals].min(initial=np.inf) + 1e-4
        assert known.proved == (known.effort_bound == option.effort)
        before.append(levels)


def _figures(
    problem: RecourseProblem, cohort: Cohort, levels: IntArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Effort, least robustness share and `PlausibilityLevel` of each candidate."""
    references = cohort.served.references
    profile = PlausibilityProfile(problem.levers, references.population, references.density)
    plausibility_levels = profile.plausibility_levels(levels, profile.distances(levels))
    return problem.levers.effort(levels), shares(problem, references.evaluator, levels), plausibility_levels


@given(data=st.data(), share=st.sampled_from(SHARES), in_batches=st.booleans(), says_all=st.booleans())
@MANY
def test_nothing_in_an_option_is_needless(
    data: st.DataObject, share: float, in_batches: bool, says_all: bool, cohort: Cohort
) -> None:
    """No changes can be dropped or lessened with the option still doing what it claims."""
    problem = small_question(data, cohort)
    furthest = np.array([[lever.top for lever in problem.levers]])
    outcome = answer(
        cohort.served,
        problem,
        min_robustness=share,
        in_batches=in_batches,
        generator=Generator.LLM if says_all else Generator.SEARCH,
        proposals=furthest if says_all else None,
    )
    everyone = all_candidates(problem)
    reaching = everyone[problem.reached(problem.risk(everyone))]
    held = shares(problem, cohort.served.references.evaluator, reaching)
    for option in outcome.counterfactuals:
        levels = levels_of(problem, option)
        claim = min(shares(problem, cohort.served.references.evaluator, levels[None])[0], share)
        lesser = (reaching <= levels).all(axis=1) & (reaching != levels).any(axis=1)
        assert not (held[lesser] >= claim - 1e-9).any(), option.summary


@given(data=st.data())
@MANY
def test_more_changes_give_what_is_said(data: st.DataObject, cohort: Cohort) -> None:
    problem = small_question(data, cohort, changes=st.integers(1, 2))
    infeasible = answer(cohort.served, problem, min_robustness=0.0).infeasible
    if infeasible is None:
        return
    assert infeasible.conditions.max_changes == problem.levers.max_changes
    lowest = {changes: _lowest(problem, changes) for changes in range(1, len(problem.levers) + 1)}
    of_all = lowest[len(lowest)]
    helps = of_all <= max(infeasible.lowest_reachable_risk - WORTH_TELLING, problem.target)
    assert len(infeasible.relaxed) == helps
    for relaxed in infeasible.relaxed:
        assert relaxed.proved
        assert relaxed.lowest_reachable_risk == pytest.approx(lowest[relaxed.max_changes], abs=1e-6)
        assert relaxed.reaches_target == (relaxed.lowest_reachable_risk <= problem.target)
        enough = problem.target if of_all <= problem.target else of_all + 1e-6
        assert relaxed.lowest_reachable_risk <= enough + 1e-6
        assert lowest[relaxed.max_changes - 1] > enough, "fewer would do"


def _lowest(problem: RecourseProblem, changes: int) -> float:
    freer = replace(problem, levers=replace(problem.levers, max_changes=changes))
    return float(freer.risk(np.concatenate([freer.unchanged, all_candidates(freer)])).min())
