"""Nothing is kept longer than it may be, and nothing goes that is in use."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from typer.testing import CliRunner

from app.cli.main import cli
from app.domain.ids import uuid7
from app.storage.database import Database
from app.storage.queue import queue_app
from app.storage.tables import Base
from app.usecases.patient_data.daily import DAILY_TASK
from app.usecases.patient_data.retention import RetentionLimits, retain, would_go
from tests.integration import patient_records as records
from tests.integration.patient_records import add_records, insert
from tests.integration.processes import wait_until
from tests.integration.serving import PATIENT_DATABASE, SECONDS, Servers, connect, seen_by
from tests.integration.working import worker

OLD, NEW = datetime.now(UTC) - timedelta(days=40), datetime.now(UTC)
LIMITS = RetentionLimits(answers_days=30, uploads_days=30, rows_days=30, batch=2)


@dataclass(frozen=True)
class Case:
    """An answer of a patient of their own: how old it is, its plan, and what it departs from."""

    is_old: bool
    asked_again: bool
    plan: str | None
    departs_from_last: bool
    said_since: bool


CASES = st.lists(
    st.builds(
        Case,
        st.booleans(),
        st.booleans(),
        st.sampled_from([None, "active", "ended", "ended long ago"]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=6,
)
ENDED = {"active": None, "ended": NEW, "ended long ago": OLD}


def put_on_record(database: Any, tenant: str, cases: list[Case]) -> list[Any]:
    answers: list[Any] = []
    for number, case in enumerate(cases):
        counts = {"plans": int(case.plan is not None), "plan_events": 0, "requests": 1, "worklist": 1}
        counts |= {"feedback": 1, "generations": 1, "preferences": 1}
        keys = add_records(database, f"P-{number}", "c", counts, tenant)
        base = answers[-1] if case.departs_from_last and answers else None
        answers += keys["answers"]
        at = OLD if case.is_old else NEW
        asked = NEW if case.asked_again else at
        for statement, values in (
            ("UPDATE answers SET created_at = %s, based_on = %s WHERE id = %s", [at, base, answers[-1]]),
            ("UPDATE requests SET asked_at = %s WHERE answer_id = %s", [asked, answers[-1]]),
            ("UPDATE worklist SET plan_id = NULL WHERE answer_id = %s", [answers[-1]]),
        ):
            database.execute(statement, values)
        if case.plan is not None:
            ended = "UPDATE plans SET ended_at = %s, model_name = %s WHERE id = %s"
            database.execute(ended, [ENDED[case.plan], f"m-{number}", keys["plans"][0]])
        said = "UPDATE preferences SET created_at = %s WHERE tenant = %s AND patient_id = %s"
        database.execute(said, [NEW if case.said_since else OLD, tenant, f"P-{number}"])
    database.execute("UPDATE patients SET first_seen_at = %s WHERE tenant = %s", [OLD, tenant])
    return answers


def staying(cases: list[Case]) -> list[bool]:
    """Newest last: an answer stays with the one that was a what-if of it."""
    stays = [not case.is_old or case.asked_again or case.plan in ("active", "ended") for case in cases]
    for number in reversed(range(1, len(cases))):
        if stays[number] and cases[number].departs_from_last:
            stays[number - 1] = True
    return stays


@given(CASES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_is_old_goes_and_what_is_in_use_stays(
    database: Any, record: Database, cases: list[Case]
) -> None:
    tenant = f"tenant-{uuid4().hex}"
    answers, own, stays = put_on_record(database, tenant, cases), seen_by(record, tenant), staying(cases)
    predicted = await would_go(own, LIMITS)
    went = await retain(own, LIMITS)
    assert {kind: went[kind] for kind in predicted} == predicted
    left = database.execute("SELECT id FROM answers WHERE tenant = %s", [tenant]).fetchall()
    assert {one for (one,) in left} == {one for one, kept in zip(answers, stays, strict=True) if kept}
    plans = database.execute("SELECT count(*) FROM plans WHERE tenant = %s", [tenant]).fetchone()
    assert plans == (sum(case.plan in ("active", "ended") for case in cases),)
    people = database.execute("SELECT id FROM patients WHERE tenant = %s", [tenant]).fetchall()
    kept = {f"P-{n}" for n, case in enumerate(cases) if stays[n] or case.said_since}
    assert {one for (one,) in people} == kept
    assert sum((await retain(own, LIMITS)).values()) == 0


async def test_nothing_goes_where_nothing_is_set(database: Any, record: Database) -> None:
    tenant = f"tenant-{uuid4().hex}"
    put_on_record(database, tenant, [Case(True, False, "ended long ago", False, False)])
    assert sum((await retain(seen_by(record, tenant), RetentionLimits())).values()) == 0


async def test_what_somebody_has_in_hand_is_left_for_the_next_time(
    database: Any, servers: Servers, record: Database
) -> None:
    tenant = f"tenant-{uuid4().hex}"
    one, _ = put_on_record(database, tenant, [Case(True, False, None, False, False)] * 2)
    own = seen_by(record, tenant)
    with connect(servers.database_url) as reading, reading.transaction():
        reading.execute("SELECT 1 FROM worklist WHERE answer_id = %s FOR UPDATE", [one])
        assert (await retain(own, LIMITS))["answers"] == 1
    assert (await retain(own, LIMITS))["answers"] == 1


async def test_of_who_is_read_just_now_no_answer_and_no_plan_goes(
    database: Any, servers: Servers, record: Database
) -> None:
    """Whoever has read an answer looks for its options next, and of a plan for what became of it."""
    tenant = f"tenant-{uuid4().hex}"
    cases = [Case(True, False, None, False, False), Case(True, False, "ended long ago", False, False)]
    put_on_record(database, tenant, cases)
    own = seen_by(record, tenant)
    with connect(servers.database_url) as reading, reading.transaction():
        reading.execute("SELECT 1 FROM patients WHERE tenant = %s FOR SHARE", [tenant])
        kept = await retain(own, LIMITS)
        assert (kept["answers"], kept["plans"]) == (0, 0)
    gone = await retain(own, LIMITS)
    assert (gone["answers"], gone["plans"]) == (2, 1)


def add_risk(database: Any, tenant: str, told: datetime, patient_id: str | None) -> Any:
    """A risk that was told without an answer, of somebody or of nobody."""
    columns = Base.metadata.tables["predictions"].columns
    row = {column.name: records.of_kind(column, "c") for column in columns}
    row |= {"id": uuid7(), "tenant": tenant, "created_at": told, "patient_id": patient_id}
    insert(database, "predictions", row)
    return row["id"]


@given(st.lists(st.tuples(st.sampled_from([OLD, NEW]), st.sampled_from([None, "P-0"])), max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_risks_told_alone_go_by_their_age_whether_of_somebody_or_of_nobody(
    database: Any, record: Database, risks: list[tuple[datetime, str | None]]
) -> None:
    tenant = f"tenant-{uuid4().hex}"
    (answer,) = put_on_record(database, tenant, [Case(False, False, None, False, False)])
    its_own = "SELECT prediction_id FROM answers WHERE id = %s"
    database.execute(f"UPDATE predictions SET created_at = %s WHERE id = ({its_own})", [OLD, answer])
    told = {add_risk(database, tenant, *risk): risk for risk in risks}
    own, others_alone = seen_by(record, tenant), RetentionLimits(uploads_days=30, rows_days=30)
    assert (await retain(own, others_alone))["predictions"] == 0
    predicted = await would_go(own, LIMITS)
    went = await retain(own, LIMITS)
    assert went["predictions"] == predicted["predictions"] == sum(at == OLD for at, _ in risks)
    left = database.execute("SELECT id FROM predictions WHERE tenant = %s", [tenant]).fetchall()
    alone = {one for (one,) in left} & {*told}
    assert alone == {one for one, (at, _) in told.items() if at == NEW}
    assert len(left) == len(alone) + 1, "an answer keeps its own, however old"


def add_job(database: Any, tenant: str, ended: datetime | None, sent: datetime) -> tuple[Any, Any]:
    """An upload and a job on it, with a row made of it, and source rows of the job's own."""
    upload, job = uuid7(), uuid7()
    own = {"tenant": tenant}
    for table, row in (
        ("uploads", {"id": upload, "created_at": sent}),
        ("augmentations", {"id": job, "finished_at": ended, "state": "completed" if ended else "running"}),
        ("augmentation_chunks", {"job_id": job, "upload_id": upload, "number": 0}),
        ("augmented_rows", {"job_id": job}),
        ("rejected_rows", {"job_id": job}),
    ):
        columns = Base.metadata.tables[table].columns
        insert(database, table, {c.name: records.of_kind(c, "c") for c in columns} | row | own)
    return upload, job


