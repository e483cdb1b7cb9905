"""Intervals of figures draw people: of one person, rows are much alike."""

import numpy as np
import pytest

from research.evaluation.proposals.falls import FallScores
from research.evaluation.proposals.summary import Figure, summarise

ROWS = 60


def of_rows(falls: list[bool], whose: list[int]) -> Figure:
    scores = [FallScores(*[float(fell)] * 6) for fell in falls]
    return next(iter(summarise(scores, [None] * len(falls), [1.0] * len(falls), whose).values()))


def test_rows_of_one_person_tell_little_more_than_one() -> None:
    falls = [row // 20 != 1 for row in range(ROWS)]
    alone = of_rows(falls, list(range(ROWS)))
    of_three = of_rows(falls, [row // 20 for row in range(ROWS)])
    assert alone.value == of_three.value == pytest.approx(2 / 3)
    assert alone.high - alone.low < 0.3
    assert (of_three.low, of_three.high) == (0.0, 1.0)


def test_who_has_more_rows_counts_for_more() -> None:
    figure = of_rows([True] * 9 + [False], [0] * 9 + [1])
    assert (figure.low, figure.value, figure.high) == (0.0, 0.9, 1.0)


def test_tokens_that_no_server_counts_are_left_out() -> None:
    scores = [FallScores(*[1.0] * 6)] * 2
    assert "tokens" not in summarise(scores, [None, None], [1.0, 2.0], [0, 1])
    counted = summarise(scores, [None, 4.0], [1.0, 2.0], [0, 1])
    assert counted["tokens"].value == 4.0
    assert np.isclose(counted["seconds"].value, 1.5)
