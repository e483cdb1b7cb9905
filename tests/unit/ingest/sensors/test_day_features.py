"""Features of a day against values worked out by hand; wear and local time decide what counts."""

from datetime import date

import numpy as np
import pytest

from app.ingest.sensors.local_days import LocalDay
from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.streams import OFF_WRIST, Movement, Samples, Stage, Stream, merged
from tests.sensors.made_days import (
    CENTRAL,
    LONG,
    ORDINARY,
    SHORT,
    every_minute,
    measured,
    points,
    spans,
    told_of,
)

DAY = LocalDay(ORDINARY, CENTRAL)
WORN = {Stream.HEART_RATE: every_minute(DAY)}


def minutes(first: int, last: int, value: float, kind: int = 0) -> Samples:
    """A reading each minute between two minutes of the day."""
    return points(range(DAY.start + 60 * first, DAY.start + 60 * last, 60), [value] * (last - first), kind)


@pytest.mark.parametrize(("day", "hours"), [(ORDINARY, 24), (SHORT, 23), (LONG, 25)])
def test_a_day_worn_whole_has_its_own_length(day: date, hours: int) -> None:
    local = LocalDay(day, CENTRAL)
    told = told_of(day, {Stream.HEART_RATE: every_minute(local)})
    assert told["minutes_in_day"] == told["wear_minutes"] == 60 * hours
    assert told["worn"] is True


def test_resting_heart_rate_is_the_lowest_half_hour() -> None:
    beats = merged([minutes(0, 600, 60), minutes(600, 630, 48), minutes(630, 1440, 80)])[0]
    told = told_of(ORDINARY, {Stream.HEART_RATE: beats})
    assert told["heart_rate_resting"] == 48
    assert told["heart_rate_night"] == 60
    assert told["heart_rate_mean"] == pytest.approx((600 * 60 + 30 * 48 + 810 * 80) / 1440)
    assert told["heart_rate_day"] == pytest.approx((240 * 60 + 30 * 48 + 810 * 80) / 1080)


def test_a_reading_each_five_seconds_weighs_no_more_than_one_a_minute() -> None:
    dense = points(range(DAY.start, DAY.start + 720 * 60, 5), [60.0] * 720 * 12)
    told = told_of(ORDINARY, {Stream.HEART_RATE: merged([dense, minutes(720, 1440, 80)])[0]})
    assert told["heart_rate_mean"] == 70


def test_a_day_worn_too_short_tells_nothing_that_takes_a_day() -> None:
    losses = Losses()
    [row] = measured({Stream.HEART_RATE: minutes(600, 1195, 70)}, losses).days
    assert row["wear_minutes"] == 599  # a reading holds for five minutes
    assert row["worn"] is False
    assert row["heart_rate_mean"] is None
    assert losses.count(Reason.DAY_NOT_WORN) == 1


def test_shares_of_stress_are_those_of_the_bands() -> None:
    bands = [(0, 400, 25), (400, 700, 26), (700, 900, 51), (900, 1000, 76)]
    stress = merged([minutes(first, last, value) for first, last, value in bands])[0]
    held = minutes(1000, 1440, float("nan"))  # the watch says: no reading
    told = told_of(ORDINARY, WORN | {Stream.STRESS: merged([stress, held])[0]})
    names = ("rest", "low", "medium", "high")
    assert [told[f"stress_{name}_share"] for name in names] == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert told["stress_mean"] == pytest.approx((400 * 25 + 300 * 26 + 200 * 51 + 100 * 76) / 1000)


def test_minutes_off_the_wrist_are_not_worn_whatever_the_heart_rate_says() -> None:
    off = minutes(0, 1000, float("nan"), OFF_WRIST)
    told = told_of(ORDINARY, WORN | {Stream.STRESS: merged([off, minutes(1000, 1440, 20)])[0]})
    assert told["wear_minutes"] == 440
    assert told["worn"] is False
    assert "heart_rate_mean" not in told


def test_a_mark_off_the_wrist_holds_five_minutes_or_until_another_reading_of_stress() -> None:
    marks = spans(*((DAY.start + 60 * at, DAY.start + 60 * at, np.nan, OFF_WRIST) for at in (0, 3, 6)))
    again = minutes(8, 1440, 20)
    told = told_of(ORDINARY, WORN | {Stream.STRESS: merged([marks, again])[0]})
    assert told["wear_minutes"] == 1440 - 8
    late = minutes(20, 1440, 20)
    told = told_of(ORDINARY, WORN | {Stream.STRESS: merged([marks, late])[0]})
    assert told["wear_minutes"] == 1440 - (6 + 5)


