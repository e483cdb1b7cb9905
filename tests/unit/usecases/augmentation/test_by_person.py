"""How near rows come to their own person's real rows and to other people's."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.classifiers.model_version import ModelVersion
from app.domain.schema import FloatArray
from app.usecases.augmentation.owners import NOBODY, Owners, owners_of
from app.usecases.augmentation.report.by_person import apart_of, closeness_by_person
from app.usecases.augmentation.report.inputs import ReportInputs

PEOPLE, ROWS = 6, 5
"""So many people, with so many rows each."""


@pytest.fixture(scope="module")
def real(model: ModelVersion) -> FloatArray:
    """Rows that are near one another within a person: each somebody's, with another age."""
    rows = np.repeat(model.population.rows[: 40 * PEOPLE : 40], ROWS, axis=0).copy()
    rows[:, model.schema.column_of["age"]] = np.tile(40.0 + np.arange(ROWS), PEOPLE)
    return rows


def owners(real: FloatArray, ids: list[str | None]) -> Owners:
    found = owners_of(list(real), list(range(len(real))), ids)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def named(real: FloatArray) -> Owners:
    return owners(real, [f"p{number // ROWS}" for number in range(len(real))])


def inputs(model: ModelVersion, rows: FloatArray, source_row: list[int], named: Owners) -> ReportInputs:
    numbers = np.array(source_row, dtype=np.int64)
    people = (model.schema, model.folder, model.population)
    return ReportInputs(*people, False, rows, numbers, len(rows), 0, 0, {}, False, owners=named)


def test_nobody_named_twice_is_nothing_to_measure(real: FloatArray) -> None:
    ids = [f"p{number}" for number in range(len(real))]
    assert owners_of(list(real), list(range(len(real))), ids) is None
    assert owners_of(list(real), list(range(len(real))), [None] * len(real)) is None


def test_whose_a_row_is_goes_by_its_number_and_not_by_its_place(real: FloatArray) -> None:
    found = owners_of(list(real[:3]), [9, 2, 5], ["b", "a", "b"])
    assert found is not None
    nine, five = found.person_of(np.array([9, 5]))
    assert nine == five != found.person_of(np.array([2]))[0]
    assert found.person_of(np.array([3, 99])).tolist() == [NOBODY, NOBODY]
    assert found.people == 2


def test_real_rows_are_nearest_to_their_own_person(
    model: ModelVersion, real: FloatArray, named: Owners
) -> None:
    given_ = inputs(model, real, list(range(len(real))), named)
    told = closeness_by_person(given_, apart_of(given_), 7)
    assert told is not None
    assert told.people == PEOPLE
    assert told.nearer_to_own == told.real_nearer_to_own == 1
    assert told.to_own is not None
    assert told.to_others is not None
    assert 0 < told.to_own < told.to_others
    assert (told.to_own, told.to_others) == (told.real_to_own, told.real_to_others)


def test_copies_are_counted_by_whose_they_are(model: ModelVersion, real: FloatArray, named: Owners) -> None:
    rows = real[[1, ROWS, 2 * ROWS]]  # made of person 0: another day of theirs, and two of others
    given_ = inputs(model, rows, [0, 0, 0], named)
    apart = apart_of(given_)
    told = closeness_by_person(given_, apart, 7)
    assert told is not None
    assert apart is not None
    assert (told.copies_of_own, told.copies_of_others) == (1, 2)
    assert apart.own[0] == 0
    assert apart.others[0] > 0
    assert apart.others[1:].tolist() == [0, 0]


def test_the_row_that_one_was_made_of_does_not_count(
    model: ModelVersion, real: FloatArray, named: Owners
) -> None:
    apart = apart_of(inputs(model, real[:1], [0], named))
    assert apart is not None
    assert apart.own[0] > 0


def test_of_nobodys_row_there_is_no_own_distance(model: ModelVersion, real: FloatArray) -> None:
    ids: list[str | None] = [None, *(f"p{number // ROWS}" for number in range(1, len(real)))]
    apart = apart_of(inputs(model, real[:1], [0], owners(real, ids)))
    assert apart is not None
    assert np.isinf(apart.own[0])
    assert np.isfinite(apart.others[0])


def test_rows_of_one_person_stay_together(model: ModelVersion, real: FloatArray, named: Owners) -> None:
    given_ = inputs(model, real[:12], list(range(12)), named)
    assert len(set(given_.groups[:ROWS])) == 1
    assert len(set(given_.groups)) == 3
    assert replace(given_, owners=None).groups.tolist() == list(range(12))


@settings(max_examples=5, deadline=None)
@given(order=st.permutations(range(PEOPLE * ROWS)), moved=st.integers(0, PEOPLE * ROWS - 1))
def test_laws_of_distances(
    model: ModelVersion, real: FloatArray, named: Owners, order: list[int], moved: int
) -> None:
    """Neither the order of source rows nor what people are called matters; the nearer is as near as any."""
    made = real[[moved]]
    there = apart_of(inputs(model, made, [moved], named))
    shuffled = owners_of([real[one] for one in order], order, [f"other-{one // ROWS}" for one in order])
    assert shuffled is not None
    again = apart_of(inputs(model, made, [moved], shuffled))
    assert there is not None
    assert again is not None
    assert (again.own[0], again.others[0]) == (there.own[0], there.others[0])
    rest = [one for one in range(len(real)) if one != moved]
    all_one = owners_of([real[one] for one in rest], rest, ["p"] * len(rest))
    assert all_one is not None
    nearest = apart_of(inputs(model, made, [moved], all_one))
    assert nearest is not None
    assert min(there.own[0], there.others[0]) == nearest.others[0]
