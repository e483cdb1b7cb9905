"""Writing to the record: one statement an answer, so that it is kept whole or not at all.

A row each for patient, prediction, answer, generation, options and request would be seven round trips to
the database; as parts of one statement they are one, and foreign keys are checked at its end.
"""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Insert, Table, bindparam, column, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert

from app.domain.ids import RequestIds, uuid7
from app.storage.tables import (
    AnswerRow,
    Base,
    CounterfactualRow,
    GenerationRow,
    PatientRow,
    PredictionRow,
    RequestRow,
)
from app.usecases.counterfactuals.request import Asked
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer

Values = dict[str, Any]


def recording(
    asked: Asked, digest: str, answer: CounterfactualsAnswer, ids: RequestIds
) -> tuple[Insert, Values]:
    """The statement, and its values, that records an answer and that it was given."""
    prediction_id = uuid7()
    wire = answer.model_dump(mode="json", by_alias=True)
    rows = {
        PatientRow: {"id": asked.patient_id},
        PredictionRow: _prediction(prediction_id, asked, answer),
        AnswerRow: _answer(prediction_id, asked, digest, answer)
        | {name: wire[name] for name in ("infeasible", "warnings")},
        GenerationRow: {**answer.generation.model_dump(exclude={"cached"}), "answer_id": answer.id},
        RequestRow: _request(answer.id, ids, cached=False),
    }
    named = {_name(row, key): value for row, values in rows.items() for key, value in values.items()}
    return _RECORD, named | {"options": [_option(answer.id, option) for option in wire["counterfactuals"]]}


def recording_again(answer_id: UUID, ids: RequestIds) -> tuple[Insert, Values]:
    """The statement, and its values, that records that an answer was given from the cache.

    It returns no row if the record does not hold that answer.
    """
    return _RECORD_AGAIN, {_name(RequestRow, k): v for k, v in _request(answer_id, ids, True).items()}


def _table(row: type[Base]) -> Table:
    return cast("Table", row.__table__)


def _name(row: type[Base], key: str) -> str:
    return f"{row.__tablename__}_{key}"


def _parameters(row: type[Base], left_out: tuple[str, ...] = ()) -> Values:
    """A named parameter for each column of a table."""
    columns = [c for c in _table(row).columns if c.name not in left_out]
    return {c.name: bindparam(_name(row, c.name), type_=c.type) for c in columns}


def _options() -> Insert:
    """All options of an answer from one JSON parameter."""
    table = _table(CounterfactualRow)
    fields = [column(c.name, c.type) for c in table.columns]
    given = func.jsonb_to_recordset(bindparam("options", type_=JSONB)).table_valued(*fields)
    return insert(table).from_select(table.columns.keys(), select(given.render_derived(with_types=True)))


def _record() -> Insert:
    patient = pg_insert(_table(PatientRow)).values(_parameters(PatientRow, ("first_seen_at",)))
    return (
        insert(_table(RequestRow))
        .values(_parameters(RequestRow, ("asked_at",)))
        .add_cte(
            patient.on_conflict_do_nothing().cte("patient"),
            insert(_table(PredictionRow)).values(_parameters(PredictionRow)).cte("prediction"),
            insert(_table(AnswerRow)).values(_parameters(AnswerRow)).cte("answer"),
            insert(_table(GenerationRow)).values(_parameters(GenerationRow)).cte("generation"),
            _options().cte("options"),
        )
        .returning(_table(RequestRow).c.id)
    )


def _record_again() -> Insert:
    table, answers = _table(RequestRow), _table(AnswerRow)
    given = _parameters(RequestRow, ("asked_at",))
    recorded = select(*given.values()).where(answers.c.id == given["answer_id"])
    return insert(table).from_select(list(given), recorded).returning(table.c.id)


_RECORD, _RECORD_AGAIN = _record(), _record_again()


def _request(answer_id: UUID, ids: RequestIds, cached: bool) -> Values:
    return {
        "id": uuid7(),
        "answer_id": answer_id,
        "correlation_id": ids.ours,
        "callers_id": ids.callers,
        "cached": cached,
    }


def _prediction(prediction_id: UUID, asked: Asked, answer: CounterfactualsAnswer) -> Values:
    return {
        "id": prediction_id,
        "created_at": answer.created_at,
        "model_name": answer.model.name,
        "model_version": answer.model.version,
        "model_digest": asked.served.model.digest,
        "risk": answer.prediction.risk,
        "threshold": answer.prediction.threshold,
        "label": answer.prediction.label,
    }


def _answer(prediction_id: UUID, asked: Asked, digest: str, answer: CounterfactualsAnswer) -> Values:
    return {
        "id": answer.id,
        "created_at": answer.created_at,
        "patient_id": asked.patient_id,
        "prediction_id": prediction_id,
        "question_digest": digest,
        "features": dict(asked.patient.values),
        "target": asked.target,
        "constraints": asked.constraints_json(),
        "count": asked.preferences.count,
        "min_robustness": asked.preferences.min_robustness,
        "generator": asked.preferences.generator,
        "status": answer.status,
        "based_on": asked.based_on,
    }


def _option(answer_id: UUID, option: Values) -> Values:
    kept = {name: value for name, value in option.items() if name != "verified"}
    return kept | {"answer_id": str(answer_id)}
