"""What clinicians said of a patient's options, by what an option changes.

An answer that is worked out anew has options of new ids. Who declined one has declined the same change in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.audit.events import Access, Action, Entity
from app.audit.noting import note_access
from app.domain.counterfactual import Change
from app.storage.database import TenantDatabase
from app.storage.feedback_tables import FeedbackRow
from app.usecases.feedback.reasons import Reason, Verdict
from app.usecases.feedback.repository import FeedbackRepository, current_verdicts

Changed = frozenset[tuple[str, Any]]
"""What an option changes: features, and the values they come to."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict that stands, on which option, and when it was given; never a withdrawal."""

    option: UUID
    verdict: Verdict
    reason: Reason | None
    given_on: date


Judgements = Mapping[Changed, Judgement]


def changed_by(changes: Iterable[Change]) -> Changed:
    """What an option changes."""
    return frozenset((one.feature, one.after) for one in changes)


async def judgements_of(database: TenantDatabase, patient_id: str, model: str, answer_id: UUID) -> Judgements:
    """What stands of the patient's options by any version of a model, to be told with an answer.

    Raises:
        RecordError: the database is away.
    """
    async with database.transaction() as session:
        found = await FeedbackRepository(session).about(patient_id, model)
        if found:
            note_access(session, Access(Action.READ, Entity.VERDICT, patient_id, answer_id))
    return judgements_in(found)


def judgements_in(found: Sequence[tuple[FeedbackRow, Sequence[Mapping[str, Any]]]]) -> Judgements:
    """What stands, of verdicts that are oldest first, each with what its option changes."""
    changes = {row.counterfactual_id: _recorded(told) for row, told in found}
    return standing_by_changes([row for row, _ in found], changes)


def standing_by_changes(rows: Sequence[FeedbackRow], changes: Mapping[UUID, Changed]) -> Judgements:
    """By what options change, what was said last, of rows that are oldest first; nothing of what was taken
    back."""
    standing = current_verdicts(rows)
    last = {changes[row.counterfactual_id]: row for row in rows if standing[row.counterfactual_id] is row}
    return {
        changed: Judgement(
            row.counterfactual_id,
            Verdict(row.verdict),
            Reason(row.reason) if row.reason else None,
            row.created_at.date(),
        )
        for changed, row in last.items()
        if row.verdict != Verdict.WITHDRAWN
    }


def _recorded(changes: Sequence[Mapping[str, Any]]) -> Changed:
    return frozenset((one["feature"], one["to"]) for one in changes)
