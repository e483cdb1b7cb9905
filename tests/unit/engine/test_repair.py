"""Settling proposals: they come out obedient and under the target, or not at all."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.engine.repair import repair
from tests.asking import Person, problem_about


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_whatever_is_proposed_comes_out_obedient_and_under_the_target(
    data: st.DataObject, model: ModelVersion, high_risk: list[Person]
) -> None:
    problem = problem_about(model, data.draw(st.sampled_from(high_risk)))
    levels = st.tuples(*(st.integers(0, lever.top) for lever in problem.levers))
    proposals = np.array(data.draw(st.lists(levels, min_size=1, max_size=6)), dtype=np.int64)
    repairs = repair(problem, proposals)
    assert problem.levers.allowed(repairs.levels).all()
    assert problem.reached(problem.risk(repairs.levels)).all()
    assert repairs.valid + repairs.repaired <= len(proposals)


def test_a_near_miss_is_repaired(model: ModelVersion, helpable: Person) -> None:
    problem = problem_about(model, helpable)
    repairs = repair(problem, problem.unchanged)
    assert (repairs.valid, repairs.repaired) == (0, 1)
    assert len(repairs.levels) > 0


def test_too_many_changes_are_cut_to_those_that_help_most(model: ModelVersion, helpable: Person) -> None:
    problem = problem_about(model, helpable)
    everything = np.array([[lever.top for lever in problem.levers]])
    repairs = repair(problem, everything)
    assert repairs.valid == 0  # as it came, it broke the limit on the number of changes
    assert ((repairs.levels > 0).sum(axis=1) <= problem.levers.max_changes).all()
