"""Goal: one for each change, with what moves along as further targets."""

from collections.abc import Sequence
from uuid import UUID

from app.domain.counterfactual import Change
from app.domain.feature import Theme
from app.domain.wording import summary
from app.fhir.form import Entry, entry_of, identity_of
from app.fhir.measure import detail, measure
from app.fhir.occasion import Occasion
from app.fhir.terms import TERMS, Json, coding, concept

_CATEGORIES = {
    Theme.FOOD: coding(f"{TERMS}goal-category", "dietary", "Dietary"),
    Theme.TREATMENT: coding(f"{TERMS}goal-category", "treatment", "Treatment"),
}
_BEHAVIOURAL = coding(f"{TERMS}goal-category", "behavioral", "Behavioral")
PROPOSED = "proposed"


def goals_of(
    owner: UUID,
    occasion: Occasion,
    changes: Sequence[Change],
    linked: Sequence[Change] = (),
    status: str = PROPOSED,
    achieved: dict[str, str] | None = None,
) -> list[Entry]:
    """The goals of an option or a plan, by its id; `status` is a `lifecycleStatus`.

    `achieved`: codes of goal-achievement by feature, where that is known.
    """
    goals = []
    for change in changes:
        along = [one for one in linked if _driver(occasion, one) == change.feature]
        goals.append(_goal(owner, occasion, change, along, status, (achieved or {}).get(change.feature)))
    return goals


def goal_text(occasion: Occasion, change: Change, along: Sequence[Change] = ()) -> str:
    """A goal in words: "Consider sitting less, from 480 to 390 min/day."."""
    schema = occasion.acting(change)
    if schema is not None:
        return summary(schema, [change], along)
    return f"{change_text(change)}."


def change_text(change: Change) -> str:
    """A change where the schema's words are not known: "Sitting: from 480 to 390 min/day"."""
    return f"{change.label}: from {_said(change.before)} to {plain_value(change)}"


def plain_value(change: Change) -> str:
    """The value after a change where the schema's words are not known: "390 min/day"."""
    return f"{_said(change.after)}{f' {change.unit}' if change.unit else ''}"


def _goal(
    owner: UUID,
    occasion: Occasion,
    change: Change,
    along: Sequence[Change],
    status: str,
    achieved: str | None,
) -> Entry:
    text = goal_text(occasion, change, along)
    achievement = concept(coding(f"{TERMS}goal-achievement", achieved)) if achieved else None
    return entry_of(
        "Goal",
        identity_of(owner, "goal", change.feature),
        [text],
        lifecycleStatus=status,
        achievementStatus=achievement,
        category=[concept(_category(occasion, change))],
        description={"text": text},
        subject=occasion.subject,
        startDate=occasion.start.isoformat(),
        target=[_target(occasion, one) for one in (change, *along)],
    )


def _target(occasion: Occasion, change: Change) -> Json:
    due = {"dueDate": occasion.due.isoformat()} if occasion.due else {}
    schema = occasion.schema
    if schema is None or change.feature not in schema:
        return {"measure": concept(text=change.label), **detail(None, change.after), **due}
    feature = schema[change.feature]
    return {"measure": measure(schema, feature), **detail(feature, change.after), **due}


def _driver(occasion: Occasion, linked: Change) -> str | None:
    link = occasion.schema.link_of.get(linked.feature) if occasion.schema else None
    return link.driver if link else None


def _category(occasion: Occasion, change: Change) -> Json:
    schema = occasion.acting(change)
    theme = schema[change.feature].theme if schema else None
    return _CATEGORIES.get(theme, _BEHAVIOURAL) if theme else _BEHAVIOURAL


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)
