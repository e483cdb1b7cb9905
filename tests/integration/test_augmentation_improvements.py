"""Jobs that ask for improvements, too: what is out of reach of the class is kept apart from what is of it."""

import csv
import io
import os
import signal
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pyarrow.parquet as pq
import pytest

from app.classifiers.model_version import ModelVersion
from tests.asking import Person
from tests.integration.processes import turnpoint, wait_until
from tests.integration.serving import SECONDS, Servers
from tests.integration.working import (
    QUICK,
    assert_none_lost_or_doubled,
    ended,
    rows_of,
    rows_source,
    state_of,
    submit,
    waiting_to_write,
    worker,
    writes_held_back,
)
from turnpoint.client import Turnpoint

Json = dict[str, Any]
PEOPLE = 70  # more than a chunk
WISHES: Json = {"per_row": 3, "seed": 7, "improvements": True}


@pytest.fixture(scope="module")
def people(high_risk: list[Person]) -> list[Json]:
    return [dict(person) for person in high_risk[:PEOPLE]]


@pytest.fixture(scope="module")
def finished(client: httpx.Client, servers: Servers, home: Path, people: list[Json]) -> Json:
    with worker(servers, home):
        return ended(client, submit(client, source=rows_source(people), **WISHES))


@pytest.fixture(scope="module")
def rows(client: httpx.Client, finished: Json) -> list[Json]:
    return rows_of(client, finished)


def test_every_source_row_has_rows_of_one_kind_or_a_reason(
    client: httpx.Client,
    database: "psycopg.Connection[tuple[Any, ...]]",
    finished: Json,
    rows: list[Json],
) -> None:
    assert finished["state"] == "completed"
    assert finished["improvements"] is True
    assert_none_lost_or_doubled(client, database, finished)
    kinds: dict[int, set[bool]] = {}
    for row in rows:
        kinds.setdefault(row["source_row"], set()).add(row["reached"])
    assert {len(each) for each in kinds.values()} == {1}
    assert finished["progress"]["accepted"] > 0
    assert finished["progress"]["improved"] > 0


def test_rows_that_are_still_high_say_so(model: ModelVersion, people: list[Json], rows: list[Json]) -> None:
    schema, names = model.schema, [feature.name for feature in model.schema.features]
    for row in rows:
        made, source = (
            float(model.classifier.risk(schema.encode({name: one[name] for name in names})[None])[0])
            for one in (row, people[row["source_row"]])
        )
        assert row["risk"] == pytest.approx(made)
        assert row["reduction"] == pytest.approx(source - made, abs=1e-6)
        assert row["reached"] == (made <= schema.model.threshold)
        assert row["label"] == ("low" if row["reached"] else "high")
        assert row["verified"] is True
        assert row["reached"] or row["reduction"] >= 0.02


def test_every_format_keeps_them_apart(client: httpx.Client, finished: Json, rows: list[Json]) -> None:
    where = finished["links"]["rows"]
    told = csv.DictReader(io.StringIO(client.get(where, headers={"Accept": "text/csv"}).text))
    expected = [(row["label"], "true" if row["reached"] else "false", str(row["reduction"])) for row in rows]
    assert [(row["label"], row["reached"], row["reduction"]) for row in told] == expected
    binary = client.get(where, headers={"Accept": "application/vnd.apache.parquet"})
    assert pq.read_table(io.BytesIO(binary.content)).to_pylist() == rows


def test_report_card_and_page_tell_of_them_and_measure_the_others(
    client: httpx.Client, finished: Json, rows: list[Json]
) -> None:
    accepted = sum(row["reached"] for row in rows)
    improved = len(rows) - accepted
    report = client.get(finished["links"]["report"]).json()
    assert report["rows"] == report["rows_measured"] == report["acceptance"]["accepted"] == accepted
    assert report["acceptance"]["improved"] == improved
    falls = sorted(row["reduction"] for row in rows if not row["reached"])
    assert falls[0] <= report["acceptance"]["median_reduction"] <= falls[-1]
    assert sum(report["acceptance"]["reasons"].values()) == finished["progress"]["rejected"]
    card = client.get(finished["links"]["card"]).text
    assert f"{improved} further rows are not of the low-risk class" in card
    assert f"These {accepted} rows are synthetic" in card
    page = client.get(finished["links"]["report"], headers={"Accept": "text/html"}).text
    assert "further rows that lower the risk" in page
    job_page = client.get(finished["links"]["self"], headers={"Accept": "text/html"}).text
    assert f"{improved} more that only lower the risk" in job_page
    assert "still calls them high" in job_page


