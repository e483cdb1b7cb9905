"""What was answered before, and what was said about it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.counterfactual import Status
from app.faces.http.pages.rendering import line_words
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
from app.faces.pages.patient.views.improvements import least_words
from app.faces.pages.patient.views.names import recorded_name
from app.faces.pages.patient.views.options import Said, said_of
from app.storage.tables import AnswerRow
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer; `said` has every verdict ever given on what it offers, by name, oldest first."""

    id: UUID
    created_at: datetime
    model: str
    risk: float
    outcome: str
    is_what_if: bool
    is_shown: bool
    said: tuple[tuple[str, Said], ...]


@dataclass(frozen=True, slots=True)
class HistoryView:
    """Entries, newest first, and where they go on."""

    entries: tuple[Entry, ...]
    older: UUID | None


def history_of(context: AnswerContext) -> HistoryView:
    """The history of the patient whom the answer is about."""
    history = context.history
    return HistoryView(tuple(_entry(context, row) for row in history.answers), history.older)


def outcome_text(row: AnswerRow) -> str:
    """How an answer ended, in a few words, and what helps although nothing reaches the target."""
    count = len(row.improvements)
    told = [ngettext("%(num)s improvement", "%(num)s improvements", count)] if count else []
    if row.status == Status.FOUND:
        return "; ".join([_options_text(row), *told])
    if row.status == Status.OUTCOME_MEASURED:
        return "; ".join([_("outcome measured: the estimate does not count"), *told])
    if row.status == Status.ALREADY_BELOW_TARGET:
        return "; ".join([_below_text(row), *told])
    if told:
        return _("%(improvements)s; the target is not reached", improvements=told[0])
    if row.no_improvement:
        least = least_words(row.prediction.threshold)
        return _("nothing found that lowers it by %(least)s and holds", least=least)
    return _("no change found that reaches the target")


def _options_text(row: AnswerRow) -> str:
    options = row.counterfactuals
    if any(option.fragile for option in options):
        return ngettext("%(num)s fragile option", "%(num)s fragile options", len(options))
    return ngettext("%(num)s option", "%(num)s options", len(options))


def _below_text(row: AnswerRow) -> str:
    target, threshold = row.target, row.prediction.threshold
    if round(target, 4) == round(threshold, 4):
        return _("at or below the target")
    return _("at or below its target of %(target)s", target=line_words(target, threshold))


def _entry(context: AnswerContext, row: AnswerRow) -> Entry:
    names = {option.id: recorded_name(option) for option in row.options}
    verdicts = [one for one in context.history.verdicts if one.counterfactual_id in names]
    return Entry(
        id=row.id,
        created_at=row.created_at,
        model=f"{row.prediction.model_name} {row.prediction.model_version}",
        risk=row.prediction.risk,
        outcome=outcome_text(row),
        is_what_if=row.based_on is not None,
        is_shown=row.id == context.row.id,
        said=tuple((names[one.counterfactual_id], said_of(one)) for one in verdicts),
    )