@given(ended=st.sampled_from([None, OLD, NEW]), sent=st.sampled_from([OLD, NEW]))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_uploads_and_rows_go_once_no_job_works_on_them(
    database: Any, record: Database, ended: datetime | None, sent: datetime
) -> None:
    tenant = f"tenant-{uuid4().hex}"
    add_job(database, tenant, ended, sent)
    own = seen_by(record, tenant)
    uploads = RetentionLimits(uploads_days=30)
    predicted = await would_go(own, uploads)
    went = await retain(own, uploads)
    assert (went["uploads"], went["people"]) == (sent == OLD and ended is not None, ended == OLD)
    assert {kind: went[kind] for kind in predicted} == predicted
    assert (await retain(own, RetentionLimits(rows_days=30)))["jobs"] == (ended == OLD)
    left = database.execute("SELECT count(*) FROM augmented_rows WHERE tenant = %s", [tenant]).fetchone()
    assert left == (int(ended != OLD),)


def test_the_command_says_how_much_would_go_and_takes_it_away(
    database: Any, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = f"tenant-{uuid4().hex}"
    put_on_record(database, tenant, [Case(True, False, None, False, False)])
    monkeypatch.setenv("DATABASE_URL", servers.database_url)
    monkeypatch.setenv("REDIS_URL", servers.redis_url)
    monkeypatch.setenv("RETENTION_ANSWERS_DAYS", "30")
    run = CliRunner().invoke
    for arguments in (["retain", "--dry-run"], ["retain", "--dry-run"], ["retain"]):
        told = run(cli, arguments)
        assert told.exit_code == 0, told.output
        (line,) = [line for line in told.output.splitlines() if line.startswith(tenant)]
        assert "answers 1" in line
    assert f"{tenant}: " not in run(cli, ["retain"]).output


async def test_a_worker_does_it(database: Any, servers: Servers, home: Path) -> None:
    tenant = f"tenant-{uuid4().hex}"
    put_on_record(database, tenant, [Case(True, False, None, False, False)])
    query = sql.SQL("SELECT count(*) FROM patients WHERE tenant = {}").format(tenant)
    queue = queue_app(servers.database_url, PATIENT_DATABASE)
    async with queue.open_async():
        with worker(servers, home, RETENTION_ANSWERS_DAYS="30"):
            await queue.configure_task(DAILY_TASK, allow_unknown=True).defer_async(timestamp=0)
            await asyncio.to_thread(wait_until, lambda: database.execute(query).fetchone() == (0,), SECONDS)
