"""`turnpoint augment` as a process of its own, on a real gateway and a real worker."""

import csv
import json
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from tests.asking import Person
from tests.integration.processes import Turnpoint, turnpoint, wait_until
from tests.integration.serving import SECONDS, Servers, gateway, settings_for
from tests.integration.working import worker

PEOPLE = 20
INTERRUPTED = 130


@pytest.fixture
def folder(tmp_path: Path, nearest: list[Person]) -> Path:
    """With a table of people in it."""
    write_csv(tmp_path / "rows.csv", [dict(person) for person in nearest[:PEOPLE]])
    return tmp_path


@pytest.fixture
def given(url: str) -> dict[str, str]:
    return {"TURNPOINT_URL": url}


def write_csv(path: Path, people: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(people[0]))
        writer.writeheader()
        writer.writerows(people)


def arguments(folder: Path, output: str = "out.parquet", *more: str) -> list[str]:
    told = [str(folder / "rows.csv"), "-o", str(folder / output), "--target-label", "low"]
    return [*told, "--generator", "search", *more]


def ended(given: dict[str, str], told: list[str]) -> tuple[int, Turnpoint]:
    """The exit code of a run to its end, and what it said.

    On a busy machine making rows and measuring them take their time; it says when it has made them.
    """
    with turnpoint("augment", given, told) as command:
        return command.listen_to_the_end(SECONDS), command


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"rows.csv"}


def job_of(folder: Path) -> str | None:
    """The job that the file beside the output names, once there is one."""
    path = folder / "out.parquet.turnpoint.json"
    job: str | None = json.loads(path.read_text())["job_id"] if path.exists() else None
    return job


def test_a_table_becomes_verified_rows(
    folder: Path,
    given: dict[str, str],
    client: httpx.Client,
    servers: Servers,
    home: Path,
    held_out: list[Person],
    nearest: list[Person],
) -> None:
    low = next(person for person in held_out if person not in nearest)
    write_csv(folder / "rows.csv", [*(dict(person) for person in nearest[: PEOPLE - 1]), dict(low)])
    with worker(servers, home):
        code, command = ended(given, arguments(folder, "out.parquet", "--per-row", "2", "--seed", "3"))
        assert code == 0, command.errors
        rows = pq.read_table(folder / "out.parquet").to_pylist()
        assert f"Wrote {len(rows)} rows" in command.output
        gave_none = PEOPLE - len({row["source_row"] for row in rows})
        assert f"{gave_none} of {PEOPLE} people gave none (" in command.output
        assert "1 of the class already" in command.output
        assert "100 %" in command.output
        assert PEOPLE / 2 < len(rows) <= 2 * PEOPLE
        assert {row["label"] for row in rows} == {"low"}
        assert all(row["verified"] for row in rows)
        assert names(folder) == {"out.parquet", "out.parquet.README.md"}
        assert "synthetic" in (folder / "out.parquet.README.md").read_text().lower()
        code, command = ended(given, arguments(folder, "out.csv", "--per-row", "2", "--seed", "3"))
        assert code == 0, command.errors
        with (folder / "out.csv").open() as file:
            assert [float(row["risk"]) for row in csv.DictReader(file)] == [row["risk"] for row in rows]


def test_what_was_interrupted_goes_on_with_the_same_job(
    folder: Path, given: dict[str, str], client: httpx.Client, servers: Servers, home: Path
) -> None:
    with turnpoint("augment", given, arguments(folder)) as command:
        wait_until(lambda: command.ended or job_of(folder) is not None)
        job = job_of(folder)
        assert command.interrupt(SECONDS) == INTERRUPTED
        assert f"Job {job} goes on" in command.errors
        assert "same command again" in command.errors
        assert "Traceback" not in command.errors
    assert client.get(f"/augmentations/{job}").json()["state"] == "queued"
    code, command = ended(given, arguments(folder, "out.parquet", "--seed", "9"))
    assert code == 2
    assert "other options" in command.errors
    before = len(client.get("/augmentations", params={"limit": 100}).json()["jobs"])
    with worker(servers, home):
        code, command = ended(given, arguments(folder))
    assert code == 0, command.errors
    assert f"Going on with job {job}" in command.output
    assert len(client.get("/augmentations", params={"limit": 100}).json()["jobs"]) == before
    made = client.get(f"/augmentations/{job}").json()["progress"]["accepted"]
    assert pq.read_table(folder / "out.parquet").num_rows == made > 0
    assert names(folder) == {"out.parquet", "out.parquet.README.md"}


