"""What of AI-READI's files cannot be read is named by file and reason, the rest goes on. All is invented."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.ingest.sensors.losses import Losses, Reason
from app.ingest.sensors.measuring import Measured
from app.ingest.sensors.sources.aireadi import AiReadi
from app.ingest.sensors.sources.base import SourceError
from tests.sensors.invented_aireadi import (
    ACTIVITY,
    activity,
    header_of,
    path_of,
    point,
    write_release,
    write_stream,
    write_tables,
)
from tests.unit.ingest.sensors.aireadi_people import CENTRAL, PACIFIC, one, told_by


def spoilt(tmp_path: Path, stream: str = "stress", **changes: Any) -> tuple[Measured, Losses]:
    write_release(tmp_path, [CENTRAL])
    write_stream(tmp_path, CENTRAL, stream, header=header_of(CENTRAL, stream, **changes))
    return one(tmp_path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema_id": {"namespace": "omh", "name": "heart-rate", "version": 2.0}}, Reason.WRONG_SCHEMA),
        ({"schema_id": {"namespace": "omh", "name": "stress", "version": 9}}, Reason.WRONG_SCHEMA),
        ({"schema_id": "stress"}, Reason.WRONG_SCHEMA),
        ({"user_id": "AIREADI-9999"}, Reason.OTHER_PERSON),
    ],
)
def test_a_header_that_does_not_fit(tmp_path: Path, changes: dict[str, Any], reason: Reason) -> None:
    measured, losses = spoilt(tmp_path, **changes)
    assert losses.found[path_of(CENTRAL, "stress"), reason].place == "header"
    assert measured.person["stress_mean"] is None
    assert measured.person["heart_rate_mean"] is not None


def test_a_truncated_file_gives_the_records_before(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL])
    path = tmp_path / path_of(CENTRAL, "stress")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    measured, losses = one(tmp_path)
    place = losses.found[path_of(CENTRAL, "stress"), Reason.TRUNCATED].place or ""
    assert "after record 21" in place
    assert [row["stress_mean"] is None for row in measured.days[1:]] == [False, False, True]


@pytest.mark.parametrize("content", ["", "[1, 2]", "not json", '{"body": {"stress": []}}'])
def test_a_file_that_is_none(tmp_path: Path, content: str) -> None:
    write_release(tmp_path, [CENTRAL])
    (tmp_path / path_of(CENTRAL, "stress")).write_text(content, encoding="utf-8")
    measured, losses = one(tmp_path)
    assert any(loss.where == path_of(CENTRAL, "stress") for loss in losses)
    assert measured.person["stress_mean"] is None
    assert measured.person["heart_rate_mean"] is not None


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (path_of(CENTRAL, "heart_rate", device="garmin_venu3"), Reason.OTHER_DEVICE),
        (f"{ACTIVITY}/heart_rate_variability/garmin_vivosmart5/9001/9001_hrv.json", Reason.OTHER_MODALITY),
        (f"{ACTIVITY}/heart_rate/garmin_vivosmart5/9002/9001_heartrate.json", Reason.OTHER_PERSON),
    ],
)
def test_a_file_in_a_place_that_is_not_its_own(tmp_path: Path, path: str, reason: Reason) -> None:
    write_release(tmp_path, [CENTRAL])
    write_stream(
        tmp_path, CENTRAL, "heart_rate", [point("heart_rate", 200, "beats/min", CENTRAL.at(0, 12))], path=path
    )
    measured, losses = one(tmp_path)
    assert losses.count(reason, path) == 1
    assert measured.person["heart_rate_mean"] < 100


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "release", tmp_path / "elsewhere"
    root.mkdir()
    write_release(root, [CENTRAL])
    path = root / path_of(CENTRAL, "stress")
    elsewhere.mkdir()
    path.rename(elsewhere / "stress.json")
    path.symlink_to(elsewhere / "stress.json")
    (root / ACTIVITY / "more").symlink_to(elsewhere)
    measured, losses = one(root)
    links = {loss.where for loss in losses if loss.reason is Reason.LINK_OUT_OF_FOLDER}
    assert links == {path_of(CENTRAL, "stress"), f"{ACTIVITY}/more"}
    assert losses.count(Reason.LISTED_FILE_MISSING) == 1
    assert measured.person["stress_mean"] is None


def test_people_whom_nothing_lists_are_left_out(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL, PACIFIC])
    write_tables(tmp_path, [CENTRAL])
    told, losses = told_by(AiReadi(tmp_path))
    assert list(told) == ["9001"]
    assert losses.count(Reason.NOT_LISTED, "person 9002") == 8
    (tmp_path / "participants.tsv").unlink()
    assert list(told_by(AiReadi(tmp_path))[0]) == ["9001"], "manifests list people, too"


def test_a_file_that_a_manifest_lists_and_that_is_not_there(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL])
    (tmp_path / path_of(CENTRAL, "oxygen_saturation")).unlink()
    measured, losses = one(tmp_path)
    missing = losses.found[f"{ACTIVITY}/manifest.tsv", Reason.LISTED_FILE_MISSING]
    assert missing.place == path_of(CENTRAL, "oxygen_saturation")
    assert measured.person["spo2_night_mean"] is None


def test_clocks_that_were_not_set_and_intervals_that_are_none(tmp_path: Path) -> None:
    write_release(tmp_path, [CENTRAL])
    at = CENTRAL.at(0, 12)
    never = datetime.fromisoformat("1989-12-31T00:00:00+00:00")
    later = datetime.fromisoformat("2031-01-01T00:00:00+00:00")
    records = [
        activity("walking", 70, never, never),
        activity("walking", 70, later, later),
        activity("walking", 70, at, at - timedelta(minutes=1)),
        activity("walking", 70, at, at + timedelta(days=2)),
        activity("walking", 70, at, at) | {"effective_time_frame": {"date_time": "yesterday"}},
        activity("walking", 70, at, at) | {"effective_time_frame": {}},
    ]
    write_stream(tmp_path, CENTRAL, "steps", records)
    _, losses = one(tmp_path)
    where = path_of(CENTRAL, "steps")
    assert losses.count(Reason.TIME_IMPLAUSIBLE, where) == 2
    once = [Reason.ENDS_BEFORE_START, Reason.INTERVAL_TOO_LONG, Reason.TIME_UNREADABLE]
    for reason in (*once, Reason.RECORD_WITHOUT_VALUE):
        assert losses.count(reason, where) == 1


@pytest.mark.parametrize(
    ("folders", "sentence"),
    [
        (
            ["retinal_oct", "clinical_data"],
            "is not the root of AI-READI. It holds clinical_data, retinal_oct.",
        ),
        (["dataset/wearable_activity_monitor"], "holds the data set in its folder dataset: name that one."),
        ([], "has neither wearable_activity_monitor nor wearable_blood_glucose"),
    ],
)
def test_a_folder_of_something_else(tmp_path: Path, folders: list[str], sentence: str) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(SourceError) as error:
        AiReadi(tmp_path).people(Losses())
    assert sentence in str(error.value)
