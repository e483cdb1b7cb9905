"""The search in batches: what it finds is verified, obedient and the same every time."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.hosted import HostedModel
from app.domain.constraints import read_constraints
from app.engine.moves import all_moves, extensions
from app.engine.search import search
from tests.asking import Person, question_about


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_every_find_reaches_the_target_and_is_allowed(
    data: st.DataObject, model: HostedModel, high_risk: list[Person]
) -> None:
    person, target = data.draw(st.sampled_from(high_risk)), data.draw(st.floats(0.3, 0.5))
    question = question_about(model, person, target=target)
    found = search(question)
    assert found.lowest is not None
    rows = question.levers.rows(found.levels)
    assert (model.classifier.risk(rows) <= question.target).all() if len(rows) else True
    assert question.levers.allowed(found.levels).all()
    assert found.lowest.risk == question.risk(found.lowest.levels[None, :])[0]


@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_the_same_question_finds_the_same(
    data: st.DataObject, model: HostedModel, high_risk: list[Person]
) -> None:
    person = data.draw(st.sampled_from(high_risk))
    one, other = search(question_about(model, person)), search(question_about(model, person))
    np.testing.assert_array_equal(one.levels, other.levels)


def test_a_single_change_that_suffices_is_found_when_there_is_one(
    model: HostedModel, high_risk: list[Person]
) -> None:
    """Beside an exhaustive look at single changes, over people for whom one exists."""
    helped = 0
    for person in high_risk[:120]:
        question = question_about(model, person)
        singles = extensions(question.unchanged, all_moves(question.levers))[0]
        enough = singles[question.reached(question.risk(singles)) & question.levers.allowed(singles)]
        if len(enough) == 0:
            continue
        helped += 1
        cheapest = question.levers.effort(enough).min()
        assert question.levers.effort(search(question).levels).min() <= cheapest + 1e-9
    assert helped >= 5


def test_no_levers_means_nothing_found(model: HostedModel, helpable: Person) -> None:
    question = question_about(model, helpable, read_constraints(model.schema, [], None, None))
    found = search(question)
    assert len(found.levels) == 0
    assert found.lowest is not None
    assert found.lowest.risk == question.risk(question.unchanged)[0]
