"""The search in batches: what it finds is verified, obedient and the same every time."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.domain.constraints import read_constraints
from app.engine.beam import beam_search
from app.engine.neighbours import all_moves, extensions
from tests.asking import Person, problem_about


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_every_find_reaches_the_target_and_is_allowed(
    data: st.DataObject, model: ModelVersion, high_risk: list[Person]
) -> None:
    person, target = data.draw(st.sampled_from(high_risk)), data.draw(st.floats(0.3, 0.5))
    problem = problem_about(model, person, target=target)
    result = beam_search(problem)
    assert result.lowest is not None
    rows = problem.levers.rows(result.levels)
    assert (model.classifier.risk(rows) <= problem.target).all() if len(rows) else True
    assert problem.levers.allowed(result.levels).all()
    assert result.lowest.risk == problem.risk(result.lowest.levels[None, :])[0]


@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_the_same_question_finds_the_same(
    data: st.DataObject, model: ModelVersion, high_risk: list[Person]
) -> None:
    person = data.draw(st.sampled_from(high_risk))
    one, other = beam_search(problem_about(model, person)), beam_search(problem_about(model, person))
    np.testing.assert_array_equal(one.levels, other.levels)


def test_a_single_change_that_suffices_is_found_when_there_is_one(
    model: ModelVersion, high_risk: list[Person]
) -> None:
    """Beside an exhaustive look at single changes, over people for whom one exists."""
    helped = 0
    for person in high_risk[:120]:
        problem = problem_about(model, person)
        singles = extensions(problem.unchanged, all_moves(problem.levers))[0]
        enough = singles[problem.reached(problem.risk(singles)) & problem.levers.allowed(singles)]
        if len(enough) == 0:
            continue
        helped += 1
        cheapest = problem.levers.effort(enough).min()
        assert problem.levers.effort(beam_search(problem).levels).min() <= cheapest + 1e-9
    assert helped >= 5


def test_no_levers_means_nothing_found(model: ModelVersion, helpable: Person) -> None:
    problem = problem_about(model, helpable, read_constraints(model.schema, [], None, None))
    result = beam_search(problem)
    assert len(result.levels) == 0
    assert result.lowest is not None
    assert result.lowest.risk == problem.risk(problem.unchanged)[0]
