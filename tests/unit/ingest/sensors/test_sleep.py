"""Nights: sessions of intervals, duplicated and overlapping ones, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.sensors.sleep import sessions_of, without_overlaps
from app.ingest.sensors.streams import Samples, Stage, merged

HOUR = 3600
intervals = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20), st.sampled_from([1, 2, 3, 4])), min_size=1, max_size=20
)


def samples(*told: tuple[float, float, Stage | int]) -> Samples:
    """Start and end in hours, and a stage."""
    start, end, kind = (np.array(one) for one in zip(*told, strict=True))
    whole = Samples(
        (start * HOUR).astype(np.int64),
        (end * HOUR).astype(np.int64),
        np.full(len(told), np.nan),
        kind.astype(np.int64),
    )
    return merged([whole])[0]


def test_a_gap_of_more_than_two_hours_begins_another_session() -> None:
    night = samples((22, 23, Stage.LIGHT), (24, 30, Stage.DEEP), (38, 39, Stage.LIGHT))
    first, nap = sessions_of(night)
    assert (first.in_bed, first.asleep, first.minutes(Stage.DEEP)) == (480, 420, 360)
    assert first.unknown_share == pytest.approx(1 / 8)
    assert (nap.start, nap.end) == (38 * HOUR, 39 * HOUR)


def test_a_night_told_in_hours_is_asleep_for_these() -> None:
    one = Samples(np.array([0]), np.array([8 * HOUR]), np.array([7.25]), np.array([Stage.ASLEEP]))
    [session] = sessions_of(one)
    assert (session.in_bed, session.asleep, session.has_stages) == (480, 435, False)


def test_of_two_that_overlap_the_earlier_keeps_what_they_share() -> None:
    kept, gave_way = without_overlaps(samples((1, 3, Stage.LIGHT), (2, 4, Stage.REM), (2.5, 3.5, Stage.DEEP)))
    assert gave_way == 2
    assert (kept.start / HOUR).tolist() == [1, 3]
    assert kept.kind.tolist() == [Stage.LIGHT, Stage.REM]


@given(intervals)
def test_the_same_night_twice_is_the_night_once(told: list[tuple[int, int, int]]) -> None:
    once = samples(*((start, start + length, kind) for start, length, kind in told))
    twice, _ = merged([once, once])
    assert without_overlaps(twice)[0].start.tolist() == without_overlaps(once)[0].start.tolist()


@given(intervals, st.randoms(use_true_random=False))
def test_order_changes_nothing_and_nothing_overlaps(told: list[tuple[int, int, int]], random: object) -> None:
    rows = [(start, start + length, kind) for start, length, kind in told]
    kept, _ = without_overlaps(samples(*rows))
    random.shuffle(rows)  # type: ignore[attr-defined]
    again, _ = without_overlaps(samples(*rows))
    assert kept.start.tolist() == again.start.tolist()
    assert kept.kind.tolist() == again.kind.tolist()
    assert (kept.start[1:] >= kept.end[:-1]).all()
    covered = {hour for start, end, _ in rows for hour in range(start, end)}
    assert (kept.end - kept.start).sum() == HOUR * len(covered)
