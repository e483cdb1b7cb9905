"""The next step: what to find out, by which guideline, and when to look again."""

from dataclasses import dataclass
from datetime import date

from app.domain.calendar import months_later
from app.domain.certainty import Certainty, certainty_of
from app.domain.consultation import STATES, Guideline, State
from app.faces.http.pages.translation import gettext as _
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class GuidelineView:
    """A guideline with its address, and whether this patient is among those it is about."""

    title: str
    year: int
    url: str
    says: str
    who: str | None
    checked: date


@dataclass(frozen=True, slots=True)
class NextStepView:
    """What to do while no result is known."""

    says: str
    recheck_on: date
    guidelines: tuple[GuidelineView, ...]


def next_step_of(context: AnswerContext) -> NextStepView:
    """The step of the state that the estimate is in."""
    step = context.consultation.next_for(_state(context))
    return NextStepView(
        says=step.says,
        recheck_on=months_later(context.sent_at.date(), step.recheck_months),
        guidelines=tuple(
            guideline_view(context, one) for one in context.consultation.guidelines(step.guidelines)
        ),
    )


def guideline_view(context: AnswerContext, guideline: Guideline) -> GuidelineView:
    """A guideline, in words for this patient."""
    return GuidelineView(
        title=guideline.title,
        year=guideline.year,
        url=str(guideline.url),
        says=guideline.says,
        who=_who(guideline, guideline.names(context.row.features)),
        checked=guideline.checked,
    )


def _who(guideline: Guideline, is_named: bool | None) -> str | None:
    if guideline.who is None:
        return None
    if is_named is None:
        return _("It is about %(who)s.", who=guideline.who)
    if is_named:
        return _("It is about %(who)s: this patient is one.", who=guideline.who)
    return _("It is about %(who)s: this patient is not one.", who=guideline.who)


def _state(context: AnswerContext) -> State:
    """Where no band is known, an estimate is never called clear."""
    made = context.answer.prediction
    if made.band is None:
        return "above" if made.risk > made.threshold else "unclear"
    return STATES[Certainty(certainty_of(made.risk, made.band, made.threshold))]
