"""ROC-AUC of rows whose intervals draw people."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from research.training import repeated
from research.training.discrimination import roc_auc
from research.training.repeated import persons_of, roc_auc_of_people


def test_people_are_numbered_only_where_one_has_several_rows() -> None:
    assert persons_of(["b", "a", "c"]) is None
    told = persons_of(["b", "a", "b"])
    assert told is not None
    assert told.tolist() == [1, 0, 1]


def test_repeating_everybody_does_not_narrow_the_interval() -> None:
    rng = np.random.default_rng(0)
    outcome = rng.random(60) < 0.4
    risk = np.clip(0.3 + 0.2 * outcome + rng.normal(0, 0.2, 60), 0, 1)
    once = roc_auc_of_people(outcome, risk, np.arange(60))
    often = roc_auc_of_people(np.repeat(outcome, 30), np.repeat(risk, 30), np.repeat(np.arange(60), 30))
    by_rows = roc_auc(np.repeat(outcome, 30), np.repeat(risk, 30))
    assert once is not None
    assert often is not None
    assert by_rows is not None
    assert abs((often.high - often.low) - (once.high - once.low)) < 0.02
    assert often.high - often.low > 3 * (by_rows.high - by_rows.low)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(5, 20), st.integers(2, 8))
def test_the_figure_is_that_of_the_rows_and_lies_within(seed: int, people: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), rows)
    outcome, risk = rng.random(len(person)) < 0.5, rng.random(len(person))
    told = roc_auc_of_people(outcome, risk, person)
    if told is not None:
        assert told.value == roc_auc_score(outcome, risk)
        assert 0 <= told.low <= told.value <= told.high <= 1


def test_nothing_is_told_of_hardly_any_people() -> None:
    outcome, risk = np.tile([True, False], 20), np.linspace(0, 1, 40)
    assert roc_auc_of_people(outcome, risk, np.repeat(np.arange(4), 10)) is None
    assert roc_auc_of_people(np.zeros(40, dtype=bool), risk, np.repeat(np.arange(10), 4)) is None


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(5, 12), st.integers(1, 6), st.integers(1, 3))
def test_each_sample_has_the_area_of_its_rows_repeated(
    seed: int, people: int, rows: int, digits: int
) -> None:
    rng = np.random.default_rng(seed)
    outcome, risk = rng.random(people * rows) < 0.5, rng.random(people * rows).round(digits)
    times = rng.integers(0, 4, (3, people * rows))
    areas = [
        roc_auc_score(*(np.repeat(of_rows, often) for of_rows in (outcome, risk)))
        for often in times
        if 0 < np.repeat(outcome, often).sum() < often.sum()
    ]
    assert repeated._areas(outcome, risk, times).tolist() == pytest.approx(areas)


def test_a_large_table_is_worked_on_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    outcome, risk, person = rng.random(90) < 0.4, rng.random(90), np.repeat(np.arange(30), 3)
    whole = roc_auc_of_people(outcome, risk, person)
    monkeypatch.setattr(repeated, "_CELLS", 400)
    assert roc_auc_of_people(outcome, risk, person) == whole
