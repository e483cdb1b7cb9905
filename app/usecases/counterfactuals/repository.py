"""Reading recorded answers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from app.storage.patients import keep_patient
from app.storage.tables import AnswerRow

_ONE_EACH = (joinedload(AnswerRow.prediction), joinedload(AnswerRow.generation))


class AnswerRepository:
    """Recorded answers, within one transaction of the caller's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, answer_id: UUID) -> AnswerRow | None:
        """An answer and its options by one statement: between two, what it is about could be erased."""
        whole = select(AnswerRow).options(*_ONE_EACH, joinedload(AnswerRow.options))
        found = await self._session.scalars(whole.where(AnswerRow.id == answer_id))
        return found.unique().one_or_none()

    async def of_patient(self, patient_id: str, before: UUID | None, limit: int) -> Sequence[AnswerRow]:
        """A patient's answers, newest first, those older than `before` if it is given."""
        statement = whole_answers().where(AnswerRow.patient_id == patient_id)
        if before is not None:
            statement = statement.where(AnswerRow.id < before)
        return (await self._session.scalars(statement.order_by(AnswerRow.id.desc()).limit(limit))).all()

    async def keep_patient(self, patient_id: str) -> bool:
        return await keep_patient(self._session, patient_id)


def whole_answers() -> Select[AnswerRow]:
    """Answers with all that telling them takes."""
    return select(AnswerRow).options(*_ONE_EACH, selectinload(AnswerRow.options))
