"""Permitted ranges of what follows: where it may end if it moves, and what is proved under them."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.domain.constraints import read_constraints
from app.domain.counterfactual import Status
from app.engine.problem import problem_about
from app.engine.registry import ServedModel
from tests.asking import Person
from tests.unit.engine.answers import answer
from tests.unit.engine.exact.brute import all_candidates, is_small
from tests.unit.engine.models import TARGETS

_UNKNOWN = ["dbp", "total_cholesterol", "sbp"]
FOLLOWING = ["sbp", "dbp", "hdl_cholesterol", "total_cholesterol", "pulse", "bmi", "weight"]


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_proved_within_a_range_is_true(
    data: st.DataObject, served: ServedModel, high_risk: list[Person]
) -> None:
    """Also where a lever only makes room in it: no tree need tell its levels apart."""
    person = dict(data.draw(st.sampled_from(high_risk)))
    person |= dict.fromkeys(
        data.draw(st.lists(st.sampled_from(["dbp", "total_cholesterol", "sbp"]), max_size=2))
    )
    name = data.draw(st.sampled_from(FOLLOWING))
    start = person[name]
    assume(start is not None)
    assert not isinstance(start, str | None)
    near = float(start) + data.draw(st.sampled_from([-6, -3, -1, 0, 1, 3, 6]))
    bounds = data.draw(st.sampled_from([(None, near), (near, None), (near - 2, near + 2)]))
    schema = served.model.schema
    actions = [feature.name for feature in schema.actionable]
    chosen = data.draw(st.lists(st.sampled_from(actions), min_size=1, max_size=4, unique=True))
    constraints = read_constraints(schema, chosen, {name: bounds}, 3)
    problem = problem_about(served.model, person, constraints, data.draw(st.sampled_from(TARGETS)))
    assume(len(problem.levers) and is_small(problem))
    assume(problem.risk(problem.unchanged)[0] > problem.target)
    outcome = answer(served, problem, min_robustness=0.0)
    everyone = np.concatenate([problem.unchanged, all_candidates(problem)])
    lowest = problem.risk(everyone).min()
    assert (outcome.status is Status.INFEASIBLE) == (lowest > problem.target)
    if outcome.infeasible is not None:
        assert outcome.infeasible.proved
        assert outcome.infeasible.lowest_reachable_risk == pytest.approx(lowest, abs=5e-6)
    # Nor does one lever alone go where its consequences may not.
    furthest = float(problem.risk(problem.unchanged)[0]) - lowest
    assert all(one.reduction <= furthest + 5e-6 for one in outcome.most_helpful)


@pytest.mark.parametrize("bounds", [(None, 70), (90, 100)])
def test_a_range_forbids_nothing_that_leaves_its_feature_alone(
    served: ServedModel, helpable: Person, bounds: tuple[float | None, float | None]
) -> None:
    schema, person = served.model.schema, helpable | {"pulse": 80}
    free = problem_about(served.model, person, read_constraints(schema, ["bmi"], None, 1), 0.4)
    ranged = problem_about(served.model, person, read_constraints(schema, ["bmi"], {"pulse": bounds}, 1), 0.4)
    np.testing.assert_array_equal(all_candidates(free), all_candidates(ranged))
    assert len(all_candidates(free))


def test_what_follows_is_told_within_its_own_interval(served: ServedModel, high_risk: list[Person]) -> None:
    """And of helping and harming effects on one feature each is counted at both its ends."""
    seen = 0
    for person in high_risk[:60]:
        problem = problem_about(served.model, person | {"cigarettes": 20})
        outcome = answer(served, problem, min_robustness=0.0)
        told = [option.brought_along for option in outcome.counterfactuals]
        told += [outcome.infeasible.brought_along] if outcome.infeasible else []
        for one in (one for along in told for one in along):
            assert isinstance(one.after, int | float)
            assert one.low <= one.after <= one.high
            assert one.drivers
            assert one.sources
            seen += 1
    assert seen > 20
