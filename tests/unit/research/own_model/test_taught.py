"""Who is learned from: people rather than rows, not more than help, and enough of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.own_model.taught import bootstrap, check_enough, drawn
from research.training.errors import TrainingError
from research.training.people import Participant


def people(with_it: int, without: int, rows: int = 1) -> list[Participant]:
    """So many people of each outcome, each with so many rows."""
    outcomes = [True] * with_it + [False] * without
    return [Participant(str(number), {}, outcome) for number, outcome in enumerate(outcomes)] * rows


@given(st.lists(st.integers(0, 30), min_size=2, max_size=120), st.integers(0, 1000))
def test_a_bootstrap_draws_people_with_all_their_rows(persons: list[int], seed: int) -> None:
    ids = [f"P{person}" for person in persons]
    rows = bootstrap(ids, seed)
    counts = np.bincount(rows, minlength=len(ids))
    by_person: dict[str, set[int]] = {}
    for own_id, count in zip(ids, counts, strict=True):
        by_person.setdefault(own_id, set()).add(int(count))
    assert all(len(times) == 1 for times in by_person.values())
    assert sum(times.pop() for times in by_person.values()) == len(by_person)
    assert (rows == bootstrap(ids, seed)).all()


def test_a_sample_is_the_same_every_time_and_keeps_its_order() -> None:
    some = drawn(range(1000), 100)
    assert some == drawn(range(1000), 100) == sorted(set(some))
    assert len(some) == 100
    assert drawn([3, 1, 2], 3) == [3, 1, 2]


@pytest.mark.parametrize(
    ("training", "held_out", "said"),
    [
        (
            people(9, 500),
            people(20, 100),
            "Of the 629 rows that can be used, 509 are learned from. They are of 9 people",
        ),
        (people(500, 9), people(20, 100), "500 people with the outcome and 9 without it; at least 10"),
        (people(9, 50, rows=20), people(20, 100), "1180 are learned from. They are of 9 people with"),
        (people(50, 50), people(1, 100), "101 are held out. They are of 1 people with the outcome and 100"),
    ],
)
def test_too_few_are_counted(training: list[Participant], held_out: list[Participant], said: str) -> None:
    with pytest.raises(TrainingError) as refused:
        check_enough(training, held_out)
    assert said in str(refused.value)


def test_enough_are_enough() -> None:
    check_enough(people(10, 10), people(2, 2))
