"""AI-READI's files of three versions, with every trap of theirs; all values are invented."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.sources.aireadi import AiReadi
from app.ingest.sensors.streams import Stream
from app.ingest.sensors.times import WithoutZone
from tests.sensors.invented_aireadi import (
    Invented,
    activity,
    calories,
    header_of,
    night,
    path_of,
    point,
    reading,
    records_of,
    stage,
    write_release,
    write_stream,
)
from tests.unit.ingest.sensors.aireadi_people import CENTRAL, PACIFIC, day_of, one, told_by


@pytest.mark.parametrize("levels", [1, 2])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_each_version_and_depth_of_folders_tells_the_same_days(
    tmp_path: Path, version: int, levels: int
) -> None:
    write_release(tmp_path, [CENTRAL, PACIFIC], version, levels)
    told, losses = told_by(AiReadi(tmp_path, without_zone=WithoutZone.UTC))
    assert list(told) == ["9001", "9002"]
    row = day_of(told["9001"], date(2024, 2, 15))
    assert (row["wear_minutes"], row["steps"], row["activity_minutes"]) == (1440, 2700, 45)
    assert row["sleep_in_bed_minutes"] == 480
    assert row["sleep_minutes"] == (480 if version == 1 else 420)
    assert (row["sleep_efficiency"] is None) == (version == 1)
    assert row["calories_active"] == 228
    assert row["sleep_onset_hour"] == -1.5
    assert row["glucose_mean"] is not None
    assert losses.count(Reason.LISTED_FILE_MISSING) == 0
    person = told["9001"].person
    assert (person["age"], person["clinical_site"], person["hba1c"]) == (57, "UAB", 5.6)


def test_local_days_are_those_of_the_site(tmp_path: Path) -> None:
    write_release(tmp_path, [PACIFIC], version=2)  # without a zone in the header
    measured, _ = one(tmp_path)
    changed = day_of(measured, date(2024, 3, 10))
    assert (changed["minutes_in_day"], changed["wear_minutes"]) == (1380, 1380)
    assert changed["sleep_in_bed_minutes"] == 480


def test_a_header_tells_the_zone_before_anything_else(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL])
    for stream in CENTRAL.streams:
        write_stream(tmp_path, CENTRAL, stream, header=header_of(CENTRAL, stream, timezone="pst"))
    measured, losses = one(tmp_path)
    assert day_of(measured, date(2024, 2, 15))["sleep_onset_hour"] == -3.5
    assert losses.count(Reason.ZONES_DIFFER) == 0
    write_stream(tmp_path, CENTRAL, "heart_rate")
    assert one(tmp_path)[1].count(Reason.ZONES_DIFFER) == 1


def test_without_participants_the_first_digit_tells_the_zone_or_the_option(tmp_path: Path) -> None:
    somebody = Invented("9003", days=2)
    for stream in somebody.streams:
        write_stream(tmp_path, somebody, stream, version=2)
    told, losses = told_by(AiReadi(tmp_path))
    assert told == {}
    assert losses.count(Reason.ZONE_UNKNOWN, "person 9003") == 1
    measured, _ = one(tmp_path, zone="America/Chicago")
    assert day_of(measured, date(2024, 2, 14))["wear_minutes"] == 1440


@pytest.mark.parametrize(("person", "onset"), [("7000001", -1.5), ("1000001", -3.5), ("4000001", -3.5)])
def test_the_first_digit_of_an_id_tells_the_site(tmp_path: Path, person: str, onset: float) -> None:
    somebody = Invented(person, "UAB", days=2)  # ids of seven digits are nobody's
    write_stream(tmp_path, somebody, "sleep", version=2)
    measured, losses = one(tmp_path)
    assert day_of(measured, date(2024, 2, 15))["sleep_onset_hour"] == onset
    assert losses.count(Reason.WEAR_UNKNOWN, f"person {person}") == 1


def test_version_1_has_activity_without_a_zone_which_is_refused_unless_told(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL], version=1)
    measured, losses = one(tmp_path)
    assert measured.person["steps"] is None
    assert losses.count(Reason.TIME_WITHOUT_ZONE, path_of(CENTRAL, "steps")) == 3 * 96
    assert one(tmp_path, without_zone=WithoutZone.UTC)[0].person["steps"] == 2700


def test_sentinels_are_no_readings(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL])
    noon = CENTRAL.at(0, 12)
    hours = [noon + timedelta(minutes=number) for number in range(700)]
    beats = [point("heart_rate", 0 if place % 2 else 70, "beats/min", at) for place, at in enumerate(hours)]
    beats += [point("heart_rate", 255, "beats/min", noon), point("heart_rate", -5, "beats/min", noon)]
    breaths = [point("respiratory_rate", -2.0, "breaths/min", at) for at in hours]
    stress = [
        point("stress", value, "stress level", at) for value, at in zip([-2, -16, 30], hours, strict=False)
    ]
    oxygen = [point("oxygen_saturation", 0, "%", at) for at in hours]
    for stream, records in (
        ("heart_rate", beats), ("respiration", breaths), ("stress", stress), ("oxygen_saturation", oxygen),
    ):  # fmt: skip
        write_stream(tmp_path, CENTRAL, stream, records)
    measured, losses = one(tmp_path)
    where = path_of(CENTRAL, "heart_rate")
    assert losses.count(Reason.NO_READING, where) == 351
    assert losses.count(Reason.OUT_OF_RANGE, where) == 1
    assert losses.found[where, Reason.NO_READING].place == "record 2"
    assert losses.count(Reason.NO_READING, path_of(CENTRAL, "respiration")) == 700
    assert losses.count(Reason.NO_READING, path_of(CENTRAL, "stress")) == 2
    row = day_of(measured, date(2024, 2, 14))
    assert row["respiration_mean"] is None
    assert row["spo2_night_mean"] is None
    assert row["wear_minutes"] == 350  # a zero ends what a reading holds


def test_minutes_in_which_the_watch_says_that_it_is_off_the_wrist_are_not_worn(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL])
    minutes = [CENTRAL.at(0, 0) + timedelta(minutes=number) for number in range(1440)]
    stress = [
        point("stress", -1 if place < 400 else 20, "stress level", at) for place, at in enumerate(minutes)
    ]
    write_stream(tmp_path, CENTRAL, "stress", stress)
    assert day_of(one(tmp_path)[0], date(2024, 2, 14))["wear_minutes"] == 1040


def test_words_stand_for_the_sensors_limits(tmp_path: Path) -> None:
    whole = [CENTRAL.at(0, 0) + timedelta(minutes=5 * number) for number in range(288)]
    words = ["Low" if number < 72 else "High" if number < 144 else 100 for number in range(288)]
    somebody = Invented("9001", streams=("glucose",))
    write_release(tmp_path, [somebody])
    write_stream(tmp_path, somebody, "glucose", [reading(v, at) for v, at in zip(words, whole, strict=True)])
    measured, losses = one(tmp_path)
    row = day_of(measured, date(2024, 2, 14))
    assert row["glucose_mean"] == pytest.approx((40 + 400 + 2 * 100) / 4)
    assert (row["glucose_very_low_share"], row["glucose_very_high_share"]) == (0.25, 0.25)
    assert losses.count(Reason.AT_SENSOR_LIMIT) == 144
    assert row["worn"] is False
    assert row["heart_rate_mean"] is None


def test_other_events_and_units_of_the_glucose_sensor(tmp_path: Path) -> None:
    at = CENTRAL.at(0, 0)
    records = [reading(5.5, at, "mmol/L"), reading(100, at, "g/L"), reading("110", at + timedelta(minutes=5))]
    records.append(reading(120, at) | {"event_type": "Calibration"})
    somebody = Invented("9001", streams=("glucose",))
    write_release(tmp_path, [somebody])
    write_stream(tmp_path, somebody, "glucose", records)
    source, losses = AiReadi(tmp_path), Losses()
    data = source.read(source.people(losses)[0], losses)
    assert data is not None
    assert data.streams[Stream.GLUCOSE].value == pytest.approx([5.5 * 18.0156, 110])
    assert losses.count(Reason.WRONG_UNIT) == losses.count(Reason.RECORD_WITHOUT_VALUE) == 1


def test_steps_are_numbers_texts_empty_or_nan(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL])
    start = CENTRAL.at(0, 12)
    records = [
        activity(name, value, start + timedelta(minutes=place), start + timedelta(minutes=place + 1))
        for place, (name, value) in enumerate(
            [("walking", "70"), ("running", 30), ("", ""), ("generic", float("nan")), ("walking", "many")]
        )
    ]
    write_stream(tmp_path, CENTRAL, "steps", records)
    measured, losses = one(tmp_path)
    row = day_of(measured, date(2024, 2, 14))
    assert (row["steps"], row["activity_minutes"]) == (100, 2)
    assert losses.count(Reason.NO_READING, path_of(CENTRAL, "steps")) == 2
    assert losses.found[path_of(CENTRAL, "steps"), Reason.NOT_A_NUMBER].place == "record 5"


def test_calories_that_are_amounts_come_to_the_same(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL])
    assert one(tmp_path)[0].person["calories_active"] == 228
    amounts = []
    for day in range(3):
        at = [CENTRAL.at(day, 0) + timedelta(minutes=15 * quarter) for quarter in range(96)]
        amounts += [calories(4.0 if place % 2 else 0.0, moment) for place, moment in enumerate(at)]
    write_stream(tmp_path, CENTRAL, "calories", amounts)
    assert one(tmp_path)[0].person["calories_active"] == 192


def test_duplicated_and_overlapping_nights_count_once(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL])
    nights = [record for day in range(3) for record in night(CENTRAL, day)]
    start = CENTRAL.at(0, 5)
    overlapping = stage("deep", start, start + timedelta(hours=1))
    write_stream(tmp_path, CENTRAL, "sleep", [*nights, *nights, overlapping])
    measured, losses = one(tmp_path)
    assert losses.count(Reason.DUPLICATE, "person 9001, sleep") == len(nights)
    assert losses.count(Reason.OVERLAPPING_SLEEP, "person 9001") == 1
    assert day_of(measured, date(2024, 2, 14))["sleep_minutes"] == 420


def test_days_after_wear_are_told_and_not_worn(tmp_path: Path) -> None:
    write_release(tmp_path, [Invented("9001", days=3, junk_days=2)])
    measured, losses = one(tmp_path)
    assert [row["worn"] for row in measured.days] == [False, True, True, True, False, False]
    assert measured.person["days_worn"] == 3
    assert losses.count(Reason.DAY_NOT_WORN, "person 9001") == 3
    assert measured.person["wear_minutes"] == 1440


def test_somebody_with_glucose_alone(tmp_path: Path) -> None:
    write_release(tmp_path, [Invented("9001", streams=("glucose",)), PACIFIC])
    told, _ = told_by(AiReadi(tmp_path))
    assert (told["9001"].person["days_glucose"], told["9001"].person["days_worn"]) == (3, 0)
    assert told["9001"].person["glucose_gmi"] is not None
    assert told["9001"].person["steps"] is None


def test_clinical_rows_are_found_by_their_variable(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL], version=2)
    measured, losses = one(tmp_path)
    person = measured.person
    assert (person["sbp_first"], person["sbp_second"]) == (128, 122)  # of one concept
    assert (person["hba1c"], person["haemoglobin"], person["bmi"]) == (5.6, 13.9, 27.4)
    assert person["cesd"] == 7
    assert losses.count(Reason.CENSORED) == 1
    assert losses.count(Reason.REFUSED_ANSWER) == 2
    assert "crp" not in person or person["crp"] is None


def test_what_each_feature_was_made_of(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL])
    measured, _ = one(tmp_path)
    [row] = [row for row in measured.provenance if row["feature"] == "stress_at_rest"]
    assert row["files"] == [path_of(CENTRAL, stream) for stream in ("steps", "sleep", "stress")]
    assert row["days"] == 3
    sleep = len(records_of(CENTRAL, "sleep"))
    assert row["records"] == 3 * 1440 + 3 * 96 + sleep
    silent = 3 + -(-3 * 1440 // 97)  # a quarter of an hour a day, and each 97th minute of stress
    assert row["records_used"] == row["records"] - silent
    assert row["dropped"] == [f"no_reading {silent}"]
    assert not any(row["feature"] == "calories_total" for row in measured.provenance)


# What is no such file, or not of this person: named, counted, and the rest goes on.


def test_the_invented_release_has_the_spellings_of_the_real_one(tmp_path: Path) -> None:
    path = write_stream(tmp_path, CENTRAL, "glucose")
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert "acquistion_rate" in whole["header"]
    assert whole["header"]["patient_id"] == "AIREADI-9001"
    assert any(record["base_movement_quantity"]["value"] == "900" for record in records_of(CENTRAL, "steps"))
