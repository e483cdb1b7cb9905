"""What is recorded of an answer is one statement, with a parameter for every column that it fills."""

import re
from typing import Any

import pytest
from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.compiler import SQLCompiler

from app.storage.record import INSERT_ANSWER, INSERT_PREDICTION, INSERT_REQUEST, parameters_of
from app.storage.tables import (
    AnswerRow,
    Base,
    CounterfactualRow,
    GenerationRow,
    PatientRow,
    PredictionRow,
    RequestRow,
)

FILLED: list[type[Base]] = [PatientRow, PredictionRow, AnswerRow, GenerationRow, RequestRow]
"""Tables that an answer adds one row to."""
CONSTANTS = {"unclear", "declined", "", "turnpoint.tenant"}
"""Words that mean the same of everybody, and the name of the setting that says whose a transaction is."""
OF_THE_DATABASE = {PatientRow: {"first_seen_at", "pseudonym"}, RequestRow: {"asked_at"}}
"""Columns that PostgreSQL fills beside the tenant: the time by its own clock, what is random."""


def compiled(statement: Insert) -> SQLCompiler:
    whole = statement.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    assert isinstance(whole, SQLCompiler)
    return whole


def columns(row: type[Base]) -> set[str]:
    return set(row.__table__.columns.keys())


def values(row: type[Base]) -> dict[str, Any]:
    """Something for each column that a statement fills."""
    return dict.fromkeys(columns(row) - OF_THE_DATABASE.get(row, set()) - {"tenant"}, "any")


def test_an_answer_has_a_parameter_for_each_column_of_its_tables() -> None:
    filled = {row: values(row) for row in FILLED}
    named = parameters_of(filled)
    assert len(named) == sum(len(one) for one in filled.values())  # no two columns share one
    assert set(compiled(INSERT_ANSWER).params) == {*named, "options"}


def test_that_an_answer_was_given_again_has_a_parameter_for_each_column() -> None:
    assert set(compiled(INSERT_REQUEST).params) == set(parameters_of({RequestRow: values(RequestRow)}))


def test_a_prediction_has_a_parameter_for_each_column() -> None:
    assert set(compiled(INSERT_PREDICTION).params) == columns(PredictionRow)


def test_equal_columns_of_two_tables_are_two_parameters() -> None:
    named = parameters_of({PatientRow: {"id": "P-1"}, RequestRow: {"id": "R-1"}})
    assert named == {"patients_id": "P-1", "requests_id": "R-1"}


@pytest.mark.parametrize("statement", [INSERT_ANSWER, INSERT_REQUEST, INSERT_PREDICTION])
def test_no_value_stands_in_a_statement(statement: Insert) -> None:
    whole = compiled(statement)
    assert set(whole.params.values()) == {None}
    assert set(re.findall(r"'([^']*)'", str(whole))) <= CONSTANTS


def test_an_answer_fills_each_of_its_tables_once() -> None:
    text = str(compiled(INSERT_ANSWER))
    for table in Base.metadata.tables.values():
        if table.name in (
            "patients",
            "predictions",
            "answers",
            "generations",
            "counterfactuals",
            "requests",
            "worklist",
        ):
            assert text.count(f"INSERT INTO {table.name} (") == 1


def test_options_are_read_in_the_types_of_their_columns() -> None:
    text = " ".join(str(compiled(INSERT_ANSWER)).split())
    for column in CounterfactualRow.__table__.columns:
        if column.name == "tenant":
            continue
        assert f"{column.name} {column.type.compile(postgresql.dialect())}" in text  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("statement", [INSERT_ANSWER, INSERT_REQUEST])
def test_a_statement_of_several_tables_tells_whether_it_wrote(statement: Insert) -> None:
    assert " RETURNING " in " ".join(str(compiled(statement)).split())
