"""Batch jobs on real parts: a worker of its own process, rows that verify, every way to fetch them."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow.parquet as pq
import pytest

from app.classifiers.model_version import ModelVersion
from app.domain.patient import read_patient
from tests.asking import Person
from tests.integration.serving import Servers
from tests.integration.working import ended, rows_of, submit, worker

Json = dict[str, Any]
PEOPLE = 70  # more than a chunk


@pytest.fixture(scope="module", autouse=True)
def working(servers: Servers, home: Path) -> Iterator[None]:
    with worker(servers, home):
        yield


@pytest.fixture(scope="module")
def people(high_risk: list[Person]) -> list[Json]:
    return [dict(person) for person in high_risk[:PEOPLE]]


@pytest.fixture(scope="module")
def finished(client: httpx.Client, people: list[Json]) -> Json:
    job = submit(client, source={"kind": "rows", "rows": people}, per_row=3, seed=7)
    assert job["state"] == "queued"
    return ended(client, job)


@pytest.fixture(scope="module")
def rows(client: httpx.Client, finished: Json) -> list[Json]:
    return rows_of(client, finished)


def test_a_job_ends_with_every_source_row_accounted_for(finished: Json, rows: list[Json]) -> None:
    assert finished["state"] == "completed"
    assert finished["created_at"] <= finished["started_at"] <= finished["finished_at"]
    progress = finished["progress"]
    assert progress["total"] == progress["done"] == PEOPLE
    assert progress["accepted"] == len(rows) > 0
    assert len({row["source_row"] for row in rows}) + progress["rejected"] == PEOPLE


def test_every_row_verifies_and_keeps_what_is_fixed(
    model: ModelVersion, people: list[Json], rows: list[Json]
) -> None:
    schema, names = model.schema, [feature.name for feature in model.schema.features]
    fixed = {f.name for f in schema.features if f.action is None and f.name not in schema.consequence_order}
    for row in rows:
        patient = read_patient(schema, {name: row[name] for name in names})
        risk = float(model.classifier.risk(patient.factual[None])[0])
        assert risk == pytest.approx(row["risk"])
        assert risk <= schema.model.threshold
        source = people[row["source_row"]]
        assert all(row[name] == source[name] for name in fixed)
        assert row["verified"] is True
        assert row["label"] == "low"
        assert row["reached"] is True
        start = float(model.classifier.risk(model.schema.encode(source)[None])[0])
        assert row["reduction"] == pytest.approx(start - risk, abs=1e-6)
        assert row["nearest_real_distance"] > 0


def test_no_row_is_there_twice(model: ModelVersion, rows: list[Json]) -> None:
    names = [feature.name for feature in model.schema.features]
    assert len({tuple(row[name] for name in names) for row in rows}) == len(rows)
    assert len({(row["source_row"], row["rank"]) for row in rows}) == len(rows)


def test_ids_of_the_source_lead_to_the_rows(client: httpx.Client, people: list[Json]) -> None:
    named = [person | {"seqn": f"0{number}", "site": "x"} for number, person in enumerate(people[:8])]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(named[0]))
    writer.writeheader()
    writer.writerows(named)
    uploaded = client.post(
        "/augmentations/uploads?id_column=seqn&ignore_columns=site",
        content=text.getvalue(),
        headers={"Content-Type": "text/csv"},
    )
    assert uploaded.status_code == 201, uploaded.text
    inline = {"kind": "rows", "rows": named, "id_column": "seqn", "ignore_columns": ["site"]}
    for source in ({"kind": "upload", "upload_id": uploaded.json()["id"]}, inline):
        job = ended(client, submit(client, source=source))
        ids = [(row["source_row"], row["source_id"]) for row in rows_of(client, job)]
        assert ids
        assert all(source_id == f"0{number}" for number, source_id in ids)
        as_csv = client.get(job["links"]["rows"], headers={"Accept": "text/csv"}).text
        told = csv.DictReader(io.StringIO(as_csv))
        assert [(int(row["source_row"]), row["source_id"]) for row in told] == ids
        as_parquet = client.get(job["links"]["rows"], headers={"Accept": "application/vnd.apache.parquet"})
        table = pq.read_table(io.BytesIO(as_parquet.content))
        assert table.column("source_id").to_pylist() == [source_id for _, source_id in ids]


def test_rows_of_people_with_several_stay_theirs_and_are_measured_person_by_person(
    client: httpx.Client, people: list[Json]
) -> None:
    known = [one for one in people if one["pulse"] is not None and one["sbp"] is not None][:12]
    days = [
        person | {"pulse": person["pulse"] + day, "day_of": f"p{number}"}
        for number, person in enumerate(known)
        for day in (0, 1)
    ]
    source = {"kind": "rows", "rows": days, "id_column": "day_of"}
    job = ended(client, submit(client, source=source, per_row=2))
    made = rows_of(client, job)
    assert made
    for row in made:
        assert row["source_id"] == f"p{row['source_row'] // 2}"
        assert row["nearest_own_distance"] > 0
        assert row["nearest_others_distance"] > 0
    told = client.get(job["links"]["report"]).raise_for_status().json()["by_person"]
    assert told["people"] == len(known)
    own = float(np.median([row["nearest_own_distance"] for row in made]))
    assert told["to_own"] == pytest.approx(own)
    assert told["copies_of_own"] == told["copies_of_others"] == 0
    assert told["real_nearer_to_own"] == 1
    page = client.get(job["links"]["report"], headers={"Accept": "text/html"}).text
    assert "Person by person" in page
    assert "split by `source_id`" in client.get(job["links"]["card"]).text


def test_rows_without_ids_have_none(rows: list[Json]) -> None:
    assert {row["source_id"] for row in rows} == {None}
    assert {row["nearest_own_distance"] for row in rows} == {None}


def test_equal_jobs_give_equal_rows(client: httpx.Client, people: list[Json], rows: list[Json]) -> None:
    again = ended(client, submit(client, source={"kind": "rows", "rows": people}, per_row=3, seed=7))
    assert rows_of(client, again) == rows


def test_csv_and_parquet_say_the_same(client: httpx.Client, finished: Json, rows: list[Json]) -> None:
    where = finished["links"]["rows"]
    text = client.get(where, headers={"Accept": "text/csv"})
    assert text.headers["content-type"].startswith("text/csv")
    table = list(csv.DictReader(io.StringIO(text.text)))
    assert [float(row["risk"]) for row in table] == [row["risk"] for row in rows]
    binary = client.get(where, headers={"Accept": "application/vnd.apache.parquet"})
    assert pq.read_table(io.BytesIO(binary.content)).to_pylist() == rows


def test_a_browsers_link_names_the_format(client: httpx.Client, finished: Json) -> None:
    """It goes before the header, which a browser makes up by itself."""
    where, browsers = finished["links"]["rows"], {"Accept": "text/html,*/*;q=0.8"}
    for ending, kind in [
        ("csv", "text/csv"),
        ("parquet", "application/vnd.apache.parquet"),
        ("ndjson", "application/x-ndjson"),
    ]:
        by_link = client.get(f"{where}?format={ending}", headers=browsers)
        assert by_link.headers["content-type"].partition(";")[0] == kind
        assert by_link.headers["content-disposition"].endswith(f'.{ending}"')
        assert by_link.content == client.get(where, headers={"Accept": kind}).content
    refused = client.get(f"{where}?format=xlsx")
    assert refused.status_code == 422
    assert "xlsx" not in refused.text


def test_a_download_goes_on_behind_the_last_row_and_is_not_sent_again_unchanged(
    client: httpx.Client, finished: Json, rows: list[Json]
) -> None:
    where, half = finished["links"]["rows"], rows[len(rows) // 2]
    rest = client.get(where, params={"after": f"{half['source_row']}.{half['rank']}"})
    assert len(rest.text.splitlines()) == len(rows) - len(rows) // 2 - 1
    whole = client.get(where)
    version = whole.headers["etag"]
    for had in (version, f'"other", W/{version}', "*"):
        assert client.get(where, headers={"If-None-Match": had}).status_code == 304
    assert client.get(where, headers={"If-None-Match": '"other"'}).status_code == 200
    assert rest.headers["etag"] != whole.headers["etag"]


def test_rows_of_the_high_class_are_above_the_threshold(
    client: httpx.Client, model: ModelVersion, held_out: list[Person], high_risk: list[Person]
) -> None:
    low = [dict(person) for person in held_out[:60] if person not in high_risk][:20]
    job = submit(client, source={"kind": "rows", "rows": low}, target_label="high")
    made = rows_of(client, ended(client, job))
    assert made
    encoded = np.stack([model.schema.encode(row) for row in made])
    assert (model.classifier.risk(encoded) > model.schema.model.threshold).all()


def test_who_is_of_the_class_already_is_refused_and_named(
    client: httpx.Client, held_out: list[Person], high_risk: list[Person]
) -> None:
    low = next(dict(person) for person in held_out if person not in high_risk)
    job = ended(client, submit(client, source={"kind": "rows", "rows": [low]}))
    assert job["state"] == "completed"
    counts = {"total": 1, "done": 1, "accepted": 0, "improved": 0, "rejected": 1, "invalid": 0}
    assert job["progress"] == counts
    report = client.get(job["links"]["report"]).json()
    assert report["acceptance"]["reasons"] == {"already_of_the_class": 1}


def test_the_population_is_a_source_and_max_rows_bounds_it(client: httpx.Client) -> None:
    job = submit(client, source={"kind": "population"}, per_row=2, max_rows=20)
    assert job["progress"]["total"] == 10
    assert ended(client, job)["progress"]["accepted"] <= 20


def test_an_upload_is_a_source(client: httpx.Client, people: list[Json]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(people[0]))
    writer.writeheader()
    writer.writerows(people)
    headers = {"Content-Type": "text/csv"}
    taken = client.post("/augmentations/uploads", content=text.getvalue().encode(), headers=headers)
    assert taken.status_code == 201, taken.text
    assert taken.json()["rows"] == taken.json()["valid"] == PEOPLE
    job = submit(client, source={"kind": "upload", "upload_id": taken.json()["id"]})
    assert ended(client, job)["progress"]["accepted"] > 0


def test_a_cancelled_job_stays_cancelled(client: httpx.Client, people: list[Json]) -> None:
    job = submit(client, source={"kind": "rows", "rows": people * 100}, per_row=10, max_rows=100_000)
    assert client.get(job["links"]["rows"]).status_code == 409
    cancelled = client.delete(job["links"]["self"]).json()
    assert cancelled["state"] == "cancelled"
    assert ended(client, job)["state"] == "cancelled"
    other = submit(client, source={"kind": "rows", "rows": people[:1]})
    assert ended(client, other)["state"] == "completed"  # what is left of the other does not hold it up
    assert client.get(job["links"]["self"]).json()["state"] == "cancelled"


def test_an_idempotency_key_gives_the_same_job(client: httpx.Client, people: list[Json]) -> None:
    headers = {"Idempotency-Key": f"key-{people[0]['age']}-a"}
    body = {"source": {"kind": "rows", "rows": people[:1]}, "target_label": "low", "generator": "search"}
    first, again = (client.post("/augmentations", json=body, headers=headers) for _ in range(2))
    assert first.status_code == again.status_code == 202
    assert first.json()["id"] == again.json()["id"]
    other = client.post("/augmentations", json=body | {"seed": 1}, headers=headers)
    assert other.status_code == 422
    (fault,) = other.json()["errors"]
    assert (fault["parameter"], fault["in"]) == ("Idempotency-Key", "header")


def test_jobs_are_listed_newest_first(client: httpx.Client, finished: Json) -> None:
    page = client.get("/augmentations", params={"limit": 2}).json()
    created = [job["created_at"] for job in page["jobs"]]
    assert created == sorted(created, reverse=True)
    older = client.get("/augmentations", params={"limit": 100, "before": page["next"]}).json()
    assert finished["id"] in {job["id"] for job in older["jobs"] + page["jobs"]}
