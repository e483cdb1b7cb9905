"""Whatever is wrong with a job or a table is named, by place and never by value; nothing is half kept."""

import io
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.asking import Person
from tests.integration.serving import JOB_TABLES, Servers, client_of, settings_for

Json = dict[str, Any]
CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
NOBODY = "0198c1de-0000-7000-8000-000000000000"
SECRET = "987654.321"
"""A value that no answer may repeat."""


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[httpx.Client]:
    """A gateway without workers: what it takes in stays as it was taken in. Uploads are small."""
    with client_of(settings_for(servers, max_upload_bytes=200_000)) as client:
        yield client


@pytest.fixture(autouse=True)
def nothing_kept(database: "psycopg.Connection[tuple[Any, ...]]") -> Iterator[None]:
    """What is refused leaves no row in any table."""
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in JOB_TABLES)
    before = database.execute(counts).fetchall()
    yield
    assert database.execute(counts).fetchall() == before


@pytest.fixture(scope="module")
def person(helpable: Person) -> Json:
    return dict(helpable)


def refused(response: httpx.Response, status: int = 422) -> list[Json]:
    """The faults of a refusal."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert SECRET not in response.text
    faults: list[Json] = response.json().get("errors", [])
    return faults


def post(client: httpx.Client, person: Json, **changes: Any) -> httpx.Response:
    job = {"source": {"kind": "rows", "rows": [person]}, "target_label": "low"}
    return client.post("/augmentations", json=job | changes)


def send(client: httpx.Client, content: bytes, kind: str = CSV) -> httpx.Response:
    return client.post("/augmentations/uploads", content=content, headers={"Content-Type": kind})


def table(person: Json, *rows: Json) -> bytes:
    lines = [",".join(person), *(",".join(_text(row[name]) for name in person) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _text(value: object) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"per_row": 0}, "/per_row"),
        ({"per_row": 11}, "/per_row"),
        ({"target_label": "medium"}, "/target_label"),
        ({"max_rows": 0}, "/max_rows"),
        ({"seed": -1}, "/seed"),
        ({"generator": "gpt"}, "/generator"),
        ({"model": "nothing"}, "/model"),
        ({"min_robustness": 1.5}, "/min_robustness"),
        ({"on_invalid": "guess"}, "/on_invalid"),
        ({"source": {"kind": "rows", "rows": []}}, "/source/rows"),
        ({"source": {"kind": "rows", "rows": [{}] * 10_001}}, "/source/rows"),
        ({"source": {"kind": "rows", "rows": [SECRET]}}, "/source/rows/0"),
        ({"source": {"kind": "rows"}}, "/source/rows"),
        ({"source": {"kind": "rows", "rows": [{}], "more": 1}}, "/source/more"),
        ({"source": {"kind": SECRET}}, "/source"),
        ({"source": {"kind": "upload", "upload_id": SECRET}}, "/source/upload_id"),
        (
            {"source": {"kind": "upload", "upload_id": "0198c1de-0000-7000-8000-000000000000"}},
            "/source/upload_id",
        ),
        ({"generator": "llm", "target_label": "high"}, "/generator"),
        ({"generator": "llm"}, "/generator"),  # this gateway has no language model
        ({"improvements": "yes"}, "/improvements"),
        ({"improvements": 1}, "/improvements"),
        ({"improvements": None}, "/improvements"),
        ({"improvements": True, "target_label": "high"}, "/improvements"),
        ({"improvements": True, "generator": "llm"}, "/improvements"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_a_job_that_cannot_be_is_refused_by_field(
    client: httpx.Client, person: Json, changes: Json, pointer: str
) -> None:
    assert pointer in [fault["pointer"] for fault in refused(post(client, person, **changes))]


def test_invalid_rows_are_named_by_number_and_feature(client: httpx.Client, person: Json) -> None:
    bad = [person, person | {"bmi": float(SECRET)}, person, person | {"sex": SECRET, "age": None}]
    faults = refused(client.post("/augmentations", json=_job(bad)))
    pointers = {fault["pointer"] for fault in faults}
    assert pointers == {"/source/rows/1/bmi", "/source/rows/3/sex", "/source/rows/3/age"}


def test_a_key_of_odd_characters_is_refused(client: httpx.Client, person: Json) -> None:
    response = client.post("/augmentations", json=_job([person]), headers={"Idempotency-Key": "a b"})
    refused(response)


def _job(rows: list[Json], **more: Any) -> Json:
    return {"source": {"kind": "rows", "rows": rows}, "target_label": "low", "generator": "search"} | more


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"shoe_size,age\n1,2\n", "no features of this model: shoe_size"),
        (b"Erika Muster,age\n1,2\n", "no features of this model: column 1"),
        (b"987654.321,male\n1,2\n", "is the header missing"),
        (b"age;sex\n40;male\n", "semicolons"),
        (b"age,sex\n40,male\n", "lacks the columns"),
        (b"\xff\xfe\x00\x01age", "not UTF-8"),
    ],
)
def test_what_is_no_table_of_this_model_is_refused(client: httpx.Client, content: bytes, why: str) -> None:
    faults = refused(send(client, content))
    assert any(why in fault["detail"] for fault in faults)
    assert "Erika" not in str(faults)  # a header may hold somebody's data


def test_a_table_without_rows_is_refused(client: httpx.Client, person: Json) -> None:
    assert "has no rows" in refused(send(client, table(person)))[0]["detail"]


def test_another_encoding_half_way_refuses_the_whole_table(client: httpx.Client, person: Json) -> None:
    content = table(person, *[person] * 200) + "é,".encode("latin-1") * len(person) + b"\n"
    assert "UTF-8" in refused(send(client, content))[0]["detail"]


def test_a_line_of_another_length_is_named(client: httpx.Client, person: Json) -> None:
    content = table(person, person, person) + b"1,2,3\n"
    assert refused(send(client, content))[0]["pointer"] == "/2"


def test_what_is_not_parquet_is_refused(client: httpx.Client, person: Json) -> None:
    for content in (b"PAR1 but not really PAR1", table(person, person), b""):
        assert "Parquet" in refused(send(client, content, PARQUET))[0]["detail"]


def test_a_truncated_parquet_is_refused(client: httpx.Client, person: Json) -> None:
    whole = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([person] * 50), whole)
    refused(send(client, whole.getvalue()[:-200], PARQUET))


def test_a_table_that_is_too_large_is_refused(client: httpx.Client, person: Json) -> None:
    refused(send(client, table(person, *[person] * 4_000)), 413)


def test_another_media_type_is_refused(client: httpx.Client) -> None:
    refused(send(client, b"{}", "application/json"), 415)


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(lambda _: b"PAR1" + b"\x15\xff" * 40 + b"\x50\x00\x00\x00PAR1", id="its footer"),
        pytest.param(lambda whole: whole[:4] + b"\xff" * 200 + whole[204:], id="a page"),
    ],
)
def test_a_spoilt_parquet_is_not_taken_for_a_database_that_is_away(
    client: httpx.Client, person: Json, spoilt: Callable[[bytes], bytes]
) -> None:
    whole = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([person] * 50), whole)
    assert "Parquet" in refused(send(client, spoilt(whole.getvalue()), PARQUET))[0]["detail"]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda good: good.replace(b"bmi,", b"age,", 1), "twice"),
        (lambda good: good + b'"' + SECRET.encode(), "CSV"),
        (lambda good: good + b"x" * 150_000, "CSV"),
        (lambda good: good.decode().encode("utf-16"), "UTF-8"),
    ],
    ids=["a column twice", "an open quote", "a value without end", "utf-16"],
)
def test_csv_that_cannot_be_read_is_refused(
    client: httpx.Client, person: Json, spoil: Callable[[bytes], bytes], why: str
) -> None:
    assert why in refused(send(client, spoil(table(person, person))))[0]["detail"]


def test_a_body_that_does_not_announce_its_length_is_bounded(client: httpx.Client, person: Json) -> None:
    parts = (table(person, person) for _ in range(2_000))
    response = client.post("/augmentations/uploads", content=parts, headers={"Content-Type": CSV})
    refused(response, 413)


def test_of_very_many_faults_a_hundred_are_told(client: httpx.Client, person: Json) -> None:
    rows = [person | {"bmi": float(SECRET)}] * 300
    assert len(refused(client.post("/augmentations", json=_job(rows)))) == 100


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("id_column=nobody", "id_column"),
        ("id_column=age", "id_column"),
        ("ignore_columns=nobody", "ignore_columns"),
        ("ignore_columns=" + "x," * 6_000, "ignore_columns"),
    ],
)
def test_columns_that_are_not_there_are_refused(
    client: httpx.Client, person: Json, query: str, parameter: str
) -> None:
    sent = client.post(
        f"/augmentations/uploads?{query}", content=table(person, person), headers={"Content-Type": CSV}
    )
    assert parameter in [fault["parameter"] for fault in refused(sent)]


def test_an_id_in_a_row_is_refused_by_place(client: httpx.Client, person: Json) -> None:
    rows = [person | {"seqn": f"{SECRET}\0"}, person | {"seqn": [SECRET]}]
    source = {"kind": "rows", "rows": rows, "id_column": "seqn"}
    faults = refused(post(client, person, source=source))
    assert [fault["pointer"] for fault in faults] == ["/source/rows/0/seqn", "/source/rows/1/seqn"]


@pytest.mark.parametrize("part", ["", "/rows", "/events", "/report", "/card"])
def test_no_job_no_answer(client: httpx.Client, part: str) -> None:
    refused(client.get(f"/augmentations/{NOBODY}{part}"), 404)
    refused(client.get(f"/augmentations/{SECRET}{part}"))


class TestTaken:
    """What is taken in although something is wrong with it; each is taken out again."""

    @pytest.fixture
    def nothing_kept(self) -> None:
        """In place of the module's."""

    @pytest.fixture(autouse=True)
    def taken_out(self, database: "psycopg.Connection[tuple[Any, ...]]") -> Iterator[None]:
        yield
        database.execute("DELETE FROM augmentations WHERE state = 'queued'")
        database.execute("DELETE FROM uploads")

    def test_invalid_rows_are_skipped_where_asked(self, client: httpx.Client, person: Json) -> None:
        rows = [person, person | {"bmi": float(SECRET)}, person]
        response = client.post("/augmentations", json=_job(rows, on_invalid="skip"))
        assert response.status_code == 202, response.text
        assert response.json()["progress"] | {"done": 0} == {
            "total": 2,
            "done": 0,
            "accepted": 0,
            "improved": 0,
            "rejected": 0,
            "invalid": 1,
        }

    def test_an_upload_says_which_rows_are_invalid_and_a_job_of_it_is_refused_or_goes_on(
        self, client: httpx.Client, person: Json
    ) -> None:
        bad = person | {"bmi": SECRET, "pulse": "fast"}
        taken = send(client, table(person, person, bad, person))
        assert taken.status_code == 201, taken.text
        assert SECRET not in taken.text
        upload = taken.json()
        assert (upload["rows"], upload["valid"], upload["invalid"]) == (3, 2, 1)
        assert [(fault["row"], fault["line"]) for fault in upload["faults"]] == [(1, 3)]
        pointers = {error["pointer"] for error in upload["faults"][0]["errors"]}
        assert pointers == {"/1/bmi", "/1/pulse"}
        source = {"kind": "upload", "upload_id": upload["id"]}
        faults = refused(post(client, person, source=source))
        assert {fault["pointer"] for fault in faults} == pointers
        assert all(fault["detail"].endswith("(line 3)") for fault in faults)
        job = post(client, person, source=source, on_invalid="skip", generator="search").json()
        assert (job["progress"]["total"], job["progress"]["invalid"]) == (2, 1)

    @pytest.mark.parametrize("value", [[1.0], b"\xff", date(2026, 1, 1), {"a": 1}, SECRET])
    def test_values_of_kinds_that_no_feature_has_are_faults_of_their_rows(
        self, client: httpx.Client, person: Json, value: object
    ) -> None:
        whole = io.BytesIO()
        pq.write_table(pa.Table.from_pylist([person | {"bmi": value}]), whole)
        taken = send(client, whole.getvalue(), PARQUET)
        assert taken.status_code == 201, taken.text
        assert SECRET not in taken.text
        assert [fault["errors"][0]["pointer"] for fault in taken.json()["faults"]] == ["/0/bmi"]

    def test_an_upload_is_for_the_model_it_was_checked_against(
        self, client: httpx.Client, person: Json
    ) -> None:
        upload = send(client, table(person, person)).json()
        source = {"kind": "upload", "upload_id": upload["id"]}
        faults = refused(post(client, person, source=source, model="heart-disease"))
        assert faults[0]["pointer"] == "/source/upload_id"

    def test_rows_come_in_three_forms_only(self, client: httpx.Client, person: Json) -> None:
        job = post(client, person, generator="search").json()
        refused(client.get(job["links"]["rows"], headers={"Accept": "text/html"}), 406)
        refused(client.get(job["links"]["rows"]), 409)
        refused(client.get(job["links"]["report"]), 409)
        refused(client.get(job["links"]["rows"], params={"after": "1;2"}))
