"""What the pages read from the record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from app.feedback.repository import FeedbackRepository
from app.storage.feedback_tables import FeedbackRow
from app.storage.tables import AnswerRow, PatientRow

_LOOKED_AT = 400
"""So many of the newest answers are looked at for who was seen lately."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A patient's newest answers, the one asked for if it is older, and every verdict on their options."""

    answers: Sequence[AnswerRow]
    verdicts: Sequence[FeedbackRow] = field(default=())


class RecordReader:
    """Reads for pages, within one transaction of the caller's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_patient(self, patient_id: str, wanted: UUID | None, limit: int) -> Recorded:
        """Newest first; what is wanted, or the newest that a caller asked for, is last if it is older."""
        mine = _answers().where(AnswerRow.patient_id == patient_id).order_by(AnswerRow.id.desc())
        answers = list((await self._session.scalars(mine.limit(limit))).all())
        is_there = any(row.based_on is None if wanted is None else row.id == wanted for row in answers)
        if answers and not is_there:
            which = AnswerRow.based_on.is_(None) if wanted is None else AnswerRow.id == wanted
            older = await self._session.scalar(mine.where(which).limit(1))
            answers += [older] if older is not None else []
        options = [option.id for row in answers for option in row.counterfactuals]
        return Recorded(answers, await FeedbackRepository(self._session).of(options))

    async def lately(self, patients: int) -> Recorded:
        """The newest answer asked for by a caller of each patient seen lately."""
        newest = select(AnswerRow.id).where(AnswerRow.based_on.is_(None)).order_by(AnswerRow.id.desc())
        window = newest.limit(_LOOKED_AT).subquery()
        return await self._newest_of_each(AnswerRow.id.in_(select(window)), patients)

    async def called(self, text: str, patients: int) -> Recorded:
        """The newest answer of each patient whose id contains the text, in either case."""
        ids = select(PatientRow.id).where(PatientRow.id.icontains(text, autoescape=True))
        found = ids.order_by(func.length(PatientRow.id), PatientRow.id).limit(patients)
        asked = AnswerRow.patient_id.in_(found) & AnswerRow.based_on.is_(None)
        return await self._newest_of_each(asked, patients)

    async def _newest_of_each(self, which: ColumnElement[bool], patients: int) -> Recorded:
        each = select(AnswerRow.id).where(which).ext(distinct_on(AnswerRow.patient_id))
        newest = each.order_by(AnswerRow.patient_id, AnswerRow.id.desc())
        statement = _answers().where(AnswerRow.id.in_(newest)).order_by(AnswerRow.id.desc()).limit(patients)
        answers = (await self._session.scalars(statement)).all()
        options = [option.id for row in answers for option in row.counterfactuals]
        return Recorded(answers, await FeedbackRepository(self._session).of(options))


def _answers() -> Select[AnswerRow]:
    return select(AnswerRow).options(
        joinedload(AnswerRow.prediction),
        joinedload(AnswerRow.generation),
        selectinload(AnswerRow.counterfactuals),
    )
