"""Improvements in their place: what they claim beside options, and what is said where there are none."""

from dataclasses import dataclass

from app.domain.counterfactual import BELOW, Status
from app.domain.risk_scale import least_reduction_at
from app.domain.tolerances import SAME
from app.faces.http.pages.rendering import line_words, risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
from app.faces.pages.patient.views.options import OptionView, improvement_views
from app.faces.pages.patient.views.points import points_text
from app.faces.pages.patient.views.unseen import outside
from app.usecases.record.context import AnswerContext

_MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class ImprovementsView:
    """The section of improvements, equal in rank to that of options.

    `lead` tells what is claimed and what is not. Without cards, `lead` is why there are none, and `outside`
    what the finding says nothing of.
    """

    title: str
    lead: str
    cards: tuple[OptionView, ...]
    outside: str | None


def improvements_of(context: AnswerContext) -> ImprovementsView | None:
    """None where neither improvements are told nor that there are none: not asked for, or not known then."""
    nothing, cards = context.answer.no_improvement, tuple(improvement_views(context))
    if cards:
        return ImprovementsView(_title(context, len(cards)), _lead(context), cards, None)
    if nothing is None:
        return None
    least = least_words(context.answer.prediction.threshold)
    title = _("Nothing was found that lowers the estimate by %(least)s or more and holds", least=least)
    return ImprovementsView(title, nothing.text, (), outside(context))


def least_words(threshold: float) -> str:
    """The smallest fall that is offered: "2 points", or less where the threshold is near 0 or 1."""
    least = least_reduction_at(threshold)
    places = next((one for one in range(_MOST_PLACES) if _is_told(100 * least, one)), _MOST_PLACES)
    return points_text(least, places)


def _is_told(points: float, places: int) -> bool:
    return abs(round(points, places) - points) < SAME


def unreached_is_proved(context: AnswerContext) -> bool:
    """Whether no permitted way reaches the target, or the search was only not given enough to find one."""
    infeasible, target = context.answer.infeasible, context.answer.prediction.target
    return infeasible is not None and (infeasible.proved or (infeasible.risk_bound or 0) > target)


def unreached_title(context: AnswerContext) -> str:
    """That the target is out of reach: proved, or only found so."""
    if unreached_is_proved(context):
        return _("The target is not in reach by what is permitted")
    return _("Nothing was found that reaches the target")


def _title(context: AnswerContext, count: int) -> str:
    status = context.answer.status
    if status is Status.INFEASIBLE:
        return ngettext(
            "One way to lower the estimated risk", "%(num)s ways to lower the estimated risk", count
        )
    if status in BELOW:
        return _("What would lower it further")
    return ngettext("One improvement", "%(num)s improvements", count)


def _lead(context: AnswerContext) -> str:
    """What an improvement claims in this answer, and what not."""
    answer = context.answer
    claim = _(
        "The estimate falls in %(often)s: if the model had learned from other people, if values were "
        "measured again, if changes were done in part. By how much is less sure. That it is lower is an "
        "association.",
        often=_least_share(context),
    )
    target = line_words(answer.prediction.target)
    if answer.status is Status.INFEASIBLE:
        if unreached_is_proved(context):
            unreached = _("The target of %(target)s is not in reach by what is permitted.", target=target)
        else:
            unreached = _("Nothing was found that reaches the target of %(target)s.", target=target)
        return f"{unreached} {claim}"
    if answer.status in BELOW:
        return " ".join(
            [_("The estimate is at or below the target of %(target)s as it is.", target=target), claim]
        )
    return f"{_beside_options(context, target)} {claim}"


def _beside_options(context: AnswerContext, target: str) -> str:
    """What tells improvements from the options above them."""
    if context.options[0].fragile:
        options = _(
            "An option claims to end at or below the target of %(target)s, but none does so as often as was "
            "asked for.",
            target=target,
        )
    else:
        options = _("An option claims to end at or below the target of %(target)s.", target=target)
    if any(one.risk <= context.answer.prediction.target for one in context.answer.improvements):
        return " ".join(
            [options, _("An improvement does not claim to stay there, even where it ends there.")]
        )
    return " ".join([options, _("An improvement does not.")])


def _least_share(context: AnswerContext) -> str:
    """In how many refits and draws, to a clinician checks, an improvement is to lower the estimate."""
    conditions = context.answer.conditions
    least = conditions.min_robustness if conditions else None
    share = context.row.min_robustness if least is None else least
    if round(share, 6) == 1:
        return _("all checks")
    return _("at least %(share)s of checks", share=risk_words(share))
