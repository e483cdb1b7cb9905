"""What was said before of what an option changes, where another card or another answer offered it."""

from collections.abc import Sequence
from uuid import UUID

from app.domain.counterfactual import Change
from app.domain.wording import inline
from app.faces.http.pages.rendering import day
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.plan import reason_text
from app.usecases.counterfactuals.option_schemas import CounterfactualOut
from app.usecases.feedback.judged import Judgement, changed_by, of_the_same_kind
from app.usecases.feedback.reasons import REASONS, Reason, Verdict
from app.usecases.plans.states import EventKind, PlanState
from app.usecases.record.context import AnswerContext


def said_of_option(context: AnswerContext, option: CounterfactualOut) -> str | None:
    """In words; None where nothing was said, or of this very option alone."""
    told = [_said(context, option.changes, option.id)]
    plan = context.plan
    is_another = plan is not None and plan.counterfactual_id != option.id
    if plan is not None and is_another and changed_by(plan.changes) == changed_by(option.changes):
        told.append(_("It is what the plan changes."))
    return " ".join(one for one in told if one) or None


def said_since(context: AnswerContext) -> str | None:
    """That what the active plan changes was declined since, on a card that is not the plan's own."""
    plan = context.plan
    found = context.history.judgements.get(changed_by(plan.changes)) if plan else None
    if plan is None or found is None or found.verdict is not Verdict.DECLINED:
        return None
    if found.option == plan.counterfactual_id or found.given_at < plan.created_at:
        return None
    return _("%(said)s The plan goes on until it is stopped.", said=_told(context, found, is_same=True))


def _said(context: AnswerContext, changes: Sequence[Change], own: UUID) -> str | None:
    judged = context.history.judgements
    same = judged.get(changed_by(changes))
    if same is not None:
        return None if same.option == own else _told(context, same, is_same=True)
    here = [one.id for one in context.offered]
    alike = of_the_same_kind(judged, changes, but_of=here)
    return None if alike is None else _told(context, alike, is_same=False)


def _told(context: AnswerContext, said: Judgement, is_same: bool) -> str:
    told = {"day": day(said.given_at.date()), "by": _by(said), "where": _where(context, said)}
    if said.verdict is Verdict.ACCEPTED:
        text = (
            _("The same changes were accepted on %(day)s%(by)s, %(where)s", **told)
            if is_same
            else _(
                "The same kinds of change, by other amounts, were accepted on %(day)s%(by)s, %(where)s",
                **told,
            )
        )
        return f"{text}{_became(context, said)}."
    text = (
        _("The same changes were declined on %(day)s%(by)s, %(where)s", **told)
        if is_same
        else _(
            "The same kinds of change, by other amounts, were declined on %(day)s%(by)s, %(where)s", **told
        )
    )
    return f"{text}{_why(said)}."


def _by(said: Judgement) -> str:
    return _(" by %(name)s", name=said.given_by) if said.given_by else ""


def _where(context: AnswerContext, said: Judgement) -> str:
    if any(one.id == said.option for one in context.offered):
        return _("on another card of this answer")
    return _("in another answer")


def _why(said: Judgement) -> str:
    """The reason, or the note where the reason is in it."""
    if said.reason is None:
        return ""
    if said.reason is Reason.OTHER and said.note:
        return f": “{said.note}”"
    return f": {inline(REASONS[said.reason])}"


def _became(context: AnswerContext, said: Judgement) -> str:
    """What became of the plan that was made of it, if it has ended."""
    plan = next((one for one in context.history.plans if one.counterfactual_id == said.option), None)
    if plan is None or plan.ended_at is None:
        return ""
    on = day(plan.ended_at.date())
    if plan.state is PlanState.COMPLETED:
        return _("; the plan of them was completed on %(day)s", day=on)
    ended = next(event for event in reversed(plan.events) if event.kind is EventKind.STOPPED)
    why = inline(reason_text(ended.reason)) if ended.reason else ""
    return _("; the plan of them was stopped on %(day)s: %(why)s", day=on, why=why)
