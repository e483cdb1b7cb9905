"""Settling proposals: they come out obedient and under the target, or not at all."""

from functools import partial

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.hosted import HostedModel
from app.domain.schema import BoolArray, IntArray
from app.engine.moves import reductions
from app.engine.question import Question
from app.engine.settle import settle, trim
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


def test_trimming_leaves_nothing_needless(model: HostedModel, high_risk: list[Person]) -> None:
    """No single change of a trimmed candidate can be undone or lessened with the target still reached."""
    trimmed_in_all = 0
    for person in high_risk[:40]:
        question = question_about(model, person)
        settled = settle(question, question.unchanged)
        trimmed = trim(question, settled.levels, partial(_reaches, question))
        lesser, _ = reductions(trimmed)
        lesser = lesser[question.levers.allowed(lesser)]
        assert not _reaches(question, lesser).any()
        trimmed_in_all += len(trimmed)
    assert trimmed_in_all > 10


def _reaches(question: Question, levels: IntArray) -> BoolArray:
    return question.reached(question.risk(levels))


def test_too_many_changes_are_cut_to_those_that_help_most(model: HostedModel, helpable: Person) -> None:
    question = question_about(model, helpable)
    everything = np.array([[lever.top for lever in question.levers]])
    settled = settle(question, everything)
    assert settled.valid == 0  # as it came, it broke the limit on the number of changes
    assert ((settled.levels > 0).sum(axis=1) <= question.levers.max_changes).all()
