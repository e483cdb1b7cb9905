"""Agreement beyond chance, against published examples and where it is not defined."""

import numpy as np
import pytest

from research.review.agreement import agreement, fleiss_kappa


def from_counts(rows: list[list[int]]) -> "np.typing.NDArray[np.int64]":
    """Ratings of shape (options, reviewers) with so many of each category."""
    return np.array([[value for value, count in enumerate(row) for _ in range(count)] for row in rows])


def test_fleiss_kappa_is_that_of_a_published_example() -> None:
    """Ten subjects, fourteen raters, five categories: kappa 0.210 (Wikipedia, "Fleiss' kappa")."""
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    assert fleiss_kappa(from_counts(counts)) == pytest.approx(0.210, abs=0.0005)


def test_cohens_kappa_is_that_of_a_published_example() -> None:
    """Fifty proposals, both yes 20, both no 15, apart 5 and 10: kappa 0.40 (Wikipedia, "Cohen's kappa")."""
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    told = agreement(np.array(pairs), np.repeat(np.arange(25), 2), draws=50)
    assert told.statistic == "Cohen's kappa"
    assert told.kappa == pytest.approx(0.4)
    assert told.alike == pytest.approx(0.7)
    assert told.low is not None
    assert told.high is not None
    assert told.low < 0.4 < told.high


def test_ratings_that_are_one_apart_agree_better_than_ratings_that_are_far_apart() -> None:
    one = np.array([1, 2, 3, 4, 5, 1, 3, 5])
    near, far = one % 5 + 1, 6 - one
    near[one == 5] = 4
    cases = np.arange(len(one))
    kappas = [agreement(np.column_stack([one, other]), cases, True, 20).kappa for other in (one, near, far)]
    assert kappas[0] == 1
    assert kappas[1] is not None
    assert kappas[2] is not None
    assert 1 > kappas[1] > 0 > kappas[2]


@pytest.mark.parametrize("reviewers", [2, 3])
def test_where_all_say_the_same_kappa_is_not_defined(reviewers: int) -> None:
    told = agreement(np.ones((6, reviewers), dtype=np.int64), np.arange(6), draws=20)
    assert (told.kappa, told.low, told.high, told.draws, told.alike) == (None, None, None, 0, 1.0)


def test_three_reviewers_who_agree_throughout() -> None:
    ratings = np.repeat([[0], [1], [0], [1]], 3, axis=1)
    told = agreement(ratings, np.array([0, 0, 1, 1]), draws=20)
    assert (told.statistic, told.kappa, told.low, told.high) == ("Fleiss' kappa", 1.0, 1.0, 1.0)
