"""Certainty is never at odds with what stands beside it; Wilson's interval, by hand and by its laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.certainty import Certainty, certainty_of, observed_among, wilson_interval

RISK = st.floats(0, 1)
BAND = st.tuples(RISK, RISK).map(lambda ends: (min(ends), max(ends)))
COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(risk=RISK, band=BAND, threshold=st.floats(0.05, 0.6))
def test_clear_is_what_all_of_it_says(risk: float, band: tuple[float, float], threshold: float) -> None:
    above = {value > threshold for value in (risk, *band)}
    expected = (
        Certainty.UNCLEAR if len(above) > 1 else (Certainty.CLEAR_LOW, Certainty.CLEAR_HIGH)[above.pop()]
    )
    assert certainty_of(risk, band, threshold) is expected


@pytest.mark.parametrize(
    ("risk", "band", "certainty"),
    [
        (0.49, (0.51, 0.6), Certainty.UNCLEAR),
        (0.51, (0.4, 0.49), Certainty.UNCLEAR),
        (0.3, (0.2, 0.51), Certainty.UNCLEAR),
        (0.3, (0.2, 0.5), Certainty.CLEAR_LOW),
        (0.3, (0.4, 0.5), Certainty.CLEAR_LOW),
        (0.6, (0.5, 0.7), Certainty.UNCLEAR),
        (0.8, (0.51, 0.7), Certainty.CLEAR_HIGH),
    ],
)
def test_an_estimate_beside_its_band(risk: float, band: tuple[float, float], certainty: Certainty) -> None:
    assert certainty_of(risk, band, 0.5) is certainty


def test_wilson_by_hand() -> None:
    """Newcombe (1998), Statistics in Medicine 17: 857-872, table I, method 3."""
    for having, people, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        assert wilson_interval(having, people) == pytest.approx((low, high), abs=5e-5)


@given(COUNTS)
def test_the_interval_holds_the_share_and_mirrors(counts: tuple[int, int]) -> None:
    having, people = counts
    low, high = wilson_interval(having, people)
    assert 0 <= low <= having / people <= high <= 1
    assert low < high
    assert wilson_interval(people - having, people) == pytest.approx((1 - high, 1 - low))


@given(COUNTS)
def test_more_people_tell_more(counts: tuple[int, int]) -> None:
    having, people = counts
    few, many = wilson_interval(having, people), wilson_interval(2 * having, 2 * people)
    assert many[1] - many[0] < few[1] - few[0]


@given(COUNTS)
def test_what_is_told_is_ordered(counts: tuple[int, int]) -> None:
    having, people = counts
    told = observed_among(people, having)
    assert told.people == people
    assert 0 <= told.low <= told.share <= told.high <= 1
    assert told.share == pytest.approx(having / people, abs=1e-4)
