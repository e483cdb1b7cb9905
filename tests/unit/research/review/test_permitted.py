"""Options in the one form in which all are shown: permitted steps, whatever a method answered."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.feature import Kind
from app.engine.problem import RecourseProblem
from research.review.permitted import is_as_given, moved_on, permitted_form
from tests.reviewing import generated_row, problems, setup_of

MODELS = ("dysglycaemia", "heart-disease")


def people_of(model: str) -> list[RecourseProblem]:
    return list(problems(setup_of(model)).values())


@pytest.mark.parametrize("model", MODELS)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_what_is_permitted_stays_as_it_is(model: str, seed: int) -> None:
    draw = np.random.default_rng(seed)
    for problem in people_of(model):
        row = generated_row(problem, draw, on_steps=True)
        levels = permitted_form(problem, row)
        if problem.levers.allowed(np.array([levels]))[0] and len(levels):
            again = problem.levers.rows(levels[None])[0]
            np.testing.assert_array_equal(permitted_form(problem, again), levels)
            assert is_as_given(problem, levels, again)


@pytest.mark.parametrize("model", MODELS)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_everything_shown_is_permitted_and_on_the_steps(model: str, seed: int) -> None:
    draw = np.random.default_rng(seed)
    for problem in people_of(model):
        levels = permitted_form(problem, generated_row(problem, draw, on_steps=False))
        assert problem.levers.allowed(levels[None])[0]
        assert all(0 <= level <= lever.top for level, lever in zip(levels, problem.levers, strict=True))


def test_a_change_against_its_direction_is_no_change_and_one_off_the_steps_is_the_nearest() -> None:
    problem = people_of("dysglycaemia")[0]
    for place, lever in enumerate(problem.levers):
        if lever.feature.kind is not Kind.INTEGER or lever.top < 2:
            continue
        against, between = problem.levers.factual.copy(), problem.levers.factual.copy()
        way = np.sign(lever.values[1] - lever.values[0])
        against[lever.columns[0]] -= 3 * way
        between[lever.columns[0]] = lever.values[1] + 0.3 * (lever.values[2] - lever.values[1])
        assert not permitted_form(problem, against).any()
        assert permitted_form(problem, between)[place] == 1


def test_what_only_moves_along_is_read_as_the_change_that_moves_it() -> None:
    problem = next(
        one for one in people_of("dysglycaemia") if any(lever.feature.name == "bmi" for lever in one.levers)
    )
    place = next(at for at, lever in enumerate(problem.levers) if lever.feature.name == "bmi")
    lever = problem.levers.items[place]
    row = problem.levers.factual.copy()
    row[lever.columns[1]] = lever.rows[2, 1]
    levels = permitted_form(problem, row)
    assert levels[place] > 0
    assert np.count_nonzero(levels) == 1


def test_an_option_of_somebody_else_becomes_the_same_changes_from_where_this_person_is() -> None:
    here, there = people_of("dysglycaemia")[:2]
    for donor in there.levers:
        levels = there.unchanged[0].copy()
        levels[[lever.feature.name for lever in there.levers].index(donor.feature.name)] = 1
        moved = moved_on(here, there, levels)
        changed = [here.levers.items[at].feature.name for at in np.flatnonzero(moved)]
        assert changed in ([], [donor.feature.name])
        if changed and donor.feature.is_numeric and donor.feature.kind is not Kind.BOOLEAN:
            at = int(np.flatnonzero(moved)[0])
            own = here.levers.items[at]
            wanted = donor.values[1] - donor.values[0]
            step = abs(own.values[1] - own.values[0])
            assert abs(own.values[moved[at]] - own.values[0] - wanted) <= step
