"""From feedback on cards to verdicts on the options that they showed."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from app.domain.errors import ConflictError, NotFoundError
from app.engine.registry import ModelRegistry
from app.faces.ehr.cds.feedback_schemas import CardFeedback, OverrideReason
from app.faces.ehr.cds.override_reasons import display_of, reason_of
from app.faces.ehr.cds.state import offered_on_card
from app.metrics import CDS_FEEDBACK
from app.parsing.free_text import FreeTextError, is_visible, read_free_text
from app.storage.database import TenantDatabase
from app.usecases.counterfactuals.schemas import CounterfactualsAnswer
from app.usecases.counterfactuals.service import CounterfactualService
from app.usecases.ehr.reported import Report, take_report
from app.usecases.feedback.judged import judgements_of, settling
from app.usecases.feedback.reasons import Reason

_NOTE_LENGTH = 1000
_NO_REASON = "Overridden in the EHR; no reason was given."
_NO_WORDS = "Overridden in the EHR, for a reason of its own."


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes reports of one service's cards in; `model` is the service's."""

    service: CounterfactualService
    database: TenantDatabase
    registry: ModelRegistry
    model: str

    async def take(self, reports: list[CardFeedback]) -> None:
        """Record all that can be; cards that are not this service's are passed over.

        Raises:
            ConflictError: a preference on record refuses an option that was accepted; the rest is recorded.
            RecordError: the database is away.
        """
        counted, refused = Counter[str](), None
        for report in reports:
            try:
                counted[report.outcome if await self._take(report) else "unknown"] += 1
            except ConflictError as error:
                counted["refused"], refused = counted["refused"] + 1, error
        for outcome, count in counted.items():
            CDS_FEEDBACK.labels(outcome).inc(count)
        if refused is not None:
            raise refused

    async def _take(self, report: CardFeedback) -> bool:
        """Whether there is such a card."""
        card = _uuid(report.card)
        try:
            answer = await self.service.recorded(card) if card else None
        except NotFoundError:
            answer = None
        if answer is None or answer.model.name != self.model:
            return False
        told = _report(report)
        shown = await self._shown(answer, told.accepted)
        await take_report(self.database, self.registry, answer.id, shown, told)
        return True

    async def _shown(self, answer: CounterfactualsAnswer, accepted: Collection[UUID]) -> list[UUID]:
        """The card's options. What was said of another answer's option that changes the same, or why nothing
        of its kind is wanted, stands: the card did not offer it again, so that whoever overrode the card said
        nothing of it."""
        judged = await judgements_of(self.database, answer.patient_id, self.model, answer.id)
        own = [(option.id, settling(judged, option.changes)) for option in offered_on_card(answer)]
        return [one for one, said in own if one in accepted or said is None or said.option == one]


def _report(told: CardFeedback) -> Report:
    if told.outcome == "accepted":
        accepted = {found for one in told.accepted_suggestions if (found := _uuid(one.id))}
        return Report(told.outcome_timestamp, accepted)
    reason, note = _why(told.override_reason)
    return Report(told.outcome_timestamp, reason=reason, note=note)


def _why(told: OverrideReason | None) -> tuple[Reason, str | None]:
    """Another reason needs words: the clinician's own, or else what the code means."""
    if told is None:
        return Reason.OTHER, _NO_REASON
    system, code = (told.reason.system, told.reason.code) if told.reason else (None, None)
    reason, note = reason_of(system, code), _note(told.user_comment)
    if reason is Reason.OTHER and note is None:
        return reason, display_of(system, code) or _NO_WORDS
    return reason, note


def _note(comment: str | None) -> str | None:
    """What fits into a verdict of a comment; None where there is nothing to read in it."""
    try:
        text = read_free_text(comment or "").strip()
    except FreeTextError:
        return None
    if not is_visible(text):
        return None
    return text if len(text) <= _NOTE_LENGTH else f"{text[: _NOTE_LENGTH - 1]}…"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
