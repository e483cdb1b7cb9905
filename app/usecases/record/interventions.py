"""A patient's answers as they were given, a page at a time."""

from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import NotFoundError
from app.storage.database import TenantDatabase
from app.usecases.counterfactuals.mapping import from_row
from app.usecases.counterfactuals.repository import AnswerRepository
from app.usecases.feedback.repository import FeedbackRepository, current_verdicts
from app.usecases.feedback.schemas import FeedbackOut
from app.usecases.record.schemas import InterventionsPage


async def interventions_of(
    database: TenantDatabase, patient_id: str, before: UUID | None, limit: int
) -> InterventionsPage:
    """A page of a patient's answers, newest first, those older than `before` if it is given.

    Raises:
        NotFoundError: nothing is on record for the patient.
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        repository = AnswerRepository(session)
        if not await repository.keep_patient(patient_id):
            raise NotFoundError("There is no patient with this id.")
        rows = await repository.of_patient(patient_id, before, limit + 1)
        note_access(session, Access(Action.READ, Entity.HISTORY, patient_id))
        answers = [from_row(row) for row in rows[:limit]]
        options = [option.id for answer in answers for option in answer.offered]
        verdicts = current_verdicts(await FeedbackRepository(session).of(options))
    older = answers[-1].id if len(rows) > limit else None
    feedback = [FeedbackOut.model_validate(verdicts[option]) for option in options if option in verdicts]
    return InterventionsPage(patient_id=patient_id, answers=answers, feedback=feedback, next=older)
