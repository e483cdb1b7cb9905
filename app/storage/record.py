"""Writing to the record: one statement an answer, so that it is kept whole or not at all.

A row each for patient, prediction, answer, generation, options and request, and the patient's line in the
worklist, would be eight round trips to the database; as parts of one statement they are one, and foreign keys
are checked at its end.
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Insert, Table, bindparam, column, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert

from app.storage.tables import (
    AnswerRow,
    Base,
    CounterfactualRow,
    GenerationRow,
    PatientRow,
    PredictionRow,
    RequestRow,
)
from app.storage.tenancy import OWN_TENANT
from app.storage.worklist import listed, listed_again

Values = dict[str, Any]
"""Parameters of a statement, or columns of a row, by name."""


def parameters_of(rows: Mapping[type[Base], Values]) -> Values:
    """The rows' values as parameters of the statements below."""
    return {_name(row, key): value for row, values in rows.items() for key, value in values.items()}


def _table(row: type[Base]) -> Table:
    return cast("Table", row.__table__)


def _name(row: type[Base], key: str) -> str:
    return f"{row.__tablename__}_{key}"


def _parameters(row: type[Base], left_out: tuple[str, ...] = ()) -> Values:
    """A named parameter for each column of a table; the tenant is the transaction's own."""
    columns = [c for c in _table(row).columns if c.name not in (*left_out, "tenant")]
    return {c.name: bindparam(_name(row, c.name), type_=c.type) for c in columns}


def _options() -> Insert:
    """All options of an answer from one JSON parameter."""
    table = _table(CounterfactualRow)
    fields = [column(c.name, c.type) for c in table.columns if c.name != "tenant"]
    given = func.jsonb_to_recordset(bindparam("options", type_=JSONB)).table_valued(*fields)
    return insert(table).from_select(
        [one.name for one in fields], select(given.render_derived(with_types=True))
    )


def _insert_answer() -> Insert:
    patient = pg_insert(_table(PatientRow)).values(_parameters(PatientRow, ("first_seen_at", "pseudonym")))
    prediction, answer = _parameters(PredictionRow), _parameters(AnswerRow)
    return (
        insert(_table(RequestRow))
        .values(_parameters(RequestRow, ("asked_at",)))
        .add_cte(
            patient.on_conflict_do_nothing().cte("patient"),
            insert(_table(PredictionRow)).values(prediction).cte("prediction"),
            insert(_table(AnswerRow)).values(answer).cte("answer"),
            insert(_table(GenerationRow)).values(_parameters(GenerationRow)).cte("generation"),
            _options().cte("options"),
            listed(answer, prediction).cte("listed"),
        )
        .returning(_table(RequestRow).c.id)
    )


def _insert_request() -> Insert:
    table, answers = _table(RequestRow), _table(AnswerRow)
    given = _parameters(RequestRow, ("asked_at",))
    recorded = select(*given.values()).where(
        answers.c.id == given["answer_id"], answers.c.tenant == OWN_TENANT
    )
    return (
        insert(table)
        .from_select(list(given), recorded)
        .add_cte(listed_again(given["answer_id"]).cte("listed"))
        .returning(table.c.id)
    )


INSERT_ANSWER = _insert_answer()
"""Records an answer, and that it was given. `options` is a list of JSON objects."""
INSERT_REQUEST = _insert_request()
"""Records that an answer was given again; returns no row if the record does not hold that answer."""
INSERT_PREDICTION = insert(PredictionRow)
"""Records that risks were told; parameters are the columns of each."""
INSERT_PATIENT = pg_insert(_table(PatientRow)).values(id=bindparam("id")).on_conflict_do_nothing()
"""Puts a patient on record, unless they are."""
