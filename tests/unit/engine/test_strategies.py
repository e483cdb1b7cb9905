"""Options to choose between: what is claimed of them, held against a look at every permitted candidate."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.domain.counterfactual import Diversity
from app.domain.recourse import RecourseResult
from app.domain.schema import FloatArray, IntArray
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.problem import RecourseProblem
from app.engine.strategies import different, themes_of
from tests.unit.engine.answers import answer, levels_of
from tests.unit.engine.exact.brute import all_candidates, has_needless, shares
from tests.unit.engine.models import Cohort, small_question

SHARES = [0.0, 0.5, 0.9]
MANY = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
Behaviours = frozenset[int]


def behaviours(levels: IntArray) -> Behaviours:
    return frozenset(np.flatnonzero(levels).tolist())


def reachable_question(data: st.DataObject, cohort: Cohort) -> RecourseProblem:
    """A small question whose target some candidates reach: one of their risks, where the drawn one is not."""
    problem = small_question(data, cohort)
    risk = np.sort(problem.risk(all_candidates(problem)))
    if len(risk) and risk[0] > problem.target:
        target = float(risk[data.draw(st.integers(0, len(risk) // 2))]) + 1e-6
        problem = replace(problem, target=target)
    assume(len(risk) and float(problem.risk(problem.unchanged)[0]) > problem.target)
    return problem


def ways(problem: RecourseProblem, cohort: Cohort, share: float) -> dict[Behaviours, float]:
    """Every way that holds: sets of behaviours, none with a cheaper one in it, and their effort.

    With nothing needless, and of those that look most like real people.
    """
    everyone = all_candidates(problem)
    reaching = everyone[problem.reached(problem.risk(everyone))]
    if len(reaching) == 0:
        return {}
    held = shares(problem, cohort.served.references.evaluator, reaching)
    holding = reaching[held >= share - 1e-9]
    plain = holding[~has_needless(problem, holding, holding)]
    if len(plain) == 0:
        return {}
    references = cohort.served.references
    profile = PlausibilityProfile(problem.levers, references.population, references.density)
    looks = profile.plausibility_levels(plain, profile.distances(plain))
    best = plain[looks == looks.max()]
    return _minimal(best, problem.levers.effort(best))


def _minimal(levels: IntArray, effort: FloatArray) -> dict[Behaviours, float]:
    kept: dict[Behaviours, float] = {}
    for place in np.argsort(effort, kind="stable").tolist():
        own = behaviours(levels[place])
        # Of two that take the same effort, either may be the one that is shown.
        if not any(other <= own and cost < effort[place] - 1e-9 for other, cost in kept.items()):
            kept.setdefault(own, float(effort[place]))
    return kept


def shown(problem: RecourseProblem, outcome: RecourseResult) -> Iterator[tuple[Behaviours, float]]:
    for option in outcome.counterfactuals:
        yield behaviours(levels_of(problem, option)), option.effort


@given(data=st.data(), share=st.sampled_from(SHARES), count=st.integers(1, 5))
@MANY
def test_options_differ_as_far_as_there_are_ways_that_do(
    data: st.DataObject, share: float, count: int, cohort: Cohort
) -> None:
    problem = reachable_question(data, cohort)
    known = ways(problem, cohort, share)
    assume(known)
    outcome = answer(
        cohort.served, problem, count=count, min_robustness=share, diversity=Diversity.STRATEGIES
    )
    options = dict(shown(problem, outcome))
    assert set(options) <= set(known)
    for own, effort in options.items():
        assert effort == pytest.approx(known[own], abs=1e-3)
    assert len(options) == len(outcome.counterfactuals) <= count
    for one, other in combinations(options, 2):
        assert 2 * len(one & other) <= min(len(one), len(other))
    apart = any(not one & other for one, other in combinations(known, 2))
    assert any(not one & other for one, other in combinations(options, 2)) == (apart and count > 1)
    if not apart or count > 2:
        assert min(options.values()) == pytest.approx(min(known.values()), abs=1e-3) or apart
    shortfall = outcome.shortfall
    assert (shortfall is None) == (len(options) == count)
    if shortfall is not None:
        assert shortfall.proved
        assert shortfall.variants <= len(known) - len(options)
        for other in set(known) - set(options):
            # Whoever moves more for the same effort is no way of their own.
            if any(way < other and effort <= known[other] + 1e-9 for way, effort in known.items()):
                continue
            assert any(_too_alike(problem, known, other, own) or other < own for own in options)


def _too_alike(
    problem: RecourseProblem, known: dict[Behaviours, float], first: Behaviours, second: Behaviours
) -> bool:
    """Whether the first has no place beside the second: too much in common, or some and not the best way."""

    def themes(own: Behaviours) -> frozenset[str]:
        return frozenset(problem.schema.theme_of(problem.levers.items[one].feature.name) for one in own)

    shared = len(first & second)
    better = [other for other in known if themes(other) == themes(first) and known[other] <= known[first]]
    is_best = better == [first]
    alike = 2 * shared > min(len(first), len(second)) or bool(shared and themes(first) == themes(second))
    return alike or bool(shared and not is_best)


@given(data=st.data(), share=st.sampled_from(SHARES))
@MANY
def test_what_is_proved_of_a_strategy_is_true(data: st.DataObject, share: float, cohort: Cohort) -> None:
    """No way made of the same themes takes less effort, but one that is shown before it."""
    problem = reachable_question(data, cohort)
    known = ways(problem, cohort, share)
    assume(known)
    outcome = answer(cohort.served, problem, min_robustness=share, diversity=Diversity.STRATEGIES)
    levels = np.array([[int(place in own) for place in range(len(problem.levers))] for own in known])
    theme = dict(zip(known, themes_of(problem, levels), strict=True))
    before: list[Behaviours] = []
    for (own, effort), option in zip(shown(problem, outcome), outcome.counterfactuals, strict=True):
        rivals = [known[other] for other in known if theme[other] == theme[own] and other not in before]
        assert option.strategy.themes == theme[own]
        assert option.optimality.proved == (effort <= min(rivals) + 1e-3)
        assert option.optimality.effort_bound <= min(rivals) + 1e-3
        if theme[own] not in [theme[other] for other in before]:
            assert option.optimality.proved
        before.append(own)


@given(data=st.data())
@MANY
def test_parts_add_up_to_the_fall_and_each_alone_is_its_own(data: st.DataObject, cohort: Cohort) -> None:
    problem = reachable_question(data, cohort)
    outcome = answer(cohort.served, problem, min_robustness=0.0, diversity=Diversity.STRATEGIES)
    now = float(problem.risk(problem.unchanged)[0])
    for option in outcome.counterfactuals:
        parts = [change.part for change in option.changes]
        assert sum(part for part in parts if part is not None) == pytest.approx(now - option.risk, abs=1e-5)
        levels = levels_of(problem, option)
        for change, lever in zip(option.changes, np.flatnonzero(levels), strict=True):
            alone = np.where(np.arange(len(levels)) == lever, levels, 0)
            assert change.alone == pytest.approx(now - float(problem.risk(alone[None])[0]), abs=1e-5)
    for helpful in outcome.most_helpful:
        assert helpful.reduction > 0
    falls = [helpful.reduction for helpful in outcome.most_helpful]
    assert falls == sorted(falls, reverse=True)


def test_a_disjoint_pair_is_found_beside_an_option_that_meets_both() -> None:
    """The least effort shares half with either of two that share nothing."""
    levels = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1]])
    themes = [("a", "b"), ("a", "c"), ("b", "d")]
    assert different(themes, levels, np.array([1.0, 2.0, 3.0]), count=3) == [0, 1, 2]
    assert different(themes, levels, np.array([1.0, 2.0, 3.0]), count=2) == [1, 2]


def test_what_shares_nothing_comes_before_what_costs_less() -> None:
    levels = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1]])
    themes = [("a", "b"), ("a", "c"), ("c", "d")]
    assert different(themes, levels, np.array([1.0, 2.0, 3.0]), count=2) == [0, 2]


def test_of_one_strategy_there_is_one_option_unless_they_share_nothing() -> None:
    levels = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1]])
    themes = [("food",)] * 3
    assert different(themes, levels, np.array([1.0, 2.0, 3.0]), count=3) == [0, 2]
