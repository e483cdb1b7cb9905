"""The statements of the record take a value for each column, and hold none themselves."""

import pytest
from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql

from app.storage.record import INSERT_ANSWER, INSERT_PREDICTION, INSERT_REQUEST, parameters_of
from app.storage.tables import AnswerRow, Base, GenerationRow, PatientRow, PredictionRow, RequestRow

ROWS: tuple[type[Base], ...] = (PatientRow, PredictionRow, AnswerRow, GenerationRow, RequestRow)
BY_DATABASE = {"patients_first_seen_at", "requests_asked_at"}
"""Moments that PostgreSQL writes itself."""


def names_of(statement: Insert) -> set[str]:
    compiled = statement.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    return set(compiled.params)


def columns_of(*rows: type[Base]) -> set[str]:
    given = {row: dict.fromkeys((column.name for column in row.__table__.columns), "x") for row in rows}
    return set(parameters_of(given)) - BY_DATABASE


def test_an_answer_is_recorded_with_every_column_of_its_rows() -> None:
    assert names_of(INSERT_ANSWER) == columns_of(*ROWS) | {"options"}


def test_a_repeated_answer_is_recorded_with_every_column_of_the_request() -> None:
    assert names_of(INSERT_REQUEST) == columns_of(RequestRow)


@pytest.mark.parametrize("table", ["patients", "predictions", "answers", "generations", "counterfactuals"])
def test_one_statement_writes_all_rows_of_an_answer(table: str) -> None:
    text = str(INSERT_ANSWER.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert f"INSERT INTO {table} " in text


@pytest.mark.parametrize("statement", [INSERT_ANSWER, INSERT_REQUEST, INSERT_PREDICTION])
def test_no_value_stands_in_a_statement(statement: Insert) -> None:
    compiled = statement.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    assert set(compiled.params.values()) <= {None}
    assert "'" not in str(compiled).replace("'[]'::jsonb", "")


def test_equal_columns_of_two_tables_are_two_parameters() -> None:
    given = parameters_of({PatientRow: {"id": "P-1"}, RequestRow: {"id": "R-1"}})
    assert given == {"patients_id": "P-1", "requests_id": "R-1"}