def test_a_download_goes_on_behind_a_row_of_either_kind(
    client: httpx.Client, finished: Json, rows: list[Json]
) -> None:
    for place in (rows.index(next(row for row in rows if row["reached"] is kind)) for kind in (True, False)):
        after = f"{rows[place]['source_row']}.{rows[place]['rank']}"
        rest = client.get(finished["links"]["rows"], params={"after": after})
        assert len(rest.text.splitlines()) == len(rows) - place - 1


def test_who_does_not_ask_gets_rows_of_the_class_alone(
    client: httpx.Client, servers: Servers, home: Path, people: list[Json], finished: Json, rows: list[Json]
) -> None:
    plain = WISHES | {"improvements": False}
    with worker(servers, home):
        job = ended(client, submit(client, source=rows_source(people), **plain))
    assert rows_of(client, job) == [row for row in rows if row["reached"]]
    assert (job["improvements"], job["progress"]["improved"]) == (False, 0)
    assert job["progress"]["accepted"] == finished["progress"]["accepted"]
    improved = {row["source_row"] for row in rows if not row["reached"]}
    assert job["progress"]["rejected"] == finished["progress"]["rejected"] + len(improved)
    assert "only lower the risk" not in client.get(job["links"]["self"], headers={"Accept": "text/html"}).text
    assert "further rows" not in client.get(job["links"]["card"]).text


def test_a_job_whose_worker_was_killed_ends_with_the_same_rows(
    client: httpx.Client,
    servers: Servers,
    home: Path,
    people: list[Json],
    finished: Json,
    rows: list[Json],
    database: "psycopg.Connection[tuple[Any, ...]]",
) -> None:
    with worker(servers, home) as first:
        with writes_held_back(servers.database_url):
            job = submit(client, source=rows_source(people), **WISHES)
            wait_until(lambda: waiting_to_write(database) >= 1)
            os.killpg(first.pid, signal.SIGKILL)
        wait_until(lambda: waiting_to_write(database) == 0)
    assert state_of(client, job)["state"] in (
        "queued",
        "running",
    )  # the write that was held may be the claim's
    with worker(servers, home, **QUICK):
        again = ended(client, job)
    assert again["progress"] == finished["progress"]
    assert rows_of(client, again) == rows


def test_rows_that_are_alike_are_left_out_and_counted_by_kind(
    client: httpx.Client, servers: Servers, home: Path, people: list[Json], rows: list[Json]
) -> None:
    chosen = [next(row["source_row"] for row in rows if row["reached"] is kind) for kind in (True, False)]
    twice = [people[number] for number in chosen for _ in range(2)]
    with worker(servers, home):
        job = ended(client, submit(client, source=rows_source(twice), **WISHES))
    made = {number: sum(row["source_row"] == number for row in rows) for number in chosen}
    assert job["duplicates_removed"] == sum(made.values())
    assert job["progress"]["accepted"] == made[chosen[0]]
    assert job["progress"]["improved"] == made[chosen[1]]


def test_client_and_command_ask_for_them(
    url: str, servers: Servers, home: Path, people: list[Json], rows: list[Json], tmp_path: Path
) -> None:
    table = tmp_path / "rows.csv"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(people[0]))
        writer.writeheader()
        writer.writerows(people)
    told = [str(table), "-o", str(tmp_path / "out.parquet"), "--target-label", "low", "--per-row", "3"]
    told += ["--seed", "7", "--generator", "search", "--improvements"]
    with worker(servers, home), Turnpoint(url) as service:
        started = service.augment(table, target_label="low", generator="search", **WISHES)
        done = service.wait(started.id)
        assert done.improvements
        assert list(service.rows(done.id)) == rows
        assert done.progress.accepted + done.progress.improved == len(rows)
        with turnpoint("augment", {"TURNPOINT_URL": url}, told) as command:
            assert command.listen_to_the_end(SECONDS) == 0, command.errors
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == rows
    assert f"Wrote {len(rows)} rows" in command.output
    assert f"{done.progress.improved} of them lower the risk, but are still high" in command.output
