"""The calls about a patient's plans."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

from turnpoint.answers import Value
from turnpoint.call import KEYED, TRANSIENT, Call, given, keyed, reading
from turnpoint.plans import Plan, PlansPage

_PLANS = "/patients/{patient_id}/plans"


class WhatIf(NamedTuple):
    """A setting of one's own: what changes, by feature, from the values of a recorded answer."""

    answer_id: UUID | str
    values: Mapping[str, Value]


def make_plan(
    patient_id: str,
    what: UUID | str | WhatIf,
    name: str | None,
    note: str | None,
    review_on: date | None,
) -> Call[Plan]:
    """A plan from an option, an improvement or a what-if; the same again changes nothing."""
    told = given(name=name, note=note, review_on=_day(review_on))
    if isinstance(what, WhatIf):
        body = {"what_if": {"answer_id": str(what.answer_id), "values": dict(what.values)}} | told
    else:
        body = {"counterfactual_id": str(what)} | told
    places = {"patient_id": patient_id}
    return Call(
        method="POST",
        route=_PLANS,
        places=places,
        content=body,
        headers=keyed(),
        read=reading(Plan),
        passing=KEYED,
    )


def plans(patient_id: str, before: UUID | None, page_size: int) -> Call[PlansPage]:
    """One page of a patient's plans."""
    return Call(
        method="GET",
        route=_PLANS,
        places={"patient_id": patient_id},
        query={"limit": page_size} | ({} if before is None else {"before": str(before)}),
        read=reading(PlansPage),
        passing=TRANSIENT,
    )


def change_plan(
    patient_id: str,
    plan_id: UUID | str,
    kind: str,
    replaces: UUID | str,
    review_on: date | None,
    reason: str | None,
    note: str | None,
) -> Call[Plan]:
    """A change of an active plan; the same again changes nothing."""
    body = given(kind=kind, replaces=str(replaces), review_on=_day(review_on), reason=reason, note=note)
    return Call(
        method="PATCH",
        route=f"{_PLANS}/{{plan_id}}",
        places={"patient_id": patient_id, "plan_id": str(plan_id)},
        content=body,
        read=reading(Plan),
        passing=TRANSIENT,
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
