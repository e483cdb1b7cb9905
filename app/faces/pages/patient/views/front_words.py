"""What the front says in words: its course, whether it reaches the target, and how few changes give most."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.improvement import FrontierPoint
from app.domain.risk_scale import least_reduction_at
from app.faces.http.pages.rendering import line_words, risk_words
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.points import points_of
from app.usecases.record.context import AnswerContext

_MOST_OF = 0.7
"""Share of the largest fall that is most of it."""


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """One level of risk.

    `estimate` is the risk, told as exactly as it takes to tell all of them apart. `least` is what is known of
    its effort, `falls` in which shares it falls.
    """

    x: float
    y: float
    risk: float
    estimate: str
    fall: str
    effort: str
    least: str
    changes: str
    falls: str
    holds: bool
    marks: str


def sentence_of(context: AnswerContext, points: Sequence[FrontPoint]) -> str:
    """What the drawing says, for whoever does not look at it."""
    prediction, last = context.answer.prediction, points[-1]
    reached = next((one for one in points if one.risk <= prediction.target), None)
    facts = {
        "now": _now(context),
        "course": _course(points, prediction.target),
        "target": line_words(prediction.target, last.risk),
    }
    if prediction.risk <= prediction.target:
        return _("%(now)s, at or below the target of %(target)s; %(course)s.", **facts)
    if reached is None:
        return _("%(now)s; %(course)s, above the target of %(target)s.", **facts)
    return _(
        "%(now)s; %(course)s. By the estimate alone, the target of %(target)s takes effort %(effort)s or "
        "more.",
        **facts,
        effort=reached.effort,
    )


def _now(context: AnswerContext) -> str:
    risk = risk_words(context.answer.prediction.risk)
    return _("As supposed %(risk)s", risk=risk) if context.is_supposed else _("Now %(risk)s", risk=risk)


def _course(points: Sequence[FrontPoint], target: float) -> str:
    first, last = points[0], points[-1]
    if len(points) == 1:
        return _("%(risk)s with effort %(effort)s", effort=last.effort, risk=risk_words(last.risk))
    return _(
        "from %(high)s with effort %(little)s down to %(low)s with effort %(much)s",
        high=risk_words(first.risk, last.risk),
        little=first.effort,
        low=risk_words(last.risk, target),
        much=last.effort,
    )


def most_of_it(told: Sequence[FrontierPoint], threshold: float) -> str | None:
    """How few changes give most of the largest fall; None where it takes as many as all of it."""
    whole = told[-1]
    enough = [one for one in told if one.reduction >= _MOST_OF * whole.reduction]
    fewest = min(enough, key=lambda one: (len(one.changes), -one.reduction))
    count = len(fewest.changes)
    if count >= len(whole.changes) or whole.reduction < least_reduction_at(threshold):
        return None
    points = points_of(fewest.reduction, whole.reduction)
    if count == 1:
        return _("One change gives most of it: %(points)s.", points=points)
    if count == 2:
        return _("Two changes give most of it: %(points)s.", points=points)
    return _("%(count)s changes give most of it: %(points)s.", count=count, points=points)