def test_a_sleeper_is_not_told_as_sitting_where_the_bed_is_not_known() -> None:
    sits = spans((DAY.start, DAY.start + 900 * 60, 0, Movement.SEDENTARY))
    stress = minutes(0, 1440, 10)
    told = told_of(ORDINARY, WORN | {Stream.STRESS: stress, Stream.STEPS: sits})
    assert told["activity_minutes"] == 0
    names = ("sedentary_minutes", "sedentary_bouts", "stress_at_rest")
    assert [told.get(name) for name in names] == [None, None, None]


def test_stress_at_rest_is_that_of_sitting_outside_bed() -> None:
    stress = merged([minutes(0, 600, 10), minutes(600, 900, 30), minutes(900, 1440, 60)])[0]
    sits = spans((DAY.start, DAY.start + 900 * 60, 0, Movement.SEDENTARY))
    sleeps = spans((DAY.start, DAY.start + 360 * 60, np.nan, Stage.LIGHT))
    told = told_of(ORDINARY, WORN | {Stream.STRESS: stress, Stream.STEPS: sits, Stream.SLEEP: sleeps})
    assert told["stress_at_rest"] == pytest.approx((240 * 10 + 300 * 30) / 540)
    assert told["sedentary_minutes"] == 540
    assert told["sedentary_bouts"] == 1


def test_steps_of_an_interval_go_to_the_days_and_minutes_that_they_were_made_in() -> None:
    beats = merged([every_minute(DAY), every_minute(LocalDay(date(2024, 2, 15), CENTRAL))])[0]
    crossing = spans(
        (DAY.end - 900, DAY.end + 2700, 400, Movement.ACTIVE),
        (DAY.start + 3600, DAY.start + 3600, 7, Movement.ACTIVE),
    )
    streams = {Stream.HEART_RATE: beats, Stream.STEPS: crossing}
    assert told_of(ORDINARY, streams)["steps"] == pytest.approx(100 + 7)
    assert told_of(date(2024, 2, 15), streams)["steps"] == pytest.approx(300)
    assert told_of(date(2024, 2, 15), streams)["activity_minutes"] == 45


def test_steps_of_an_unworn_watch_do_not_count() -> None:
    beats = merged([minutes(0, 700, 70), minutes(700, 1440, float("nan"))])[0]
    walks = spans((DAY.start + 690 * 60, DAY.start + 710 * 60, 1000, Movement.ACTIVE))
    told = told_of(ORDINARY, {Stream.HEART_RATE: beats, Stream.STEPS: walks})
    assert told["steps"] == pytest.approx(500)
    assert told["activity_minutes"] == 10


def test_a_night_belongs_to_the_day_of_waking() -> None:
    fell, woke = DAY.at(22, -1), DAY.at(6)
    streams = {
        Stream.SLEEP: spans(
            (fell, fell + 3600, np.nan, Stage.AWAKE),
            (fell + 3600, woke, np.nan, Stage.DEEP),
            (DAY.at(13), DAY.at(14), np.nan, Stage.LIGHT),
        )
    }
    told = told_of(ORDINARY, streams)
    assert (told["sleep_minutes"], told["sleep_in_bed_minutes"]) == (420, 480)
    assert told["sleep_efficiency"] == 87.5
    assert (told["sleep_onset_hour"], told["sleep_wake_hour"]) == (-1, 6)
    assert told["nap_minutes"] == 60
    assert not any(one["sleep_minutes"] for one in measured(streams).days if one["date"] == "2024-02-13")


def test_clocks_that_change_in_the_night_change_neither_sleep_nor_what_the_clock_says() -> None:
    spring = LocalDay(SHORT, CENTRAL)
    night = spans((spring.at(23, -1), spring.at(7), np.nan, Stage.LIGHT))
    told = told_of(SHORT, {Stream.SLEEP: night})
    assert told["sleep_minutes"] == 7 * 60
    assert (told["sleep_onset_hour"], told["sleep_wake_hour"]) == (-1, 7)


