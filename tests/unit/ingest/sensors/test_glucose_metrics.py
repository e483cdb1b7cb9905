"""Metrics of glucose against values worked out by hand, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.sensors.glucose_metrics import band_shares, episodes, gmi, mage, variation

readings = st.lists(st.integers(40, 400), min_size=1, max_size=300).map(
    lambda one: np.array(one, dtype=float)
)


def trace(*knots: tuple[int, float]) -> np.ndarray:
    """Straight lines between readings, in slots of five minutes."""
    places, values = zip(*knots, strict=True)
    return np.interp(np.arange(places[-1] + 1), places, values)


def test_bands_are_those_of_the_consensus() -> None:
    values = np.array([53, 54, 69, 70, 180, 181, 250, 251, 120, 120], dtype=float)
    assert band_shares(values) == pytest.approx((0.1, 0.2, 0.4, 0.2, 0.1))


@pytest.mark.parametrize(("mean", "told"), [(100, 5.7), (125, 6.3), (150, 6.9), (200, 8.1), (300, 10.5)])
def test_gmi_is_that_of_the_published_table(mean: float, told: float) -> None:
    assert round(gmi(mean), 1) == told  # Bergenstal 2018, table 2


def test_variation_is_the_samples() -> None:
    assert variation(np.array([90.0, 110.0])) == pytest.approx(14.142136)
    assert variation(np.array([100.0])) is None


def test_mage_of_a_day_that_can_be_read_with_a_ruler() -> None:
    # Up 60, down 70, a wiggle of 20 below one standard deviation (27.1), up 100, down 90: up counts, 80.
    day = trace((0, 100), (48, 160), (96, 90), (120, 110), (144, 90), (204, 190), (287, 100))
    assert mage(day) == pytest.approx((60 + 100) / 2)


def test_mage_goes_the_way_of_the_first_swing() -> None:
    day = trace((0, 160), (40, 90), (100, 190), (180, 100))
    assert mage(day) == pytest.approx((70 + 90) / 2)


def test_a_wiggle_does_not_split_a_swing() -> None:
    day = trace((0, 100), (20, 150), (24, 145), (60, 200), (120, 100))
    assert mage(day) == pytest.approx(100)


def test_a_gap_of_more_than_an_hour_ends_a_swing() -> None:
    day = trace((0, 100), (60, 220), (120, 100))
    whole = mage(day)
    day[20:40] = np.nan
    assert whole == pytest.approx(120)
    cut = mage(day)
    assert cut is not None
    assert cut < 120


def test_mage_of_what_does_not_swing() -> None:
    assert mage(np.full(288, 110.0)) is None
    assert mage(np.array([100.0, 120.0])) is None
    assert mage(np.full(10, np.nan)) is None


def test_an_episode_takes_a_quarter_of_an_hour_and_ends_with_one() -> None:
    beyond = np.array([1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1], dtype=bool)
    assert episodes(beyond, np.ones(15, dtype=bool)) == 2
    known = np.ones(15, dtype=bool)
    known[6:12] = False
    assert episodes(beyond, known) == 1


@given(readings)
def test_shares_of_bands_add_up_to_one(values: np.ndarray) -> None:
    shares = band_shares(values)
    assert sum(shares) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in shares)
    assert band_shares(values[::-1]) == pytest.approx(shares)


@given(readings, st.integers(-30, 30))
def test_mage_lies_between_the_deviation_and_the_range(values: np.ndarray, shift: int) -> None:
    told = mage(values)
    if told is None:
        return
    assert values.std(ddof=1) < told <= np.ptp(values)
    assert mage(values + shift) == pytest.approx(told)
    assert mage(500 - values) == pytest.approx(told)  # upside down, the way of the first swing is the other
