"""The context of a patient's page, from the record."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import NotFoundError
from app.engine.registry import ModelRegistry
from app.storage.database import TenantDatabase
from app.storage.tables import AnswerRow
from app.usecases.feedback.judged import judgements_in
from app.usecases.record.context import AnswerContext, RecordedHistory, context_of
from app.usecases.record.reference_distributions import ReferenceDistributions
from app.usecases.record.repository import RecordReader, RequestedAnswer

HISTORY = 20
"""Answers in a page's history."""


class UnknownPatientError(NotFoundError):
    """Nothing is on record for a patient."""


class AnswerContextLoader:
    """Finds contexts."""

    def __init__(
        self,
        database: TenantDatabase,
        registry: ModelRegistry,
        distributions: Mapping[str, ReferenceDistributions],
    ) -> None:
        self._database = database
        self._registry = registry
        self._distributions = distributions

    async def of(
        self, patient_id: str, wanted: UUID | None = None, before: UUID | None = None
    ) -> AnswerContext:
        """The context of the wanted answer, or of the one that a caller asked for last.

        `before` is where the history goes on, towards older answers.

        Raises:
            UnknownPatientError: nothing is on record for the patient.
            NotFoundError: the wanted answer is not theirs.
        """
        async with self._database.transaction() as session:
            reader = RecordReader(session)
            await reader.keep(patient_id)
            last = await reader.latest_requested(patient_id)
            if not last:
                raise UnknownPatientError("There is no patient with this id.")
            sent = last[0] if wanted is None else _theirs(await reader.answer(patient_id, wanted))
            history = await self._history(reader, sent, last, before)
            note_access(session, Access(Action.READ, Entity.PATIENT_PAGE, patient_id, sent.answer.id))
        return self._context(sent, history)

    async def last_requested(self, patient_id: str) -> Sequence[RequestedAnswer]:
        """What a caller asked for last about the patient, by model, newest first; nothing of a stranger."""
        async with self._database.transaction() as session:
            reader = RecordReader(session)
            await reader.keep(patient_id)
            last = await reader.latest_requested(patient_id)
            note_access(
                session, *(Access(Action.READ, Entity.ANSWER, patient_id, one.answer.id) for one in last)
            )
        return last

    async def latest_of(self, patient_id: str, model_name: str) -> AnswerContext:
        """The context of what a caller asked a model for last, without what lies around it.

        Raises:
            NotFoundError: no caller asked it about the patient.
        """
        last = await self.last_requested(patient_id)
        mine = [one for one in last if one.answer.prediction.model_name == model_name]
        return self._context(_theirs(mine[0] if mine else None), RecordedHistory(base=None))

    async def alone(self, patient_id: str, wanted: UUID) -> AnswerContext:
        """The context of one answer with the patient's preferences, and the one that it departed from alone.

        Raises:
            NotFoundError: it is not the patient's.
        """
        async with self._database.transaction() as session:
            reader = RecordReader(session)
            await reader.keep(patient_id)
            sent = _theirs(await reader.answer(patient_id, wanted))
            base, by = await _base(reader, sent.answer), sent.answer.prediction.model_name
            history = RecordedHistory(base, preferences=await reader.preferences(patient_id, by))
            note_access(session, Access(Action.READ, Entity.ANSWER, patient_id, wanted))
        return self._context(sent, history)

    async def _history(
        self, reader: RecordReader, sent: RequestedAnswer, last: list[RequestedAnswer], before: UUID | None
    ) -> RecordedHistory:
        shown, prediction = sent.answer, sent.answer.prediction
        verdicts = await reader.verdicts(shown.patient_id)
        answers = list(await reader.answers(shown.patient_id, before, HISTORY + 1))
        return RecordedHistory(
            base=await _base(reader, shown),
            answers=answers[:HISTORY],
            older=answers[HISTORY - 1].id if len(answers) > HISTORY else None,
            others=[one for one in last if one.answer.prediction.model_name != prediction.model_name],
            risk_history=await reader.risk_history(
                shown.patient_id, prediction.model_name, prediction.model_version
            ),
            verdicts=[row for row, _, _ in verdicts],
            judgements=judgements_in(
                [(row, changes) for row, changes, by in verdicts if by == prediction.model_name]
            ),
            preferences=await reader.preferences(shown.patient_id, prediction.model_name),
            measurements=await reader.measurements(shown.patient_id, prediction.model_name),
            plans=await reader.plans(shown.patient_id, prediction.model_name),
        )

    def _context(self, sent: RequestedAnswer, history: RecordedHistory) -> AnswerContext:
        made = sent.answer.prediction
        served = self._registry.recorded(made.model_name, made.model_version)
        distributions = self._distributions.get(served.model.reference) if served else None
        return context_of(sent, history, served, distributions)


def _theirs(sent: RequestedAnswer | None) -> RequestedAnswer:
    if sent is None:
        raise NotFoundError("This patient has no answer with this id.")
    return sent


async def _base(reader: RecordReader, row: AnswerRow) -> AnswerRow | None:
    """The answer that a what-if departed from."""
    sent = await reader.answer(row.patient_id, row.based_on) if row.based_on else None
    return sent.answer if sent else None
