"""Questions made of tables of people and days."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.classifiers.task import read_task
from app.domain.schema import FeatureSchema
from app.ingest.sensors.asking import Question, Unasked, Wanted, questions_of
from app.ingest.sensors.sources.base import SourceError
from research.sensor_models.recipes import RECIPES

Row = dict[str, Any]
PERSON = {"person_id": "p1", "gender": "FEMALE", "age_band": "under 30", "bmi_band": "27.0", "steps": 1.0}
LEVERS = {"activity_minutes": 200.0, "sleep_minutes": 400.0, "sleep_efficiency": 90.25}


def day(number: int, **values: Any) -> Row:
    return {
        "person_id": "p1",
        "date": f"2024-02-{number:02d}",
        "steps": None,
        **dict.fromkeys(LEVERS),
    } | values


def whole(number: int, steps: float) -> Row:
    return day(number, steps=steps, **LEVERS)


@pytest.fixture
def days_model() -> FeatureSchema:
    return read_task(RECIPES["lifesnaps-stress"].schema)


@pytest.fixture
def people_model() -> FeatureSchema:
    return read_task(RECIPES["activity-health"].schema)


def written(folder: Path, people: list[Row], days: list[Row]) -> Path:
    pq.write_table(pa.Table.from_pylist(people), folder / "people.parquet")
    pq.write_table(pa.Table.from_pylist(days), folder / "people.days.parquet")
    return folder / "people.parquet"


def asked(
    folder: Path, schema: FeatureSchema, days: list[Row], wanted: Wanted | None = None
) -> Question | Unasked:
    [one] = questions_of(written(folder, [PERSON], days), schema, wanted or Wanted())
    return one


def question(*arguments: Any) -> Question:
    one = asked(*arguments)
    assert isinstance(one, Question)
    return one


def test_a_model_of_days_is_asked_about_the_newest_day_that_tells_its_levers(
    tmp_path: Path, days_model: FeatureSchema
) -> None:
    days = [whole(3, 7000.0), whole(1, 5000.4), day(2), day(4, steps=9000.0), day(5)]
    told = question(tmp_path, days_model, days)
    assert told.day == "2024-02-03"
    assert told.features["steps"] == 7000  # the day's, not the person's mean
    assert told.features["gender"] == "FEMALE"
    assert told.features["sleep_efficiency"] == 90.25
    assert [one["date"] for one in told.days] == ["2024-02-01", "2024-02-02"]
    assert told.days[0]["features"]["steps"] == 5000  # a count is whole
    assert told.days[1]["features"] == {}  # a missing day is told as one


def test_a_word_that_the_model_does_not_know_is_told(tmp_path: Path, days_model: FeatureSchema) -> None:
    told = question(tmp_path, days_model, [whole(1, 1)])
    assert told.not_taken == ("bmi_band",)
    assert "bmi_band" not in told.features


def test_a_day_beside_costs_no_answer_by_a_value_that_the_model_does_not_take(
    tmp_path: Path, days_model: FeatureSchema
) -> None:
    days = [whole(1, -1.0), whole(2, float("nan")), whole(3, 3000.0), whole(4, 4000.0)]
    told = question(tmp_path, days_model, days)
    assert [one["features"].get("steps") for one in told.days] == [None, None, 3000]
    assert all(one["features"]["sleep_minutes"] == 400 for one in told.days)
    assert told.not_taken_of_days == {"steps": 1}  # what is not a number is not known


def test_what_no_day_tells_together_is_told_as_far_as_there_is_any(
    tmp_path: Path, days_model: FeatureSchema
) -> None:
    days = [day(1, steps=100.0), day(2, sleep_minutes=300.0), day(3)]
    assert question(tmp_path, days_model, days).day == "2024-02-02"


def test_the_day_and_how_many_go_with_it_can_be_said(tmp_path: Path, days_model: FeatureSchema) -> None:
    days = [whole(number, 1000.0 * number) for number in (1, 2, 3, 4)]
    told = question(tmp_path, days_model, days, Wanted(day=date(2024, 2, 3), last_days=2))
    assert (told.day, told.features["steps"]) == ("2024-02-03", 3000)
    assert [one["date"] for one in told.days] == ["2024-02-01", "2024-02-02"]  # and not the scored one
    assert question(tmp_path, days_model, days, Wanted(last_days=0)).days == []
    assert asked(tmp_path, days_model, days, Wanted(day=date(2024, 3, 1))) == Unasked(
        "p1", "the table has no such day of theirs"
    )


def test_of_whom_no_day_tells_anything_it_is_said(tmp_path: Path, days_model: FeatureSchema) -> None:
    nothing = Unasked("p1", "no day tells what the model takes")
    assert asked(tmp_path, days_model, [day(1), day(2)]) == nothing
    others = [whole(1, 1) | {"person_id": "p2"}]
    assert asked(tmp_path, days_model, others) == nothing


def test_a_model_of_people_is_asked_about_the_person(tmp_path: Path, people_model: FeatureSchema) -> None:
    required = {one.name: one for one in people_model.features}
    person = {"person_id": "p1", "steps": 8000.6} | {
        name: one.categories[0].value if one.categories else one.clinical and float(one.clinical[0])
        for name, one in required.items()
        if name != "steps"
    }
    path = written(tmp_path, [person], [whole(1, 6000.0), whole(2, 9000.0)])
    [told] = questions_of(path, people_model, Wanted())
    assert isinstance(told, Question)
    assert (told.day, told.features["steps"]) == (None, 8001)
    assert [one["features"]["steps"] for one in told.days] == [6000, 9000]
    with pytest.raises(SourceError, match="asked about people, not days"):
        questions_of(path, people_model, Wanted(day=date(2024, 2, 1)))


def test_tables_that_are_others_are_told(tmp_path: Path, days_model: FeatureSchema) -> None:
    def refused(path: Path, wanted: Wanted | None = None) -> str:
        with pytest.raises(SourceError) as caught:
            list(questions_of(path, days_model, wanted or Wanted()))
        return str(caught.value)

    assert "There is no file" in refused(tmp_path / "people.parquet")
    path = written(tmp_path, [PERSON], [whole(1, 1)])
    assert "has nobody of that id" in refused(path, Wanted("p9"))
    (tmp_path / "people.days.parquet").write_text("person_id,date\n")
    assert "people.days.parquet is no table of" in refused(path)
    pq.write_table(pa.table({"person_id": ["p1"], "date": ["2024-02-01"]}), tmp_path / "people.days.parquet")
    pq.write_table(pa.table({"person_id": ["p1"]}), path)
    assert "lacks any of the features" in refused(path)
