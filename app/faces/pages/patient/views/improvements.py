"""Improvements in their place: what they claim beside options, and what is said where there are none."""

from dataclasses import dataclass

from app.domain.counterfactual import Status
from app.domain.improvement import LEAST_REDUCTION
from app.domain.wording import points_text
from app.faces.http.pages.rendering import risk_words
from app.faces.pages.patient.views.options import OptionView, improvement_views
from app.usecases.record.context import AnswerContext

_OUTSIDE = (
    "This model saw the values on this page and nothing else: no medicines, no other conditions, no history. "
    "Treatment, measuring again, and advice that is good for everybody are outside it and not judged here."
)

_HOW_MUCH = "By how much is less sure: each says how often half of the fall remains."
_TENTHS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


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
    least = points_text(LEAST_REDUCTION).replace(".0", "")
    title = f"Nothing was found that lowers the estimate reliably by {least} or more"
    return ImprovementsView(title, nothing.text, (), _OUTSIDE)


def unreached_title(context: AnswerContext) -> str:
    """That the target is out of reach: proved, or only found so."""
    infeasible, target = context.answer.infeasible, context.answer.prediction.target
    if infeasible and (infeasible.proved or (infeasible.risk_bound or 0) > target):
        return "The target is not in reach by what is permitted"
    return "Nothing was found that reaches the target"


def _title(context: AnswerContext, count: int) -> str:
    one = count == 1
    if context.answer.status is Status.INFEASIBLE:
        lower = "this lowers" if one else "these lower"
        return f"{unreached_title(context)}. In {_least_share(context)} {lower} the estimate"
    if context.answer.status is Status.ALREADY_BELOW_TARGET:
        return "What would lower the estimate further"
    falls = f"the estimate falls in {_least_share(context)}"
    return f"{'An improvement' if one else 'Improvements'}: {falls}"


def _lead(context: AnswerContext) -> str:
    """What an improvement claims in this answer, and what not."""
    answer = context.answer
    target = f"the target of {risk_words(answer.prediction.target)}"
    often = f"{_least_share(context)}, each from its own start"
    holds = f"that it does so in {often}. {_HOW_MUCH} That it is lower is an association."
    if answer.status is Status.INFEASIBLE:
        return (
            f"An improvement does not claim to reach {target}. It claims that the estimate falls, and {holds}"
        )
    if answer.status is Status.ALREADY_BELOW_TARGET:
        return (
            f"The estimate is at or below {target} as it is. An improvement claims that it falls further, "
            f"and {holds}"
        )
    return f"{_beside_options(context, target)} It claims only that the estimate falls, and {holds}"


def _beside_options(context: AnswerContext, target: str) -> str:
    """What tells improvements from the options above them."""
    how = ", but none does so as often as was asked for" if context.options[0].fragile else ""
    options = f"An option above claims to end at or below {target}{how}."
    if any(one.risk <= context.answer.prediction.target for one in context.answer.improvements):
        return f"{options} An improvement does not claim to stay there, even where it ends there."
    return f"{options} An improvement does not."


def _least_share(context: AnswerContext) -> str:
    """In how many refits and draws an improvement is to lower the estimate: "at least nine of ten …"."""
    conditions = context.answer.conditions
    least = conditions.min_robustness if conditions else None
    share = context.row.min_robustness if least is None else least
    tenths = round(10 * share, 6)
    if tenths == 10:
        return "all refits and draws"
    told = f"{_TENTHS[int(tenths)]} of ten" if tenths in range(1, 10) else f"{risk_words(share)} of"
    return f"at least {told} refits and draws"
