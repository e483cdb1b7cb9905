"""All SQL of recorded answers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from app.counterfactuals.question import Asked
from app.counterfactuals.schemas import CounterfactualsAnswer
from app.domain.ids import uuid7
from app.storage.tables import (
    AnswerRow,
    CounterfactualRow,
    GenerationRow,
    PatientRow,
    PredictionRow,
    RequestRow,
)


class AnswerRepository:
    """Recorded answers, within one transaction of the caller's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, asked: Asked, digest: str, answer: CounterfactualsAnswer) -> None:
        """Record an answer with its patient, prediction, options and generation facts."""
        patient = pg_insert(PatientRow).values(id=asked.patient_id).on_conflict_do_nothing()
        await self._session.execute(patient)
        prediction_id = uuid7()
        wire = answer.model_dump(mode="json", by_alias=True)
        await self._session.execute(insert(PredictionRow).values(_prediction(prediction_id, asked, answer)))
        await self._session.execute(
            insert(AnswerRow).values(_answer(prediction_id, asked, digest, answer, wire["infeasible"]))
        )
        generation = answer.generation.model_dump(exclude={"cached"}) | {"answer_id": answer.id}
        await self._session.execute(insert(GenerationRow).values(generation))
        if answer.counterfactuals:
            options = [_option(answer.id, option) for option in wire["counterfactuals"]]
            await self._session.execute(insert(CounterfactualRow), options)

    async def add_request(self, answer_id: UUID, correlation_id: str, cached: bool) -> bool:
        """Record that an answer left the service; False if that answer is not in the record."""
        values = select(literal(uuid7()), AnswerRow.id, literal(correlation_id), literal(cached)).where(
            AnswerRow.id == answer_id
        )
        columns = ["id", "answer_id", "correlation_id", "cached"]
        statement = insert(RequestRow).from_select(columns, values).returning(RequestRow.id)
        return await self._session.scalar(statement) is not None

    async def get(self, answer_id: UUID) -> AnswerRow | None:
        return await self._session.scalar(_whole_answers().where(AnswerRow.id == answer_id))

    async def of_patient(self, patient_id: str, before: UUID | None, limit: int) -> Sequence[AnswerRow]:
        """A patient's answers, newest first, those older than `before` if it is given."""
        statement = _whole_answers().where(AnswerRow.patient_id == patient_id)
        if before is not None:
            statement = statement.where(AnswerRow.id < before)
        return (await self._session.scalars(statement.order_by(AnswerRow.id.desc()).limit(limit))).all()

    async def knows_patient(self, patient_id: str) -> bool:
        return await self._session.get(PatientRow, patient_id) is not None


def _whole_answers() -> Select[AnswerRow]:
    return select(AnswerRow).options(
        joinedload(AnswerRow.prediction),
        joinedload(AnswerRow.generation),
        selectinload(AnswerRow.counterfactuals),
    )


def _prediction(prediction_id: UUID, asked: Asked, answer: CounterfactualsAnswer) -> dict[str, Any]:
    return {
        "id": prediction_id,
        "created_at": answer.created_at,
        "model_name": answer.model.name,
        "model_version": answer.model.version,
        "model_digest": asked.hosted.model.digest,
        "risk": answer.prediction.risk,
        "threshold": answer.prediction.threshold,
        "label": answer.prediction.label,
    }


def _answer(
    prediction_id: UUID,
    asked: Asked,
    digest: str,
    answer: CounterfactualsAnswer,
    infeasible: dict[str, Any] | None,
) -> dict[str, Any]:
    return {
        "id": answer.id,
        "created_at": answer.created_at,
        "patient_id": asked.patient_id,
        "prediction_id": prediction_id,
        "question_digest": digest,
        "features": dict(asked.patient.values),
        "target": asked.target,
        "constraints": asked.constraints_json(),
        "count": asked.wish.count,
        "min_robustness": asked.wish.min_robustness,
        "generator": asked.wish.generator,
        "status": answer.status,
        "infeasible": infeasible,
    }


def _option(answer_id: UUID, option: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in option.items() if name != "verified"}
    return kept | {"answer_id": answer_id, "id": UUID(option["id"])}
