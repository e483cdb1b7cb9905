"""Laws of features, whatever the records: ranges, shares, order, files, the day's own length."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ingest.sensors.features.table import BY_NAME, OF_PERSONS
from app.ingest.sensors.local_days import LocalDay
from app.ingest.sensors.losses import Losses
from app.ingest.sensors.measuring import Measured
from app.ingest.sensors.raw import RawRecords, clean
from app.ingest.sensors.streams import Samples, Stream, merged
from tests.sensors.made_days import CENTRAL, LONG, ORDINARY, SHORT, measured

Rows = list[tuple[int, int, float, int]]
few = settings(max_examples=25)  # each is three days of several streams
_KINDS = {Stream.STEPS: 3, Stream.SLEEP: 6}
_HIGHEST = {Stream.SLEEP: 24.0, Stream.STEPS: 3000.0, Stream.CALORIES: 500.0}


@st.composite
def streams_of_rows(draw: st.DrawFn) -> dict[Stream, Rows]:
    """Records of some days around a day that may be short or long: readings, sentinels, nonsense."""
    first = draw(st.sampled_from([ORDINARY, SHORT, LONG])) - timedelta(days=1)
    start = LocalDay(first, CENTRAL).start
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    told = {}
    for stream in draw(st.sets(st.sampled_from(list(Stream)), min_size=1)):
        every = draw(st.sampled_from([120, 300, 900]))
        count = draw(st.integers(1, 3 * 86_400 // every))
        moments = start + every * np.arange(count) + random.integers(0, 30)
        length = every if stream in _KINDS else 0
        values = random.uniform(-5, _HIGHEST.get(stream, 260), count)
        values[random.random(count) < 0.1] = 0
        kinds = random.integers(0, _KINDS.get(stream, 1), count)
        told[stream] = [
            (int(moment), int(moment) + length, float(value), int(kind))
            for moment, value, kind in zip(moments, values, kinds, strict=True)
        ]
    return told


def cleaned(stream: Stream, rows: Rows) -> Samples:
    raw = RawRecords()
    for number, row in enumerate(rows, start=1):
        raw.add(*row, number)
    return clean(stream, raw, "file", Losses(), None)


def measured_of(
    told: dict[Stream, Rows], split: Callable[[Rows], list[Rows]] = lambda rows: [rows]
) -> Measured:
    parts = {stream: [cleaned(stream, part) for part in split(rows)] for stream, rows in told.items()}
    return measured({stream: merged(several)[0] for stream, several in parts.items()})


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return first.keys() == second.keys() and all(
        value == pytest.approx(second[name]) if isinstance(value, float) else value == second[name]
        for name, value in first.items()
    )


@few
@given(streams_of_rows())
def test_features_are_within_their_ranges_and_wear_within_the_day(told: dict[Stream, Rows]) -> None:
    result = measured_of(told)
    for row in [*result.days, result.person]:
        for name in OF_PERSONS:
            value = row.get(name)
            if value is not None:
                assert BY_NAME[name].low - 1e-9 <= value <= BY_NAME[name].high + 1e-9, name
    for row in result.days:
        assert row["minutes_in_day"] in {1380, 1440, 1500}
        assert (row["wear_minutes"] or 0) <= row["minutes_in_day"]
        assert (row["sedentary_minutes"] or 0) + (row["activity_minutes"] or 0) <= 2 * row["minutes_in_day"]


@few
@given(streams_of_rows())
def test_shares_add_up_to_one(told: dict[Stream, Rows]) -> None:
    for row in measured_of(told).days:
        for prefix, names in (
            ("stress", ("rest", "low", "medium", "high")),
            ("glucose", ("very_low", "low", "in_range", "high", "very_high")),
        ):
            shares = [row[f"{prefix}_{name}_share"] for name in names]
            assert shares == [None] * len(names) or sum(shares) == pytest.approx(1)


@few
@given(streams_of_rows(), st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(told: dict[Stream, Rows], random: Any) -> None:
    def shuffled(rows: Rows) -> list[Rows]:
        return [random.sample(rows, len(rows))]

    first, second = measured_of(told), measured_of(told, shuffled)
    assert same(first.person, second.person)
    assert all(same(one, other) for one, other in zip(first.days, second.days, strict=True))


@few
@given(streams_of_rows(), st.floats(0, 1), st.floats(0, 1))
def test_two_files_that_overlap_are_one(told: dict[Stream, Rows], one: float, other: float) -> None:
    def split(rows: Rows) -> list[Rows]:
        first, second = sorted((int(one * len(rows)), int(other * len(rows))))
        return [rows[first:], rows[:second]]

    first, second = measured_of(told), measured_of(told, split)
    assert same(first.person, second.person)
    assert all(same(whole, parts) for whole, parts in zip(first.days, second.days, strict=True))


@given(st.dates(date(2001, 1, 2), date(2030, 12, 30)))
def test_local_days_follow_each_other_without_a_gap(day: date) -> None:
    local = LocalDay(day, CENTRAL)
    assert local.end == LocalDay(day + timedelta(days=1), CENTRAL).start
    assert local.minutes in {1380, 1440, 1500}
    assert local.clock_hours(local.at(6)) == 6
