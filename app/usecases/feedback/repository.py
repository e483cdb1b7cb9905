"""Reading and adding verdicts."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.storage.feedback_tables import FeedbackRow
from app.storage.patients import lock_patient
from app.storage.tables import AnswerRow, CounterfactualRow, Json, PredictionRow

Transaction = AsyncSession
"""What is recorded together."""


class OvertakenError(RuntimeError):
    """Somebody else was quicker."""


class FeedbackRepository:
    """Verdicts, within one transaction of the caller's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, patient_id: str) -> None:
        """Keep others from giving verdicts on the patient's options, or changing plans, until we are done."""
        await lock_patient(self._session, patient_id)

    async def patient_of(self, answer_id: UUID, counterfactual_id: UUID) -> str | None:
        """Whose option it is; None where the answer has no such option."""
        statement = (
            select(AnswerRow.patient_id)
            .join(CounterfactualRow, CounterfactualRow.answer_id == AnswerRow.id)
            .where(AnswerRow.id == answer_id, CounterfactualRow.id == counterfactual_id)
        )
        return await self._session.scalar(statement)

    async def model_of(self, answer_id: UUID) -> tuple[str, str] | None:
        """Name and version of the model that an answer is by; None where there is no such answer."""
        statement = (
            select(PredictionRow.model_name, PredictionRow.model_version)
            .join(AnswerRow, AnswerRow.prediction_id == PredictionRow.id)
            .where(AnswerRow.id == answer_id)
        )
        row = (await self._session.execute(statement)).one_or_none()
        return (row.model_name, row.model_version) if row else None

    async def is_supposed(self, answer_id: UUID) -> bool:
        """Whether an answer is about other values than those that it departed from."""
        base = aliased(AnswerRow)
        statement = (
            select(AnswerRow.features, base.features)
            .join(base, base.id == AnswerRow.based_on)
            .where(AnswerRow.id == answer_id)
        )
        found = (await self._session.execute(statement)).one_or_none()
        return found is not None and found[0] != found[1]

    async def knows_answer(self, answer_id: UUID) -> bool:
        mine = select(AnswerRow.id).where(AnswerRow.id == answer_id)
        return await self._session.scalar(mine) is not None

    async def of(self, counterfactual_ids: Iterable[UUID]) -> Sequence[FeedbackRow]:
        """All verdicts on these options, oldest first."""
        statement = select(FeedbackRow).where(FeedbackRow.counterfactual_id.in_(list(counterfactual_ids)))
        return (await self._session.scalars(statement.order_by(FeedbackRow.id))).all()

    async def about(self, patient_id: str, model: str) -> Sequence[tuple[FeedbackRow, list[Json]]]:
        """All verdicts on a patient's options by any version of a model, oldest first, each with what its
        option changes."""
        return [(row, changes) for row, changes, by in await self.of_patient(patient_id) if by == model]

    async def of_patient(self, patient_id: str) -> Sequence[tuple[FeedbackRow, list[Json], str]]:
        """All verdicts on a patient's options, oldest first, each with what its option changes and the name
        of the model that it is by."""
        statement = (
            select(FeedbackRow, CounterfactualRow.changes, PredictionRow.model_name)
            .join(CounterfactualRow, CounterfactualRow.id == FeedbackRow.counterfactual_id)
            .join(AnswerRow, AnswerRow.id == CounterfactualRow.answer_id)
            .join(PredictionRow, PredictionRow.id == AnswerRow.prediction_id)
            .where(AnswerRow.patient_id == patient_id)
            .order_by(FeedbackRow.id)
        )
        return [(row, changes, by) for row, changes, by in (await self._session.execute(statement)).all()]

    async def add(self, row: FeedbackRow) -> None:
        """Add a verdict.

        Raises:
            OvertakenError: another verdict has taken this one's place meanwhile.
        """
        self._session.add(row)
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise OvertakenError from error
        await self._session.refresh(row)


def current_verdicts(rows: Sequence[FeedbackRow]) -> dict[UUID, FeedbackRow]:
    """The verdict that stands on each option, a withdrawal included: the one that nothing replaces."""
    replaced = {row.replaces for row in rows}
    return {row.counterfactual_id: row for row in rows if row.id not in replaced}