def test_a_night_of_which_the_watch_knows_little_is_none() -> None:
    night = spans(
        (DAY.at(0), DAY.at(2), np.nan, Stage.LIGHT),
        (DAY.at(2), DAY.at(4), np.nan, Stage.UNKNOWN),
    )
    assert "sleep_minutes" not in told_of(ORDINARY, {Stream.SLEEP: night})


def test_oxygen_in_the_evening_is_of_the_next_days_night() -> None:
    evening = points(range(DAY.at(19, -1), DAY.at(20, -1), 60), [96.0] * 60)
    morning = points(range(DAY.at(3), DAY.at(4), 60), [88.0] * 60)
    noon = points(range(DAY.at(13), DAY.at(14), 60), [99.0] * 60)
    told = told_of(ORDINARY, {Stream.OXYGEN_SATURATION: merged([evening, morning, noon])[0]})
    assert told["spo2_night_mean"] == 92
    assert told["spo2_night_low"] == 88
    assert told["spo2_below_90_share"] == 0.5


def test_days_after_wear_are_not_worn_though_the_heart_rate_goes_on() -> None:
    after = LocalDay(date(2024, 2, 15), CENTRAL)
    beats = merged([every_minute(DAY), every_minute(after)])[0]
    burned = points(range(DAY.start, DAY.end, 900), range(96))
    first, second = measured({Stream.HEART_RATE: beats, Stream.CALORIES: burned}).days
    assert (first["worn"], second["worn"]) == (True, False)
    assert first["calories_active"] == 95
    assert second["heart_rate_mean"] is None


def test_glucose_takes_seventy_per_cent_of_its_own_day() -> None:
    spring = LocalDay(SHORT, CENTRAL)
    slots = 23 * 12
    enough = int(np.ceil(0.7 * slots))
    for count, is_told in ((enough, True), (enough - 1, False)):
        values = [110.0, 190.0] * count
        glucose = points(range(spring.start, spring.start + 300 * count, 300), values[:count])
        told = told_of(SHORT, {Stream.GLUCOSE: glucose})
        assert ("glucose_mean" in told) is is_told
    assert (
        told_of(SHORT, {Stream.GLUCOSE: points(range(spring.start, spring.end, 300), [60.0] * slots)})[
            "glucose_low_share"
        ]
        == 1
    )


def test_a_person_is_the_mean_of_days_and_lacks_what_too_few_days_tell() -> None:
    days = [LocalDay(date(2024, 2, 10 + number), CENTRAL) for number in range(3)]
    beats = [every_minute(day, 60 + 10 * number) for number, day in enumerate(days)]
    person = measured({Stream.HEART_RATE: merged(beats)[0]}).person
    assert (person["heart_rate_mean"], person["days_worn"], person["days_missing"]) == (70, 3, 0)
    person = measured({Stream.HEART_RATE: merged([beats[0], beats[2]])[0]}).person
    assert (person["heart_rate_mean"], person["days_worn"], person["days_missing"]) == (None, 2, 1)


def test_a_missing_day_is_a_row_that_says_so() -> None:
    after = LocalDay(date(2024, 2, 16), CENTRAL)
    rows = measured({Stream.HEART_RATE: merged([every_minute(DAY), every_minute(after)])[0]}).days
    assert [(one["date"], one["observed"]) for one in rows] == [
        ("2024-02-14", True), ("2024-02-15", False), ("2024-02-16", True),
    ]  # fmt: skip
    assert all(rows[1][name] is None for name in ("heart_rate_mean", "steps", "wear_minutes"))


def test_steps_that_nobody_counted_are_empty_and_not_none() -> None:
    at = DAY.start + 60 * 600
    unread = spans((at, at + 60, float("nan"), Movement.UNSAID), (at + 60, at + 120, float("nan"), 0))
    assert "steps" not in told_of(ORDINARY, WORN | {Stream.STEPS: unread})
    before = spans((DAY.start - 60, DAY.start, 40.0, Movement.ACTIVE))
    told = told_of(ORDINARY, WORN | {Stream.STEPS: before})
    assert not {"steps", "activity_minutes", "sedentary_minutes"} & told.keys()


def test_without_a_stream_that_tells_wear_no_time_worn_is_told() -> None:
    glucose = points(range(DAY.start, DAY.end, 300), [100.0] * ((DAY.end - DAY.start) // 300))
    assert "wear_minutes" not in told_of(ORDINARY, {Stream.GLUCOSE: glucose})
