"""A form of a plan that was refused: what was typed stays, and what is wrong stands beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from app.faces.http.issues import FaultOut


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
