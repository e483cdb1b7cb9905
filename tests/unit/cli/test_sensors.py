"""`turnpoint sensors`: from a folder to files, and sentences where it cannot."""

from inspect import signature
from pathlib import Path
from typing import get_type_hints

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from app.cli.suggesting import suggest
from app.domain.days import LAST_DAYS, MOST_DAYS
from app.ingest.sensors.sources.lifesnaps import lifesnaps
from tests.sensors.invented_aireadi import Invented, write_release

_TABLE = lifesnaps(Path("days.csv")).mapping
HEADER = (
    *(_TABLE.person, _TABLE.date),
    *(one.column for one in _TABLE.columns.values()),
    *(one.column for one in _TABLE.facts.values()),
)


def sensors(*arguments: str) -> tuple[int, list[str]]:
    ended = CliRunner().invoke(cli, ["sensors", *arguments])
    return ended.exit_code, ended.output.splitlines()


def test_features_of_a_folder(tmp_path: Path) -> None:
    write_release(tmp_path, [Invented("9001", days=2)])
    out = tmp_path / "people.parquet"
    code, told = sensors("features", "--from", str(tmp_path), "--source", "aireadi", "--out", str(out))
    assert code == 0
    assert told[0] == "people"
    assert "100 % people" in told
    assert any(
        line.startswith("1 of 1 people have rows; 3 days were observed, 2 of them worn") for line in told
    )
    assert told[-1].endswith(
        "people.parquet, people.days.parquet, people.provenance.parquet, people.report.json."
    )
    assert pq.read_table(out).num_rows == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--source", "csv"], "--mapping belongs to --source csv, which takes one."),
        (["--source", "fhir", "--mapping", "m.toml"], "--mapping belongs to --source csv"),
        (["--source", "lifesnaps", "--zone", "Europe/Berlin"], "--zone belongs to --source omh and"),
        (["--source", "aireadi", "--zone", "Europe/Atlantis"], "Europe/Atlantis is no time zone"),
        (["--source", "omh", "--as-of", "2026-01-01"], "--model and --as-of belong to --source fhir."),
        (
            ["--source", "aireadi", "--mapping", "m.toml"],
            "--mapping belongs to --source csv, which takes one.",
        ),
        (["--source", "fhir", "--as-of", "today"], "--as-of must be a date such as 2027-03-31."),
        (["--source", "fhir", "--model", "stroke"], "stroke"),
        (["--source", "fhir"], "holds no R4 bundle of a patient in a file that ends in .json."),
        (["--source", "omh"], "--source omh takes --zone: data points tell offsets, not where people lived."),
        (["--source", "lifesnaps"], "is no file: a table of days is one CSV."),
        (["--source", "aireadi"], "has neither wearable_activity_monitor nor wearable_blood_glucose"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    code, told = sensors(
        "features", "--from", str(tmp_path), "--out", str(tmp_path / "a.parquet"), *arguments
    )
    assert code == 1
    assert sentence in " ".join(told)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("id,date,steps", "has no column bpm, resting_hr, full_sleep_breathing_rate, spo2, distance and"),
        (",".join(HEADER), "There is nobody in it, and nothing that could not be read."),
    ],
)
def test_a_table_of_another_shape_or_of_nobody_leaves_no_file(
    tmp_path: Path, header: str, sentence: str
) -> None:
    table = tmp_path / "days.csv"
    table.write_text(f"{header}\n", encoding="utf-8")
    out = str(tmp_path / "people.parquet")
    code, told = sensors("features", "--from", str(table), "--source", "lifesnaps", "--out", out)
    assert code == 1
    assert sentence in " ".join(told)
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["days.csv"]


def test_a_table_that_is_another_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,date\n", encoding="utf-8")
    code, told = sensors(
        "get", "lifesnaps", "--from", str(tmp_path / "a.csv"), "--home", str(tmp_path / "home")
    )
    assert code == 1
    assert "is not LifeSnaps' daily table" in " ".join(told)


def test_suggest_carries_as_many_days_as_a_question_takes() -> None:
    """The command says the numbers again, since the domain is slow to load where no command runs."""
    [option] = get_type_hints(suggest, include_extras=True)["last_days"].__metadata__
    assert (signature(suggest).parameters["last_days"].default, option.max) == (LAST_DAYS, MOST_DAYS)
