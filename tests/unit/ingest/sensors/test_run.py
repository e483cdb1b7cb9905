"""Runs: whole files or none, going on where one ended, the same by one process and by several."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from app.ingest.sensors.features.table import DEFINITIONS, OF_DAYS, OF_PERSONS
from app.ingest.sensors.losses import Losses
from app.ingest.sensors.parts import Parts, fingerprint_of
from app.ingest.sensors.report import words_of
from app.ingest.sensors.run import Order, run
from app.ingest.sensors.sources.aireadi import AiReadi
from app.ingest.sensors.sources.base import SourceError
from app.ingest.sensors.sources.daily_table import DailyTable
from app.ingest.sensors.sources.mapping import Mapping
from app.ingest.sensors.writing import Outputs
from app.paths import ROOT
from research.own_model.table.limits import LIMITS
from research.own_model.table.parquet_file import read_parquet_table
from tests.sensors.invented_aireadi import Invented, path_of, write_release

PEOPLE = [Invented(f"900{number}", streams=("heart_rate", "sleep", "glucose"), days=3) for number in range(4)]


def silent(words: str, fraction: float) -> None:
    """Nobody is told."""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four invented people; nothing changes it."""
    return write_release(tmp_path_factory.mktemp("release"), PEOPLE)


@pytest.fixture(scope="module")
def whole(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    """The files of a run that nothing stood in the way of."""
    return run(Order(AiReadi(release), tmp_path_factory.mktemp("out") / "people.parquet"), silent)[0]


def files_of(outputs: Outputs) -> list[bytes]:
    paths = (outputs.persons, outputs.days, outputs.provenance, outputs.report)
    return [path.read_bytes() for path in paths]


def test_the_files_have_the_columns_of_the_definitions(whole: Outputs) -> None:
    persons, days = pq.read_table(whole.persons), pq.read_table(whole.days)
    assert persons.column("person_id").to_pylist() == ["9000", "9001", "9002", "9003"]
    assert persons.column_names[-len(OF_PERSONS) :] == list(OF_PERSONS)
    assert days.column_names == ["person_id", "date", "minutes_in_day", "observed", "worn", *OF_DAYS]
    assert set(days.column("person_id").to_pylist()) == {"9000", "9001", "9002", "9003"}
    told = persons.schema.field("sleep_efficiency").metadata
    [definition] = [one for one in DEFINITIONS if one.name == "sleep_efficiency"]
    assert told[b"meaning"].decode() == definition.meaning
    assert len({one.name for one in DEFINITIONS}) == len(DEFINITIONS)


def test_provenance_tells_files_and_counts(whole: Outputs) -> None:
    rows = pq.read_table(whole.provenance).to_pylist()
    [row] = [one for one in rows if (one["person_id"], one["feature"]) == ("9001", "glucose_gmi")]
    assert row["files"] == [path_of(PEOPLE[1], "glucose")]
    assert (row["days"], row["records"], row["records_used"]) == (3, 3 * 288, 3 * 288)


def test_a_model_can_be_added_of_the_persons_table(whole: Outputs) -> None:
    table = read_parquet_table(whole.persons, LIMITS)
    assert table.rows == 4
    assert table.columns[0].name == "person_id"


def test_the_report_says_what_was_used_and_dropped(whole: Outputs) -> None:
    report = json.loads(whole.report.read_text(encoding="utf-8"))
    assert report["people"] == {"found": 4, "told": 4}
    assert report["days"] == {"rows": 16, "observed": 16, "missing": 0, "worn": 12}
    assert report["dropped_by_reason"]["day_not_worn"]["count"] == 4
    assert all(one["sentence"] and one["where"] for one in report["dropped"])
    lines = words_of(report)
    assert lines[0].startswith("4 of 4 people have rows; 16 days were observed, 12 of them worn")
    assert any(line.startswith("  4 day_not_worn in 4 places, first person 9000.") for line in lines)


def test_several_processes_write_the_same_files(release: Path, whole: Outputs, tmp_path: Path) -> None:
    outputs, _ = run(Order(AiReadi(release), tmp_path / "people.parquet", processes=2), silent)
    assert files_of(outputs) == files_of(whole)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "people.days.parquet", "people.parquet", "people.provenance.parquet", "people.report.json",
    ]  # fmt: skip


