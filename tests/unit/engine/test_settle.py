"""Settling proposals: they come out obedient and under the target, or not at all."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.hosted import HostedModel
from app.engine.settle import settle
from tests.asking import Person, question_about


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_whatever_is_proposed_comes_out_obedient_and_under_the_target(
    data: st.DataObject, model: HostedModel, high_risk: list[Person]
) -> None:
    question = question_about(model, data.draw(st.sampled_from(high_risk)))
    levels = st.tuples(*(st.integers(0, lever.top) for lever in question.levers))
    proposals = np.array(data.draw(st.lists(levels, min_size=1, max_size=6)), dtype=np.int64)
    settled = settle(question, proposals)
    assert question.levers.allowed(settled.levels).all()
    assert question.reached(question.risk(settled.levels)).all()
    assert settled.valid + settled.repaired <= len(proposals)


def test_a_near_miss_is_repaired(model: HostedModel, helpable: Person) -> None:
    question = question_about(model, helpable)
    settled = settle(question, question.unchanged)
    assert (settled.valid, settled.repaired) == (0, 1)
    assert len(settled.levels) > 0


def test_too_many_changes_are_cut_to_those_that_help_most(model: HostedModel, helpable: Person) -> None:
    question = question_about(model, helpable)
    everything = np.array([[lever.top for lever in question.levers]])
    settled = settle(question, everything)
    assert settled.valid == 0  # as it came, it broke the limit on the number of changes
    assert ((settled.levels > 0).sum(axis=1) <= question.levers.max_changes).all()
