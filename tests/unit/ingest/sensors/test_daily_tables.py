"""Tables with a row a person and day: LifeSnaps' habits, and any CSV by a mapping; all rows are invented."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.measuring import Measured, measure
from app.ingest.sensors.sources.base import Source, SourceError
from app.ingest.sensors.sources.daily_table import DailyTable
from app.ingest.sensors.sources.lifesnaps import lifesnaps, mend_day
from app.ingest.sensors.sources.mapping import Mapping, read_mapping

MAPPING = """
person = "who"
date = "day"
delimiter = ";"

[columns]
steps = "Steps"
sleep_minutes = { column = "sleep_h", scale = 60.0, missing = [0] }

[facts]
age = { column = "age", is_number = true }
group = { column = "group" }
"""
SNAPS = (
    "id", "date", "bpm", "resting_hr", "full_sleep_breathing_rate", "spo2", "steps", "distance", "calories",
    "lightly_active_minutes", "moderately_active_minutes", "very_active_minutes", "sedentary_minutes",
    "sleep_duration", "minutesAsleep", "minutesAwake", "rmssd", "nightly_temperature",
    "filteredDemographicVO2Max", "stress_score", "gender", "age", "bmi",
)  # fmt: skip


def rows_of(source: Source) -> tuple[dict[str, Measured], Losses]:
    losses, told = Losses(), {}
    for ref in source.people(losses):
        data = source.read(ref, losses)
        if data is not None:
            told[ref.person_id] = measure(data, losses)
    return told, losses


def csv_source(tmp_path: Path, *lines: str, mapping: str = MAPPING) -> DailyTable:
    table, told = tmp_path / "days.csv", tmp_path / "mapping.toml"
    table.write_text("\n".join(["who;day;Steps;sleep_h;age;group", *lines, ""]), encoding="utf-8")
    told.write_text(mapping, encoding="utf-8")
    return DailyTable("csv", table, read_mapping(told))


def snaps(tmp_path: Path, **cells: object) -> tuple[dict[str, float], Losses]:
    """An invented day as LifeSnaps writes it, and what is told of it."""
    whole: dict[str, object] = (
        dict.fromkeys(SNAPS, "") | {"id": "p1", "date": "2021-06-01", "bpm": 70} | cells
    )
    path = tmp_path / "lifesnaps_daily.csv"
    path.write_text(f"{','.join(SNAPS)}\n{','.join(str(whole[name]) for name in SNAPS)}\n", encoding="utf-8")
    told, losses = rows_of(lifesnaps(tmp_path))
    return {name: value for name, value in told["p1"].days[0].items() if value is not None}, losses


def test_a_table_by_its_mapping(tmp_path: Path) -> None:
    lines = ["a;2024-02-14;4000;7.5;57;x", "a;2024-02-16;6000;0;57;x", "b;2024-02-14;;;;"]
    told, losses = rows_of(csv_source(tmp_path, *lines))
    assert list(told) == ["a"], "who has no value has no row"
    first, missing, last = told["a"].days
    assert (first["steps"], first["sleep_minutes"]) == (4000, 450)
    assert missing["observed"] is False
    assert last["sleep_minutes"] is None
    assert (told["a"].person["age"], told["a"].person["group"]) == (57, "x")
    assert losses.count(Reason.NO_READING) == 1


def test_cells_that_cannot_be_used_are_named_by_column_and_line(tmp_path: Path) -> None:
    lines = [
        "a;2024-02-14;many;7;57;x",
        "a;14.02.2024;1;1;57;x",
        ";2024-02-14;1;1;57;x",
        "c;2024-02-15;-5;7;y;x",
    ]
    _, losses = rows_of(csv_source(tmp_path, *lines))
    places = {(loss.where, loss.reason): loss.place for loss in losses}
    assert places["days.csv, Steps", Reason.NOT_A_NUMBER] == "line 2"
    assert places["days.csv", Reason.DATE_UNREADABLE] == "line 3"
    assert places["days.csv", Reason.PERSON_UNKNOWN] == "line 4"
    assert places["person c", Reason.OUT_OF_RANGE] == "day 2024-02-15"
    assert places["days.csv, age", Reason.NOT_A_NUMBER] == "line 5"


def test_a_day_that_a_table_says_was_hardly_worn(tmp_path: Path) -> None:
    mapping = MAPPING.replace("[facts]", 'wear_minutes = { column = "age" }\n[facts]').replace(
        "age = {", "worn_at = {"
    )
    lines = ["a;2024-02-14;4000;7;599;x", "a;2024-02-15;4000;7;600;x"]
    told, losses = rows_of(csv_source(tmp_path, *lines, mapping=mapping))
    first, second = told["a"].days
    assert (first["worn"], first["steps"], first["sleep_minutes"], first["wear_minutes"]) == (
        False,
        None,
        420,
        599,
    )
    assert (second["worn"], second["steps"]) == (True, 4000)
    assert losses.found["person a", Reason.DAY_NOT_WORN].place == "day 2024-02-14"


def test_a_day_that_two_rows_tell(tmp_path: Path) -> None:
    lines = [
        "a;2024-02-14;4000;7;57;x",
        "a;2024-02-14;4000;7;57;x",
        "a;2024-02-15;1;7;57;x",
        "a;2024-02-15;2;7;57;x",
    ]
    told, losses = rows_of(csv_source(tmp_path, *lines))
    first, second = told["a"].days
    assert first["steps"] == 4000
    assert (second["steps"], second["sleep_minutes"]) == (None, 420)
    assert (losses.count(Reason.DUPLICATE), losses.count(Reason.DAY_TOLD_TWICE)) == (1, 1)


def test_a_third_row_does_not_settle_what_two_differ_in(tmp_path: Path) -> None:
    lines = [f"a;2024-02-15;{steps};7;57;x" for steps in (1, 2, 3)]
    told, _ = rows_of(csv_source(tmp_path, *lines))
    [day] = told["a"].days
    assert (day["steps"], day["sleep_minutes"]) == (None, 420)


def test_a_source_is_known_again_by_another_process(tmp_path: Path) -> None:
    """Parts of a run that was killed are those of the same source, by what `repr` says of it."""
    for source in (lifesnaps(tmp_path), csv_source(tmp_path, "a;2024-02-15;1;7;57;x")):
        assert " at 0x" not in repr(source)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.permutations(range(6)))
def test_the_order_of_rows_changes_nothing(tmp_path: Path, order: list[int]) -> None:
    lines = [f"{'ab'[n % 2]};2024-02-1{n};{1000 * n};7;57;x" for n in range(6)]
    first, _ = rows_of(csv_source(tmp_path, *lines))
    second, _ = rows_of(csv_source(tmp_path, *(lines[place] for place in order)))
    assert first == second


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("steps =", "step =", "step is no feature of a day: steps?"),
        ("group =", "bmi_x = 3\ngroup =", "facts.bmi_x: "),
        ("age =", "days_worn =", "days_worn is the name of another column"),
        ("scale = 60.0", "scale = 0", "columns.sleep_minutes.scale: must be more than 0"),
        ('person = "who"', "person", "is not TOML"),
        ('person = "who"', 'person = "id"', "has no column id, which the mapping names"),
    ],
)
def test_a_mapping_that_says_what_it_cannot(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(SourceError) as error:
        rows_of(csv_source(tmp_path, "a;2024-02-14;1;1;57;x", mapping=MAPPING.replace(old, new)))
    assert sentence in str(error.value)


def test_a_table_that_is_none(tmp_path: Path) -> None:
    mapping = Mapping.model_validate({"person": "who", "date": "day", "columns": {"steps": "Steps"}})
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(2 << 30)
    for path, sentence in ((tmp_path, "is no file"), (large, "has more than 512 MB: split it by person.")):
        with pytest.raises(SourceError, match=sentence):
            DailyTable("csv", path, mapping).people(Losses())


def test_sleep_of_lifesnaps_is_in_milliseconds_and_minutes(tmp_path: Path) -> None:
    told, _ = snaps(tmp_path, sleep_duration=28_800_000.0, minutesAsleep=420, minutesAwake=60)
    assert (told["sleep_in_bed_minutes"], told["sleep_minutes"], told["sleep_efficiency"]) == (480, 420, 87.5)


def test_a_score_of_zero_is_a_missing_one(tmp_path: Path) -> None:
    told, losses = snaps(tmp_path, stress_score=0.0, rmssd=0, full_sleep_breathing_rate=0)
    assert not {"stress_score", "hrv_rmssd_night", "respiration_night"} & told.keys()
    assert losses.count(Reason.NO_READING) == 3
    assert snaps(tmp_path, stress_score=78)[0]["stress_score"] == 78


def test_sedentary_minutes_that_fill_the_day_are_dropped(tmp_path: Path) -> None:
    active = {"lightly_active_minutes": 200, "moderately_active_minutes": 30, "very_active_minutes": 10}
    told, losses = snaps(tmp_path, **active, sedentary_minutes=1200)
    assert "sedentary_minutes" not in told
    assert told["activity_minutes"] == 240
    assert losses.count(Reason.FILLS_THE_DAY) == 1
    assert snaps(tmp_path, **active, sedentary_minutes=700)[0]["sedentary_minutes"] == 700


def test_a_day_without_heart_rate_was_not_worn(tmp_path: Path) -> None:
    told, losses = snaps(
        tmp_path, bpm="", steps=0, very_active_minutes=0, calories=1700, nightly_temperature=33
    )
    assert not {"steps", "activity_vigorous_minutes", "calories_total"} & told.keys()
    assert told["skin_temperature_night"] == 33
    assert told["worn"] is False
    assert losses.count(Reason.DAY_NOT_WORN) == 1


@given(
    st.dictionaries(
        st.sampled_from(["heart_rate_mean", "steps", "sedentary_minutes", "sleep_minutes"]),
        st.floats(0, 1440),
    )
)
def test_mending_adds_nothing_that_was_not_said(values: dict[str, float]) -> None:
    mended = mend_day(dict(values), "t", "line 2", Losses())
    assert all(values.get(name) == value for name, value in mended.items())


@pytest.mark.parametrize(
    ("bmi", "band"),
    [
        ("<19", "under 19"),
        ("19.0", "19 to 24"),
        ("24.0", "19 to 24"),
        ("25.0", "25 or more"),
        (">=25", "25 or more"),
        (">=30", "25 or more"),
    ],
)
def test_bands_of_lifesnaps_are_words_and_the_same_for_all(tmp_path: Path, bmi: str, band: str) -> None:
    snaps(tmp_path, gender="FEMALE", age="<30", bmi=bmi)
    told, _ = rows_of(lifesnaps(tmp_path))
    person = told["p1"].person
    assert (person["gender"], person["age_band"], person["bmi_band"]) == ("FEMALE", "under 30", band)
    assert told["p1"].days[0]["date"] == date(2021, 6, 1).isoformat()


def test_a_row_that_was_cut_short_tells_nothing(tmp_path: Path) -> None:
    """The last cell may be half a number."""
    source = csv_source(tmp_path, "a;2024-02-14;9000;7;40;x", "a;2024-02-15;90", "a;2024-02-16;9000;7;40;x;1")
    told, losses = rows_of(source)
    days = {one["date"]: one["steps"] for one in told["a"].days}
    assert days == {"2024-02-14": 9000.0}
    assert losses.count(Reason.ROW_LENGTH) == 2
