"""What clinicians said of a patient's options, by what an option changes.

An answer that is worked out anew has options of new ids, and at the next visit they start elsewhere and end
elsewhere. Who declined one has declined the same change in it, and may have meant others of its kind.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
Moves = Mapping[str, tuple[Any, Any]]
"""By feature, from which value to which."""
_OF_ANY_AMOUNT = frozenset({Reason.UNSUITABLE, Reason.PREFERENCE, Reason.UNDER_WAY})
"""Why a change is declined that hold for more of it and for less."""
_OF_AS_MUCH = frozenset({Reason.NOT_FEASIBLE, Reason.TRIED_BEFORE})
"""Those that hold for as much of it, and for more."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict that stands, on which option, when and by whom it was given; never a withdrawal."""

    option: UUID
    verdict: Verdict
    reason: Reason | None
    note: str | None
    given_at: datetime
    given_by: str | None
    moves: Moves


Judgements = Mapping[Changed, Judgement]
"""By what an option changes, what was said last; in the order in which it was said."""


def changed_by(changes: Iterable[Change]) -> Changed:
    """What an option changes."""
    return frozenset((one.feature, one.after) for one in changes)


def of_the_same_kind(
    judged: Judgements, changes: Iterable[Change], but_of: Collection[UUID] = ()
) -> Judgement | None:
    """What was said last of changes of the same features in the same directions, be it by other amounts.

    Options in `but_of` are passed over.
    """
    alike = [one for one in _alike(judged, _moves(changes)) if one.option not in but_of]
    return alike[-1] if alike else None


def settling(judged: Judgements, changes: Sequence[Change]) -> Judgement | None:
    """What was said that leaves nothing to ask of an option: of the same changes, or why not of their kind.

    At the next visit a weight is another one. Who declined to lose 6 kg as unsuitable is not asked again from
    there; who found it not feasible may find 3 kg so. Each decline binds, whatever else was declined since,
    until as much of the kind was accepted.
    """
    if (said := judged.get(changed_by(changes))) is not None:
        return said
    moves, binding = _moves(changes), None
    for one in _alike(judged, moves):
        if one.verdict is Verdict.DECLINED and _binds(one, moves):
            binding = one
        elif one.verdict is Verdict.ACCEPTED and _is_as_much(one.moves, moves):
            binding = None
    return binding


def _alike(judged: Judgements, moves: Moves) -> list[Judgement]:
    kind = _kind(moves)
    return [one for one in judged.values() if _kind(one.moves) == kind]


def _binds(declined: Judgement, moves: Moves) -> bool:
    """Whether the reason of a decline holds for changes of its kind."""
    if declined.reason in _OF_ANY_AMOUNT:
        return True
    return declined.reason in _OF_AS_MUCH and _is_as_much(moves, declined.moves)


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
    """What stands, of verdicts that are oldest first, each with what its option changes.

    What was taken back counts for nothing: what was said before of the same changes elsewhere stands.
    """
    standing = current_verdicts([row for row, _ in found])
    judged: dict[Changed, Judgement] = {}
    for row, changes in found:
        if standing[row.counterfactual_id] is not row or row.verdict == Verdict.WITHDRAWN:
            continue
        changed = frozenset((one["feature"], one["to"]) for one in changes)
        judged.pop(changed, None)  # so that what was said last comes last
        judged[changed] = Judgement(
            row.counterfactual_id,
            Verdict(row.verdict),
            Reason(row.reason) if row.reason else None,
            row.note,
            row.created_at,
            row.given_by,
            {one["feature"]: (one["from"], one["to"]) for one in changes},
        )
    return judged


def _moves(changes: Iterable[Change]) -> Moves:
    return {one.feature: (one.before, one.after) for one in changes}


def _kind(moves: Moves) -> frozenset[tuple[str, Any]]:
    """Features with the directions of their changes; what is no number has the value it comes to."""
    return frozenset((feature, _direction(*ends)) for feature, ends in moves.items())


def _direction(before: Any, after: Any) -> Any:
    return after > before if _are_numbers(before, after) else after


def _is_as_much(moves: Moves, than: Moves) -> bool:
    """Whether no number goes less far than it did there."""
    return all(
        abs(after - before) >= abs(than[feature][1] - than[feature][0])
        for feature, (before, after) in moves.items()
        if _are_numbers(before, after) and _are_numbers(*than[feature])
    )


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