def test_an_interruption_ends_the_job_where_that_is_wanted(
    folder: Path, given: dict[str, str], client: httpx.Client
) -> None:
    with turnpoint("augment", given, arguments(folder, "out.parquet", "--cancel-on-interrupt")) as command:
        wait_until(lambda: command.ended or job_of(folder) is not None)
        job = job_of(folder)
        assert command.interrupt(SECONDS) == INTERRUPTED
        assert "Cancelled." in command.errors
    assert client.get(f"/augmentations/{job}").json()["state"] == "cancelled"
    assert names(folder) == set()


def test_a_job_that_somebody_cancels_is_said_and_forgotten(
    folder: Path, given: dict[str, str], client: httpx.Client
) -> None:
    with turnpoint("augment", given, arguments(folder)) as command:
        wait_until(lambda: command.ended or job_of(folder) is not None)
        assert client.delete(f"/augmentations/{job_of(folder)}").is_success
        assert command.wait(SECONDS) == 1
        assert "was cancelled. Run the command again to start anew." in command.errors
    assert names(folder) == set()


def test_rows_with_faults_are_named_without_values(
    folder: Path, given: dict[str, str], high_risk: list[Person], servers: Servers, home: Path
) -> None:
    people = [dict(person) for person in high_risk[:4]]
    people[2]["bmi"], people[3]["hdl_cholesterol"] = 987.65, None
    write_csv(folder / "rows.csv", people)
    code, command = ended(given, arguments(folder))
    assert code == 1
    assert "row 2: bmi" in command.errors
    assert "(line 4)" in command.errors
    assert "987" not in command.errors
    assert names(folder) == set()
    with worker(servers, home):
        code, command = ended(given, arguments(folder, "out.parquet", "--on-invalid", "skip"))
    assert code == 0, command.errors
    assert "of 4 rows have faults and are left out" in command.output


@pytest.mark.parametrize(
    "content", [b"", b"not,a,header\n1,2,3\n", b"\xff\xfe\x00"], ids=["empty", "other", "binary"]
)
def test_what_is_no_table_is_said_in_a_sentence(folder: Path, given: dict[str, str], content: bytes) -> None:
    (folder / "rows.csv").write_bytes(content)
    code, command = ended(given, arguments(folder))
    assert code == 1
    assert command.errors.count("\n") <= 3
    assert names(folder) == set()


@pytest.mark.parametrize(
    ("output", "words"), [("out.xlsx", "must end in one of"), ("nowhere/out.csv", "There is no folder")]
)
def test_an_output_that_cannot_be_is_refused_before_anything_is_sent(
    folder: Path, output: str, words: str
) -> None:
    code, command = ended({"TURNPOINT_URL": "http://127.0.0.1:9"}, arguments(folder, output))
    assert code == 2
    assert words in command.errors
    assert names(folder) == set()


def test_a_service_that_is_away_is_said_in_a_sentence(folder: Path) -> None:
    code, command = ended({}, arguments(folder, "out.parquet", "--url", "http://127.0.0.1:9"))
    assert code == 3
    assert "Run the command again" in command.errors
    assert command.errors.startswith("Nothing answers at http://127.0.0.1:9")
    assert command.errors.count("\n") == 1


def test_a_missing_token_is_said_in_a_sentence(folder: Path, servers: Servers) -> None:
    with gateway(settings_for(servers, api_tokens="a-token-of-the-test")) as url:
        code, command = ended(
            {"TURNPOINT_TOKEN": "another-token"}, arguments(folder, "out.csv", "--url", url)
        )
        assert code == 1
        assert command.errors == "The service wants a token that it knows: set TURNPOINT_TOKEN.\n"
        assert "another-token" not in command.output
