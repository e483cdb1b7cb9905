"""Open mHealth data points in general; all values are invented."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.measuring import Measured, measure
from app.ingest.sensors.person import PersonData
from app.ingest.sensors.sources.base import SourceError
from app.ingest.sensors.sources.omh import OpenMHealth
from app.ingest.sensors.streams import Stream
from app.ingest.sensors.times import WithoutZone

BERLIN = "Europe/Berlin"


def data_point(
    schema: str, body: dict[str, Any], person: str | None = "anna", minute: int = 0
) -> dict[str, Any]:
    """A data point at some minute of 14 February 2024 in Berlin."""
    header: dict[str, Any] = {
        "id": f"{schema}-{minute}",
        "schema_id": {"namespace": "omh", "name": schema, "version": "2.0"},
    }
    if person:
        header["user_id"] = person
    frame = {"date_time": f"2024-02-14T{minute // 60:02}:{minute % 60:02}:00+01:00"}
    return {"header": header, "body": {"effective_time_frame": frame} | body}


def beats(person: str | None = "anna", count: int = 1440) -> list[dict[str, Any]]:
    return [
        data_point("heart-rate", {"heart_rate": {"value": 64, "unit": "beats/min"}}, person, minute)
        for minute in range(count)
    ]


def write(path: Path, points: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = map(json.dumps, points)
    path.write_text("\n".join(lines) if path.suffix != ".json" else f"[{','.join(lines)}]", encoding="utf-8")


def read(root: Path, **options: Any) -> tuple[dict[str, PersonData], Losses]:
    source, losses = OpenMHealth(root, BERLIN, **options), Losses()
    told = {ref.person_id: source.read(ref, losses) for ref in source.people(losses)}
    return {person: data for person, data in told.items() if data is not None}, losses


def only(root: Path) -> tuple[Measured, Losses]:
    told, losses = read(root)
    [data] = told.values()
    return measure(data, losses), losses


@pytest.mark.parametrize("name", ["beats.json", "beats.ndjson"])
def test_a_list_of_points_and_one_a_line(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, beats())
    measured, losses = only(tmp_path)
    [row] = measured.days
    assert (row["date"], row["wear_minutes"], row["heart_rate_mean"]) == ("2024-02-14", 1440, 64)
    assert {loss.reason for loss in losses} == {Reason.WEAR_UNCONFIRMED}


def test_streams_of_one_file_and_forms_of_time(tmp_path: Path) -> None:
    hour = {
        "time_interval": {
            "start_date_time": "2024-02-14T10:00:00+01:00",
            "duration": {"value": 1, "unit": "h"},
        }
    }
    night = {
        "time_interval": {
            "start_date_time": "2024-02-13T23:00:00+01:00",
            "end_date_time": "2024-02-14T07:00:00+01:00",
        }
    }
    mixed = [
        *beats(),
        data_point("step-count", {"step_count": 4200, "effective_time_frame": hour}),
        data_point(
            "sleep-duration", {"sleep_duration": {"value": 450, "unit": "min"}, "effective_time_frame": night}
        ),
        data_point("blood-glucose", {"blood_glucose": {"value": 6, "unit": "mmol/L"}}),
    ]
    write(tmp_path / "all.jsonl", mixed)
    measured, _ = only(tmp_path)
    row = measured.days[-1]
    assert (row["steps"], row["sleep_minutes"], row["sleep_in_bed_minutes"]) == (4200, 450, 480)
    assert row["sleep_onset_hour"] == -1


def test_the_folder_names_the_person_where_no_header_does(tmp_path: Path) -> None:
    write(tmp_path / "ben" / "beats.json", beats(None, 3))
    write(tmp_path / "stray.json", beats(None, 3))
    told, losses = read(tmp_path)
    assert list(told) == ["ben"]
    assert losses.count(Reason.PERSON_UNKNOWN, "stray.json") == 1


def test_points_that_cannot_be_used(tmp_path: Path) -> None:
    value = {"heart_rate": {"value": 64, "unit": "beats/min"}}
    naive = data_point("heart-rate", value)
    naive["body"]["effective_time_frame"] = {"date_time": "2024-02-14T10:00:00"}
    write(
        tmp_path / "a.json",
        [
            *beats(count=2),
            naive,
            data_point("heart-rate", value, "carl"),
            data_point("body-weight", {"body_weight": {"value": 80, "unit": "kg"}}),
            data_point("heart-rate", value | {"descriptive_statistic": "average"}),
            data_point("heart-rate", {"heart_rate": {"value": 64, "unit": "Hz"}}),
        ],
    )
    told, losses = read(tmp_path)
    assert len(told["anna"].streams[Stream.HEART_RATE]) == 2
    reasons = [
        Reason.TIME_WITHOUT_ZONE,
        Reason.OTHER_PERSON,
        Reason.WRONG_SCHEMA,
        Reason.SUMMARY,
        Reason.WRONG_UNIT,
    ]
    for number, reason in enumerate(reasons, start=3):
        assert losses.found["a.json", reason].place == f"record {number}"
    told, _ = read(tmp_path, without_zone=WithoutZone.LOCAL)
    assert told["anna"].streams[Stream.HEART_RATE].start[-1] == 1_707_901_200  # 09:00 UTC


def test_a_file_that_breaks_leaves_the_others(tmp_path: Path) -> None:
    write(tmp_path / "a.json", beats(count=5))
    write(tmp_path / "b.ndjson", beats(count=9))
    (tmp_path / "c.json").write_text("<html>", encoding="utf-8")
    text = (tmp_path / "b.ndjson").read_text(encoding="utf-8")
    (tmp_path / "b.ndjson").write_text(text[:-20], encoding="utf-8")
    told, losses = read(tmp_path)
    assert len(told["anna"].streams[Stream.HEART_RATE]) == 8
    assert losses.count(Reason.TRUNCATED, "b.ndjson") == losses.count(Reason.NOT_JSON, "c.json") == 1
    assert losses.count(Reason.DUPLICATE) == 5


@pytest.mark.parametrize(
    ("zone", "sentence"),
    [("Europe/Atlantis", "is no time zone"), (BERLIN, "holds no file that ends in .json")],
)
def test_a_folder_or_zone_that_is_none(tmp_path: Path, zone: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        OpenMHealth(tmp_path, zone).people(Losses())
