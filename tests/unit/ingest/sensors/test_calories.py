"""Calories that add up over the day, and amounts by themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.sensors.calories import CaloriesForm, burned, form_of

amounts = st.lists(st.integers(0, 40), min_size=12, max_size=40)


def test_a_counter_is_read_at_its_end() -> None:
    assert burned(np.array([0.0, 40, 40, 90, 230]), CaloriesForm.CUMULATIVE) == 230


def test_a_counter_that_began_anew_loses_nothing() -> None:
    assert burned(np.array([10.0, 90, 5, 60]), CaloriesForm.CUMULATIVE) == 90 + 60


def test_amounts_are_added() -> None:
    assert burned(np.array([10.0, 90, 5, 60]), CaloriesForm.AMOUNTS) == 165


def test_what_cannot_be_told_is_not() -> None:
    assert burned(np.array([10.0, 90]), CaloriesForm.UNCLEAR) is None
    assert burned(np.array([]), CaloriesForm.AMOUNTS) is None
    assert form_of(np.arange(5.0), np.zeros(5, dtype=np.int64)) is CaloriesForm.UNCLEAR


def test_the_same_amount_again_and_again_is_no_counter() -> None:
    assert form_of(np.full(50, 80.0), np.zeros(50, dtype=np.int64)) is CaloriesForm.AMOUNTS


@given(st.lists(amounts, min_size=1, max_size=4))
def test_both_forms_of_the_same_days_come_to_the_same(days: list[list[int]]) -> None:
    flat = np.array([one for day in days for one in day], dtype=float)
    number = np.repeat(np.arange(len(days)), [len(day) for day in days])
    counters = np.concatenate([np.cumsum(day) for day in days]).astype(float)
    if form_of(counters, number) is CaloriesForm.CUMULATIVE:
        told = [burned(counters[number == day], CaloriesForm.CUMULATIVE) for day in range(len(days))]
        assert told == pytest.approx([sum(day) for day in days])
    falls = (np.diff(flat)[number[1:] == number[:-1]] < 0).sum()
    if falls > 2 * len(days):
        assert form_of(flat, number) is CaloriesForm.AMOUNTS
