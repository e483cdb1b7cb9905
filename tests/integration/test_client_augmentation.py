"""Batch jobs through the Python client: real gateway, real worker, in both forms of the client."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from tests.asking import Person
from tests.integration.cutting import relay
from tests.integration.serving import Servers
from tests.integration.working import worker
from turnpoint.augmenting import Options
from turnpoint.client import (
    POPULATION,
    AsyncTurnpoint,
    ConflictError,
    Format,
    InvalidRequestError,
    Job,
    JobEndedError,
    Row,
    State,
    StillRunningError,
    Turnpoint,
    UnreachableError,
    UnsendableError,
    Upload,
)

PEOPLE = 66  # more than a chunk


@pytest.fixture(scope="module", autouse=True)
def working(servers: Servers, home: Path) -> Iterator[None]:
    with worker(servers, home):
        yield


@pytest.fixture(scope="module")
def service(url: str) -> Iterator[Turnpoint]:
    with Turnpoint(url) as service:
        yield service


@pytest.fixture(scope="module")
def people(nearest: list[Person]) -> list[Person]:
    return nearest[:PEOPLE]


@pytest.fixture(scope="module")
def followed(service: Turnpoint, people: list[Person]) -> list[Job]:
    """A job at every look that was taken at it, the last when it was complete."""
    job = service.augment(people, target_label="low", per_row=3, seed=7, generator="search")
    assert (job.state, job.target_label, job.per_row, job.seed) == (State.QUEUED, "low", 3, 7)
    seen: list[Job] = []
    assert service.wait(job.id, on_progress=seen.append) == seen[-1]
    return seen


@pytest.fixture(scope="module")
def finished(followed: list[Job]) -> Job:
    return followed[-1]


@pytest.fixture(scope="module")
def rows(service: Turnpoint, finished: Job) -> list[Row]:
    return list(service.rows(finished.id))


@pytest.fixture(scope="module")
def table(people: list[Person], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.csv"
    write_csv(path, people)
    return path


def write_csv(path: Path, people: list[Any]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(people[0]))
        writer.writeheader()
        writer.writerows(people)


def files_of(folder: Path) -> set[str]:
    """Their names, hidden ones included."""
    return {path.name for path in folder.iterdir()}


def test_a_job_is_followed_to_its_end(followed: list[Job], rows: list[Row]) -> None:
    done = followed[-1]
    assert done.state is State.COMPLETED
    counts = [one.progress.done for one in followed]
    assert counts == sorted(counts)
    assert done.progress.total == done.progress.done == PEOPLE
    assert done.progress.accepted == len(rows) > 0


def test_rows_are_verified_and_say_where_they_are_from(
    service: Turnpoint, finished: Job, rows: list[Row]
) -> None:
    assert finished.progress.accepted == len(rows)
    for row in rows[::10]:
        assert row["verified"] is True
        assert row["label"] == "low"
        assert row["model_version"] == finished.model.version
        features = {name: row[name] for name in list(row)[:25]}
        assert service.predict(features).risk == pytest.approx(row["risk"])


def test_files_of_every_format_hold_the_rows(
    service: Turnpoint, finished: Job, rows: list[Row], tmp_path: Path
) -> None:
    for name in ("out.parquet", "out.csv", "out.ndjson", "out.JSONL"):
        service.download(finished.id, tmp_path / name)
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == rows
    assert pacsv.read_csv(tmp_path / "out.csv").column("risk").to_pylist() == [row["risk"] for row in rows]
    assert (tmp_path / "out.ndjson").read_bytes() == (tmp_path / "out.JSONL").read_bytes()
    assert len((tmp_path / "out.ndjson").read_bytes().splitlines()) == len(rows)
    service.download(finished.id, tmp_path / "named.anyhow", kind=Format.NDJSON)
    assert (tmp_path / "named.anyhow").read_bytes() == (tmp_path / "out.ndjson").read_bytes()
    with pytest.raises(UnsendableError, match=r"\.parquet"):
        service.download(finished.id, tmp_path / "out.xlsx")
    assert len(list(tmp_path.iterdir())) == 5


def test_a_file_is_a_source(
    service: Turnpoint, people: list[Person], rows: list[Row], tmp_path: Path
) -> None:
    path = tmp_path / "people.parquet"
    named = [dict(one) | {"seqn": 1000 + number, "site": "x"} for number, one in enumerate(people)]
    pq.write_table(pa.Table.from_pylist(named), path)
    options: Options = {"per_row": 3, "seed": 7, "generator": "search"}
    options |= {"id_column": "seqn", "ignore_columns": ["site"]}
    job = service.augment(path, target_label="low", **options)
    service.wait(job.id)
    made = list(service.rows(job.id))
    assert [row | {"source_id": None} for row in made] == rows
    assert all(row["source_id"] == str(1000 + int(row["source_row"] or 0)) for row in made)
    with pytest.raises(UnsendableError, match=r"\.csv"):
        service.upload(tmp_path / "people.xlsx")
    with pytest.raises(FileNotFoundError):
        service.upload(tmp_path / "nobody.csv")


def test_the_population_is_a_source(service: Turnpoint) -> None:
    job = service.augment(POPULATION, target_label="low", max_rows=5, generator="search")
    assert job.progress.total == 5
    service.cancel(job.id)


def test_a_finished_job_has_a_report_and_a_card(service: Turnpoint, finished: Job, rows: list[Row]) -> None:
    report = service.report(finished.id)
    assert report["acceptance"]["accepted"] == len(rows)
    assert "<html" in service.report_page(finished.id)
    assert "synthetic" in service.data_card(finished.id).lower()


def test_jobs_are_listed_newest_first(service: Turnpoint, finished: Job, rows: list[Row]) -> None:
    later = service.augment(POPULATION, target_label="low", max_rows=1)
    service.cancel(later.id)
    ids = [job.id for job in service.jobs(page_size=1)]
    assert ids.index(later.id) < ids.index(finished.id)
    assert len(set(ids)) == len(ids)


def test_a_cancelled_job_is_not_waited_for(service: Turnpoint, people: list[Person]) -> None:
    job = service.augment(people * 100, target_label="low", per_row=10, max_rows=100_000)
    with pytest.raises(ConflictError):
        list(service.rows(job.id))
    with pytest.raises(StillRunningError, match="goes on"):
        service.wait(job.id, at_most=0)
    assert service.cancel(job.id).state is State.CANCELLED
    with pytest.raises(JobEndedError, match="was cancelled") as caught:
        service.wait(job.id)
    assert caught.value.job.id == job.id
    assert service.cancel(job.id).has_ended


def test_invalid_rows_are_named_or_left_out(service: Turnpoint, people: list[Person], tmp_path: Path) -> None:
    some = [dict(person) for person in people[:3]]
    some[1]["bmi"] = 987.65
    path = tmp_path / "some.csv"
    write_csv(path, some)
    upload = service.upload(path)
    assert (upload.rows, upload.valid, upload.invalid) == (3, 2, 1)
    assert [fault.row for fault in upload.faults] == [1]
    for source in (some, upload):
        assert isinstance(source, list | Upload)
        with pytest.raises(InvalidRequestError) as caught:
            service.augment(source, target_label="low")
        assert caught.value.errors[0].where.endswith("/1/bmi")
        assert "987" not in f"{caught.value} {caught.value.errors}"
        job = service.augment(source, target_label="low", on_invalid="skip", generator="search")
        assert (job.progress.total, job.progress.invalid) == (2, 1)
        service.cancel(job.id)


def test_one_key_is_one_job(service: Turnpoint, people: list[Person]) -> None:
    key = str(uuid4())
    first, again = (
        service.augment(people[:1], target_label="low", idempotency_key=key, generator="search")
        for _ in range(2)
    )
    assert first.id == again.id
    service.cancel(first.id)
    with pytest.raises(InvalidRequestError, match="another request"):
        service.augment(people[:2], target_label="low", idempotency_key=key, generator="search")


def test_rows_go_on_where_a_connection_broke(url: str, finished: Job, rows: list[Row]) -> None:
    with relay(url, "/rows", 20_000, cuts=2) as broken, Turnpoint(broken.url) as service:
        assert list(service.rows(finished.id)) == rows
        assert broken.asked == 3


def test_a_download_that_broke_is_begun_again_and_given_up_without_a_trace(
    url: str, service: Turnpoint, finished: Job, tmp_path: Path
) -> None:
    service.download(finished.id, tmp_path / "whole.parquet")
    with relay(url, "/rows", 5_000, cuts=2) as broken, Turnpoint(broken.url) as through:
        through.download(finished.id, tmp_path / "again.parquet")
    assert pq.read_table(tmp_path / "again.parquet") == pq.read_table(tmp_path / "whole.parquet")
    broke = pytest.raises(UnreachableError, match="broke")
    with relay(url, "/rows", 5_000, cuts=9) as broken, Turnpoint(broken.url) as through, broke:
        through.download(finished.id, tmp_path / "never.parquet")
    assert files_of(tmp_path) == {"whole.parquet", "again.parquet"}


async def test_awaiting_gives_the_same(
    url: str, finished: Job, rows: list[Row], table: Path, tmp_path: Path
) -> None:
    async with AsyncTurnpoint(url) as service:
        job = await service.augment(table, target_label="low", per_row=3, seed=7, generator="search")
        seen: list[Job] = []
        done = await service.wait(job.id, on_progress=seen.append)
        assert seen[-1] == done == await service.job(job.id)
        assert [row async for row in service.rows(job.id)] == rows
        await service.download(job.id, tmp_path / "out.parquet")
        assert pq.read_table(tmp_path / "out.parquet").to_pylist() == rows
        assert (await service.report(job.id))["acceptance"]["accepted"] == len(rows)
        assert "<html" in await service.report_page(job.id)
        assert "synthetic" in (await service.data_card(job.id)).lower()
        ids = [one.id async for one in service.jobs(page_size=2)]
        assert ids.index(job.id) < ids.index(finished.id)
        other = await service.augment(POPULATION, target_label="low")
        assert (await service.cancel(other.id)).state is State.CANCELLED
        with pytest.raises(JobEndedError):
            await service.wait(other.id)


async def test_rows_go_on_where_a_connection_broke_while_awaiting(
    url: str, finished: Job, rows: list[Row], tmp_path: Path
) -> None:
    with relay(url, "/rows", 20_000, cuts=1) as broken:
        async with AsyncTurnpoint(broken.url) as service:
            assert [row async for row in service.rows(finished.id)] == rows
    with relay(url, "/rows", 5_000, cuts=9) as broken:
        async with AsyncTurnpoint(broken.url, timeout=httpx.Timeout(10)) as service:
            with pytest.raises(UnreachableError):
                await service.download(finished.id, tmp_path / "never.csv")
    assert files_of(tmp_path) == set()
