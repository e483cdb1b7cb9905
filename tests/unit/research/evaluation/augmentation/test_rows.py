"""Rows that were made join the labelled people; sources that gave none add nothing."""

import numpy as np

from app.classifiers.training_procedure import Sample
from research.evaluation.augmentation.rows import SyntheticRows, with_rows

NAN = float("nan")
ROWS = SyntheticRows(
    True,
    rows=np.array([[1.0, NAN], [NAN, NAN], [3.0, 4.0]]),
    unchanged=np.array([True, False, False]),
)


def test_a_source_that_gave_no_row_is_left_out() -> None:
    np.testing.assert_array_equal(ROWS.there, [[1.0, NAN], [3.0, 4.0]])


def test_the_first_are_a_prefix() -> None:
    assert len(ROWS.first(2).rows) == len(ROWS.first(2).unchanged) == 2
    assert len(ROWS.first(2).there) == 1


def test_they_are_labelled_with_their_class() -> None:
    known = Sample(np.array([[0.0, 0.0]]), np.array([False]))
    sample = with_rows(known, [ROWS])
    assert sample.outcome.tolist() == [False, True, True]
    assert sample.rows.shape == (3, 2)
