"""What an EHR reports of a card: the same verdicts as the page's, on the options that the card showed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.errors import ConflictError
from app.engine.registry import ModelRegistry
from app.storage.database import TenantDatabase
from app.storage.feedback_tables import FeedbackRow
from app.usecases.feedback.reasons import Reason, Verdict
from app.usecases.feedback.repository import FeedbackRepository, current_verdicts
from app.usecases.feedback.schemas import FeedbackIn
from app.usecases.plans.verdicts import give

_TRIES = 3
"""Of a verdict, while others give theirs."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a card, by the EHR's clock: options that were taken up, or why none was."""

    at: datetime
    accepted: Collection[UUID] = ()
    reason: Reason | None = None
    note: str | None = None


async def take_report(
    database: TenantDatabase,
    registry: ModelRegistry,
    answer_id: UUID,
    shown: Sequence[UUID],
    report: Report,
) -> None:
    """Record what an EHR reports of an answer's card that showed these options.

    What is told of an option later than the report is left alone: reports may come late, and twice. A card
    that is overridden declines what nobody accepted, since others may have taken an option up before.

    Raises:
        ConflictError: an option was accepted, and a preference has none offered to the patient; the others
            are recorded.
    """
    refused = None
    for option_id in shown:
        try:
            await _tell(database, registry, answer_id, option_id, report)
        except ConflictError as error:
            refused = error
    if refused is not None:
        raise refused


async def _tell(
    database: TenantDatabase, registry: ModelRegistry, answer_id: UUID, option_id: UUID, report: Report
) -> None:
    for left in reversed(range(_TRIES)):
        last = await _standing(database, option_id)
        given = _verdict(option_id, report, last)
        if given is None:
            return
        try:
            await give(database, registry, answer_id, given)
            return
        except ConflictError as error:
            if "standing" not in error.members or left == 0:
                raise


def _verdict(option_id: UUID, report: Report, last: FeedbackRow | None) -> FeedbackIn | None:
    """The verdict in place of the one that stands; None where that one is to stay."""
    is_accepted = option_id in report.accepted
    if last is not None and last.created_at > report.at:
        return None
    if not is_accepted and (report.reason is None or (last and last.verdict == Verdict.ACCEPTED)):
        return None
    return FeedbackIn(
        counterfactual_id=option_id,
        verdict=Verdict.ACCEPTED if is_accepted else Verdict.DECLINED,
        reason=None if is_accepted else report.reason,
        note=None if is_accepted else report.note,
        replaces=last.id if last else None,
    )


async def _standing(database: TenantDatabase, option_id: UUID) -> FeedbackRow | None:
    async with database.transaction() as session:
        return current_verdicts(await FeedbackRepository(session).of([option_id])).get(option_id)