class EndedError(Exception):
    """Somebody ends the run."""


def ended_after(people: int) -> Callable[[str, float], None]:
    def tell(words: str, fraction: float) -> None:
        if fraction >= people / len(PEOPLE):
            raise EndedError

    return tell


def test_a_run_that_was_ended_leaves_nothing_half_written_and_goes_on(
    release: Path, whole: Outputs, tmp_path: Path
) -> None:
    order = Order(AiReadi(release), tmp_path / "people.parquet")
    with pytest.raises(EndedError):
        run(order, ended_after(2))
    assert [path.name for path in tmp_path.iterdir()] == [".people.parquet.parts"]
    parts, losses = Parts(tmp_path / ".people.parquet.parts"), Losses()
    refs = order.source.people(losses)
    done = [parts.is_done(ref, fingerprint_of(order.source, ref)) for ref in refs]
    assert done == [True, True, False, False]
    outputs, _ = run(order, silent)
    assert files_of(outputs) == files_of(whole)


def test_parts_of_other_files_or_another_order_are_made_anew(tmp_path: Path) -> None:
    release = tmp_path / "release"
    release.mkdir()
    write_release(release, PEOPLE[:2])
    order = Order(AiReadi(release), tmp_path / "people.parquet")
    with pytest.raises(EndedError):
        run(order, ended_after(4))
    os.utime(release / path_of(PEOPLE[0], "sleep"), (1, 1))
    parts = Parts(tmp_path / ".people.parquet.parts")
    refs = order.source.people(Losses())
    assert [parts.is_done(ref, fingerprint_of(order.source, ref)) for ref in refs] == [False, True]
    parts.begin(AiReadi(release, zone="Europe/Berlin"))
    assert not any(parts.is_done(ref, fingerprint_of(order.source, ref)) for ref in refs)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_that_is_killed_leaves_parts_and_no_process(
    release: Path, whole: Outputs, tmp_path: Path, processes: int
) -> None:
    out = tmp_path / "people.parquet"
    command = [sys.executable, "-m", "app.cli", "sensors", "features", "--source", "aireadi"]
    options = ["--from", str(release), "--out", str(out), "--processes", str(processes)]
    with subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        workers = []
        for line in process.stdout:
            if line.startswith(" 50 %"):
                workers = psutil.Process(process.pid).children(recursive=True)
                process.send_signal(signal.SIGKILL)
    assert not out.exists()
    assert (len(workers) > 0) is (processes > 1)
    assert psutil.wait_procs(workers, timeout=60)[1] == []
    assert files_of(run(Order(AiReadi(release), out), silent)[0]) == files_of(whole)


@pytest.mark.parametrize(
    ("out", "sentence"),
    [("people.csv", "must end in .parquet"), ("none/people.parquet", "There is no folder")],
)
def test_an_output_that_cannot_be(release: Path, tmp_path: Path, out: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        run(Order(AiReadi(release), tmp_path / out), silent)


def test_where_nobody_can_be_read_the_report_says_why(tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text("who,day,steps\na,yesterday,5\n", encoding="utf-8")
    mapping = Mapping.model_validate({"person": "who", "date": "day", "columns": {"steps": "steps"}})
    with pytest.raises(SourceError, match=r"Nobody could be read; .*people\.report\.json says why"):
        run(Order(DailyTable("csv", tmp_path / "days.csv", mapping), tmp_path / "people.parquet"), silent)
    report = json.loads((tmp_path / "people.report.json").read_text(encoding="utf-8"))
    assert report["dropped_by_reason"]["date_unreadable"]["first"] == "days.csv, line 2"
