"""A fall that is asked for: each refit and each draw has to fall from its own start."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.domain.counterfactual import Generator, Status
from app.domain.target import Target, TargetKind, max_risk
from app.engine.goals import starts_of
from app.engine.problem import RecourseProblem, reaching
from app.engine.robustness import NOISE_DRAWS
from tests.unit.engine.answers import answer, levels_of
from tests.unit.engine.exact.brute import all_candidates, best_options, will_do
from tests.unit.engine.models import NAMES, Cohort, small_question

MANY = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
AMOUNTS = {
    TargetKind.MAX_RISK: [0.05, 0.3, 0.5, 0.6],
    TargetKind.RELATIVE_REDUCTION: [0.02, 0.05, 0.1, 0.2],
    TargetKind.ABSOLUTE_REDUCTION: [0.005, 0.02, 0.05, 0.1],
}


def wished(data: st.DataObject, cohort: Cohort, kind: TargetKind) -> tuple[RecourseProblem, Target, float]:
    problem = small_question(data, cohort)
    risk = float(problem.risk(problem.unchanged)[0])
    wish = Target(kind, data.draw(st.sampled_from(AMOUNTS[kind])))
    asked = reaching(problem, wish, risk, cohort.served.references.evaluator)
    assume(0 < asked.target < risk)
    return asked, wish, risk


@pytest.mark.parametrize("kind", TargetKind)
@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), share=st.sampled_from([0.0, 0.5, 0.9]))
@MANY
def test_options_fall_as_far_as_is_wished_and_none_takes_less(
    data: st.DataObject, kind: TargetKind, name: str, share: float, cohorts: dict[str, Cohort]
) -> None:
    cohort = cohorts[name]
    problem, _, _ = wished(data, cohort, kind)
    result = answer(cohort.served, problem, min_robustness=share, generator=Generator.SEARCH)
    everyone = all_candidates(problem)
    reaching_it = problem.reached(problem.risk(everyone))
    assert (result.status is Status.INFEASIBLE) is not bool(reaching_it.any())
    enough = everyone[will_do(problem, cohort.served.references.evaluator, everyone, share)]
    held = [one for one in result.counterfactuals if not one.fragile]
    assert bool(held) is bool(len(enough)) or not result.counterfactuals
    if held and len(enough):
        assert min(one.effort for one in held) >= best_options(problem, enough, 1)[0] - 1e-4


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", TargetKind)
@given(data=st.data())
@MANY
def test_how_well_an_option_holds_is_told_from_each_start(
    data: st.DataObject, kind: TargetKind, name: str, cohorts: dict[str, Cohort]
) -> None:
    cohort = cohorts[name]
    problem, wish, risk = wished(data, cohort, kind)
    evaluator, classifier = cohort.served.references.evaluator, problem.classifier
    starts = starts_of(evaluator, classifier, problem.levers.factual)
    assert starts.now == risk
    for one in answer(cohort.served, problem, min_robustness=0.5).counterfactuals:
        assert one.risk <= wish.from_start(np.array([risk]))[0]
        levels = levels_of(problem, one)[None]
        refits = evaluator.committee.risk(problem.levers.rows(levels))[:, 0]
        assert one.robustness.refits == pytest.approx(
            (refits <= wish.from_start(starts.refits)).mean(), abs=1e-4
        )
        drawn = evaluator.drawn_risk(classifier, problem.levers, levels)[0] <= wish.from_start(starts.draws)
        assert one.robustness.noise == pytest.approx(drawn[:NOISE_DRAWS].mean(), abs=1e-4)
        assert one.robustness.adherence == pytest.approx(drawn[NOISE_DRAWS:].mean(), abs=1e-4)


@given(start=st.floats(0.01, 0.99), amount=st.floats(0.01, 0.99))
def test_targets_say_where_to_end(start: float, amount: float) -> None:
    def ends(kind: TargetKind) -> float:
        return float(Target(kind, amount).from_start(np.array([start]))[0])

    assert ends(TargetKind.MAX_RISK) == amount
    assert ends(TargetKind.RELATIVE_REDUCTION) == pytest.approx(start * (1 - amount))
    assert ends(TargetKind.ABSOLUTE_REDUCTION) == pytest.approx(start - amount)
    assert max_risk(amount) == Target(TargetKind.MAX_RISK, amount)
