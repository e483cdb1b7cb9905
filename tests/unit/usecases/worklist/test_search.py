"""Patients are looked up by what can be a part of an id; anything else is no question to the database."""

import string
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.orm import ORMExecuteState, Session

from app.domain.ids import PATIENT_ID_LENGTH
from app.storage.database import Database
from app.storage.engine import DatabaseLimits
from app.usecases.worklist.service import patients_found
from tests.integration.serving import seen_by
from tests.unit.storage import away

SIGNS = string.ascii_letters + string.digits + "._-"
"""What an id is made of."""


@contextmanager
def empty_database() -> Iterator[list[str]]:
    """Every query of a session finds nothing, as where nothing is recorded; yields what was asked."""
    asked: list[str] = []

    def nothing(state: ORMExecuteState) -> IteratorResult[tuple[object]]:
        if not isinstance(state.statement, Select):
            return IteratorResult(SimpleResultMetaData(["nothing"]), iter([]))
        literal = {"literal_binds": True}
        asked.append(str(state.statement.compile(dialect=postgresql.dialect(), compile_kwargs=literal)))  # type: ignore[no-untyped-call]
        return IteratorResult(SimpleResultMetaData(["nothing"]), iter([]))

    event.listen(Session, "do_orm_execute", nothing)
    try:
        yield asked
    finally:
        event.remove(Session, "do_orm_execute", nothing)


async def questions(text: str) -> list[str]:
    """What is asked of the database about patients' ids, for a text of a reader's."""
    database = Database(away.DATABASE, DatabaseLimits())
    try:
        with empty_database() as asked:
            page = await patients_found(seen_by(database), text, date(2026, 3, 10))
    finally:
        await database.close()
    assert (list(page.lines), dict(page.verdicts), page.next, page.previous) == ([], {}, None, None)
    return [statement for statement in asked if "LIKE" in statement]


@given(st.text(SIGNS, min_size=1, max_size=PATIENT_ID_LENGTH))
@example("P_1")
@settings(max_examples=20)
async def test_every_part_of_an_id_is_looked_up_and_no_sign_in_it_is_a_wildcard(part: str) -> None:
    (statement,) = await questions(part)
    escaped = part.replace("_", "/_")
    assert f"ILIKE '%%' || '{escaped}' || '%%' ESCAPE '/'" in statement


@given(st.text(min_size=1, max_size=8))
@example("%")
@example("P 1")
@example("P-1\n")
@example("x" * (PATIENT_ID_LENGTH + 1))
@settings(max_examples=20)
async def test_what_can_be_no_part_of_an_id_is_not_looked_up(text: str) -> None:
    can_be = set(text) <= set(SIGNS) and len(text) <= PATIENT_ID_LENGTH
    assert len(await questions(text)) == can_be
