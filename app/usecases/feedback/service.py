"""Recording a verdict: once, and only by somebody who has seen what it replaces."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.ids import uuid7
from app.engine.registry import ModelRegistry
from app.storage.database import TenantDatabase
from app.storage.feedback_tables import FeedbackRow
from app.storage.worklist import note_verdict
from app.usecases.feedback.reasons import Verdict
from app.usecases.feedback.repository import (
    FeedbackRepository,
    OvertakenError,
    Transaction,
    current_verdicts,
)
from app.usecases.feedback.schemas import FeedbackIn, FeedbackOut, StandingVerdict
from app.usecases.idempotency.keeping import keep_reply
from app.usecases.preferences.repository import PreferencesRepository
from app.usecases.preferences.service import check_not_refused

And = Callable[[Transaction, FeedbackRow, str], Awaitable[None]]
"""What goes with a new verdict on an option of the patient's, in its transaction."""

_UNKNOWN = "There is no answer with this id."
_CHANGED = (
    "There is another verdict on this option by now, and yours was not stored. On the page, copy what you "
    "wrote before you load it again to see the other one."
)
_SUPPOSED = "is of supposed values: a verdict belongs on the patient's own"
_NOTHING_STANDS = "No verdict stands on this option, so that yours cannot replace one; it was not stored."


async def record(
    database: TenantDatabase,
    registry: ModelRegistry,
    answer_id: UUID,
    given: FeedbackIn,
    and_do: And,
) -> tuple[FeedbackRow, str, bool]:
    """The recorded verdict, the patient's id, and whether it is new: the same again changes nothing.

    With a new one goes what `and_do` does.

    Raises:
        NotFoundError: there is no such answer.
        InvalidInputError: the option is not one of its options, or is of a what-if's supposed values.
        ConflictError: another verdict stands than the one that `given` replaces; or it accepts an option, and
            a preference has none offered to the patient.
    """
    try:
        return await _record(database, registry, answer_id, given, and_do)
    except OvertakenError:  # a gateway of an older version, which takes no lock, was quicker
        try:
            return await _record(database, registry, answer_id, given, and_do)
        except OvertakenError as error:
            raise await _conflict(database, given) from error


async def _record(
    database: TenantDatabase,
    registry: ModelRegistry,
    answer_id: UUID,
    given: FeedbackIn,
    and_do: And,
) -> tuple[FeedbackRow, str, bool]:
    async with database.transaction() as session:
        repository = FeedbackRepository(session)
        patient_id = await repository.patient_of(answer_id, given.counterfactual_id)
        if patient_id is None:
            if not await repository.knows_answer(answer_id):
                raise NotFoundError(_UNKNOWN)
            raise InvalidInputError.at("/counterfactual_id", "is not an option of this answer")
        await repository.lock(patient_id)
        model = await repository.model_of(answer_id)
        if model is None:  # erased while the lock was waited for
            raise NotFoundError(_UNKNOWN)
        if given.verdict is not Verdict.WITHDRAWN and await repository.is_supposed(answer_id):
            raise InvalidInputError.at("/counterfactual_id", _SUPPOSED)
        if given.verdict is Verdict.ACCEPTED:
            served = registry.recorded(*model)
            await check_not_refused(PreferencesRepository(session), patient_id, served)
        verdicts = await repository.of([given.counterfactual_id])
        last = current_verdicts(verdicts).get(given.counterfactual_id)
        if last is not None and _says(last, given):
            access = Access(Action.READ, Entity.VERDICT, patient_id, answer_id, last.id)
            note_access(session, access)
            await keep_reply(session, access, FeedbackOut.model_validate(last))
            return last, patient_id, False
        if given.replaces != (last.id if last else None):
            raise _superseded(last)
        row = FeedbackRow(id=uuid7(), given_by=database.caller.signature, **given.model_dump())
        await repository.add(row)
        await and_do(session, row, patient_id)
        await note_verdict(session, patient_id, answer_id)
        access = Access(Action.CREATE, Entity.VERDICT, patient_id, answer_id, row.id)
        note_access(session, access)
        await keep_reply(session, access, FeedbackOut.model_validate(row), 201)
    return row, patient_id, True


async def _conflict(database: TenantDatabase, given: FeedbackIn) -> ConflictError:
    async with database.transaction() as session:
        verdicts = await FeedbackRepository(session).of([given.counterfactual_id])
    return _superseded(current_verdicts(verdicts).get(given.counterfactual_id))


def _superseded(last: FeedbackRow | None) -> ConflictError:
    """Tells which verdict stands, so that whoever has seen it may replace it."""
    stands = StandingVerdict.model_validate(last).model_dump(mode="json") if last else None
    return ConflictError(_CHANGED if last else _NOTHING_STANDS, {"standing": stands})


def _says(row: FeedbackRow, given: FeedbackIn) -> bool:
    """Whether that is what was said already, by somebody who had seen as much: a button pressed twice."""
    return (row.verdict, row.reason, row.note) == (given.verdict, given.reason, given.note) and (
        given.replaces in (row.replaces, row.id)
    )
