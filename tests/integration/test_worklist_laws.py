"""Pages of the worklist part it: forth and back, in every order, under every filter, and while it changes."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from app.domain.certainty import Certainty
from app.settings import Settings
from app.storage.database import Database, TenantDatabase
from app.storage.migrate import migrate
from app.storage.worklist_tables import NO_REVIEW
from app.usecases.worklist.question import PlanState, Position, Sort, WorklistFilter, WorklistQuestion
from app.usecases.worklist.service import WorklistPage, worklist_page
from tests.integration.serving import PATIENT_DATABASE, connect, seen_by

TODAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MODELS, PATIENTS = ("a", "b"), [f"P-{n}" for n in range(8)]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line as it is written into the table."""

    patient_id: str
    model_name: str
    place: UUID
    asked_at: datetime
    risk: float
    certainty: str
    is_declined: bool
    review_on: date

    @property
    def is_planned(self) -> bool:
        return self.review_on != NO_REVIEW

    def is_wanted(self, wanted: WorklistFilter) -> bool:
        return (
            wanted.certainty in (None, self.certainty)
            and wanted.model in (None, self.model_name)
            and (not wanted.is_declined or self.is_declined)
            and (wanted.since is None or self.asked_at.date() >= wanted.since)
            and {
                None: True,
                PlanState.NONE: not self.is_planned,
                PlanState.ACTIVE: self.is_planned,
                PlanState.DUE: self.review_on <= TODAY,
            }[wanted.plan]
        )


def in_order(lines: list[Listed], sort: Sort) -> list[Listed]:
    if sort is Sort.REVIEW:
        return sorted(lines, key=lambda line: (line.review_on, line.place))
    if sort is Sort.RISK:
        return sorted(lines, key=lambda line: (line.risk, line.place), reverse=True)
    return sorted(lines, key=lambda line: (line.asked_at, line.place), reverse=True)


LINES = st.lists(
    st.builds(
        Listed,
        patient_id=st.sampled_from(PATIENTS),
        model_name=st.sampled_from(MODELS),
        place=st.uuids(),
        asked_at=st.integers(0, 3).map(lambda days: NOON - timedelta(days)),
        risk=st.sampled_from([0.0, 0.25, 0.1 + 0.2, 1.0]),
        certainty=st.sampled_from([str(one) for one in Certainty]),
        is_declined=st.booleans(),
        review_on=st.sampled_from([NO_REVIEW, TODAY - timedelta(1), TODAY, TODAY + timedelta(1)]),
    ),
    unique_by=(lambda line: (line.patient_id, line.model_name), lambda line: line.place),
)
FILTERS = st.builds(
    WorklistFilter,
    certainty=st.none() | st.sampled_from(Certainty),
    plan=st.none() | st.sampled_from(PlanState),
    is_declined=st.booleans(),
    model=st.none() | st.sampled_from([*MODELS, "c"]),
    since=st.none() | st.integers(0, 3).map(lambda days: TODAY - timedelta(days)),
)


@pytest.fixture(scope="module")
def url(database_url: str) -> Iterator[str]:
    """A database whose list is this module's."""
    name = f"worklist_{uuid4().hex}"
    with connect(database_url) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        own = make_url(database_url).set(database=name).render_as_string(hide_password=False)
        migrate(Settings(database_url=own))
        yield own
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="module")
def table(url: str) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """A connection to it, with patients and one answer that all lines are of."""
    with connect(url) as connection:
        for patient in PATIENTS:
            connection.execute("INSERT INTO patients (id) VALUES (%s)", [patient])
        connection.execute(
            "WITH made AS (INSERT INTO predictions (id, model_name, model_version, model_digest, risk,"
            " threshold, label) VALUES (gen_random_uuid(), 'a', '1', 'd', 0.7, 0.5, 'high') RETURNING id)"
            " INSERT INTO answers (id, created_at, patient_id, prediction_id, question_digest, features,"
            " target, constraints, count, min_robustness, generator, status)"
            " SELECT gen_random_uuid(), now(), 'P-0', id, 'd', '{}', 0.5, '{}', 4, 0.9, 'auto', 'found'"
            " FROM made"
        )
        yield connection


def write(table: "psycopg.Connection[tuple[Any, ...]]", lines: list[Listed]) -> None:
    with table.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO worklist (patient_id, model_name, place, answer_id, asked_at, risk, certainty,"
            " is_declined, is_planned, review_on)"
            " SELECT %s, %s, %s, id, %s, %s, %s, %s, %s, %s FROM answers",
            [
                (
                    line.patient_id,
                    line.model_name,
                    line.place,
                    line.asked_at,
                    line.risk,
                    line.certainty,
                    line.is_declined,
                    line.is_planned,
                    line.review_on,
                )
                for line in lines
            ],
        )


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[TenantDatabase]:
    database = Database(url, PATIENT_DATABASE)
    try:
        yield seen_by(database)
    finally:
        await database.close()


def places(page: WorklistPage) -> list[UUID]:
    return [line.row.place for line in page.lines]


many = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(LINES, FILTERS, st.sampled_from(Sort), st.integers(1, 5))
@many
async def test_pages_part_the_list_forth_and_back(
    url: str,
    table: "psycopg.Connection[tuple[Any, ...]]",
    lines: list[Listed],
    wanted: WorklistFilter,
    sort: Sort,
    most: int,
) -> None:
    table.execute("TRUNCATE worklist")
    write(table, lines)
    expected = [line.place for line in in_order([one for one in lines if one.is_wanted(wanted)], sort)]
    question = WorklistQuestion(sort, wanted)
    async with opened(url) as database:
        page = await worklist_page(database, question, TODAY, most)
        forth = [places(page)]
        while page.next is not None:
            page = await worklist_page(database, replace(question, position=page.next), TODAY, most)
            forth.append(places(page))
        back = [places(page)]
        while page.previous is not None:
            page = await worklist_page(database, replace(question, position=page.previous), TODAY, most)
            back.append(places(page))
    assert [place for one in forth for place in one] == expected
    assert all(len(one) == most for one in forth[:-1])
    assert (page.count, page.models) == (len(expected), sorted({one.model_name for one in lines}))
    # Going back, what would be less than a page at the beginning is the first page.
    assert back[-1] == forth[0]
    assert [one for one in back[:-1] if one not in forth] == []


@given(LINES, st.sampled_from(Sort), st.integers(1, 4), st.data())
@many
async def test_lines_that_arrive_meanwhile_let_nobody_be_told_twice_or_left_out(
    url: str,
    table: "psycopg.Connection[tuple[Any, ...]]",
    lines: list[Listed],
    sort: Sort,
    most: int,
    data: st.DataObject,
) -> None:
    """Who was there is told once, in whatever order others arrive."""
    arrive = data.draw(st.sets(st.integers(0, max(len(lines) - 1, 0))))
    table.execute("TRUNCATE worklist")
    first = [line for place, line in enumerate(lines) if place not in arrive]
    write(table, first)
    async with opened(url) as database:
        page = await worklist_page(database, WorklistQuestion(sort), TODAY, most)
        if page.next is None:
            return
        told = places(page)
        write(table, [line for place, line in enumerate(lines) if place in arrive])
        rest: list[UUID] = []
        position: Position | None = page.next
        while position is not None:
            page = await worklist_page(database, WorklistQuestion(sort, position=position), TODAY, most)
            rest += places(page)
            position = page.next
    assert not set(told) & set(rest)
    assert {line.place for line in first} <= {*told, *rest}
    assert len(rest) == len(set(rest))
