"""A form of a plan that was refused: what was typed stays, and what is wrong stands beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from app.faces.http.issues import FaultOut
from app.usecases.plans.states import ChangeKind


@dataclass(frozen=True, slots=True)
class PlanForm:
    """What was typed into a form, by field, and why it was refused."""

    fields: Mapping[str, str]
    detail: str
    faults: Sequence[FaultOut]


NO_PLAN_FORMS: Mapping[str, PlanForm] = MappingProxyType({})
"""None was refused."""
WHAT_IF = "what-if"
"""The place of the form beside a what-if; others are those of an option's id, or of a change's kind."""


def is_of_card(place: str) -> bool:
    """Whether a place is that of an option's form."""
    return place != WHAT_IF and place not in list(ChangeKind)


def has_form(view: Mapping[str, Any], place: str, changed: UUID | None) -> bool:
    """Whether a page has the form at a place: of a change only where the plan that was changed is active.

    The same form of another plan would go on to change that one.
    """
    plans = view["plans"]
    if place in list(ChangeKind):
        return plans.active is not None and plans.active.id == changed
    if place == WHAT_IF:
        return view["what_if"] is not None and plans.can_plan
    return not view["supposed"] and place in {str(card.id) for card in view["cards"]}
