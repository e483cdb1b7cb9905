"""The population stability index: what kind of distance it is, and what word it comes to."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.drift import CHANGED, MOVED, Drift, judged, stability_index, worst

COUNTS = st.integers(2, 12).flatmap(
    lambda bins: st.lists(st.integers(0, 10_000), min_size=bins, max_size=bins).filter(any)
)
PAIRS = st.integers(2, 12).flatmap(
    lambda bins: st.tuples(
        *[st.lists(st.integers(0, 10_000), min_size=bins, max_size=bins).filter(any) for _ in range(2)]
    )
)


@given(COUNTS, st.integers(1, 50))
def test_equal_shares_are_no_distance_apart_however_many_were_counted(counts: list[int], times: int) -> None:
    many = [times * count for count in counts]
    assert stability_index(many, counts) == pytest.approx(0, abs=1e-9)


@given(PAIRS)
def test_it_is_never_negative_and_the_same_either_way_round(pair: tuple[list[int], list[int]]) -> None:
    one, other = pair
    index = stability_index(one, other)
    assert index >= 0
    assert index == pytest.approx(stability_index(other, one), rel=1e-9)
    assert math.isfinite(index)


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_bins_is_of_no_matter(pair: tuple[list[int], list[int]], random: "object") -> None:
    places = list(range(len(pair[0])))
    random.shuffle(places)  # type: ignore[attr-defined]
    shuffled = [[counts[place] for place in places] for counts in pair]
    assert stability_index(*shuffled) == pytest.approx(stability_index(*pair), abs=1e-9)


def test_an_example_worked_by_hand() -> None:
    """Half and half against one and three quarters: 0.25 ln 2 - 0.25 ln(2/3) = 0.25 ln 3."""
    assert stability_index([50, 50], [25, 75]) == pytest.approx(0.25 * math.log(3))


def test_an_empty_bin_counts_as_a_share_of_a_ten_thousandth() -> None:
    expected = (0.5 - 1e-4) * math.log(0.5 / 1e-4) + (0.5 - 1) * math.log(0.5)
    assert stability_index([50, 50], [0, 7]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("index", "word"),
    [
        (0, Drift.STABLE),
        (0.0999, Drift.STABLE),
        (MOVED, Drift.MOVED),
        (CHANGED, Drift.MOVED),
        (0.2501, Drift.CHANGED),
    ],
)
def test_an_index_comes_to_a_word(index: float, word: Drift) -> None:
    assert judged(index) is word


def test_what_has_moved_furthest_says_what_the_whole_has() -> None:
    assert worst([Drift.STABLE, Drift.CHANGED, Drift.MOVED]) is Drift.CHANGED
    assert worst([Drift.TOO_FEW, Drift.TOO_FEW]) is Drift.TOO_FEW
