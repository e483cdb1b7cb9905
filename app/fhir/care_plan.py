"""CarePlan: an option as a draft that is proposed, or a plan as it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.fhir.form import Entry, entry_of, identity_of
from app.fhir.occasion import Occasion
from app.fhir.terms import Json


@dataclass(frozen=True, slots=True)
class Standing:
    """How a plan stands in FHIR: its status and intent, and the statuses of its goals and activities."""

    status: str
    intent: str
    goals: str
    activities: str


SUGGESTED = Standing("draft", "proposal", "proposed", "not-started")


@dataclass(frozen=True, slots=True)
class Told:
    """The words of a care plan."""

    title: str
    description: str
    notes: Sequence[str] = ()
    categories: Sequence[Json] = ()


def care_plan(
    owner: UUID,
    occasion: Occasion,
    told: Told,
    goals: Sequence[Entry],
    standing: Standing = SUGGESTED,
    author: Json | None = None,
    supporting: Sequence[Entry] = (),
) -> Entry:
    """The care plan of an option or a plan, by its id: an activity for each goal."""
    return entry_of(
        "CarePlan",
        identity_of(owner, "care-plan"),
        [told.title, told.description, *told.notes],
        status=standing.status,
        intent=standing.intent,
        category=list(told.categories),
        title=told.title,
        description=told.description,
        subject=occasion.subject,
        period=occasion.period,
        created=occasion.start.isoformat(),
        author=author,
        supportingInfo=[one.reference for one in supporting],
        goal=[goal.reference for goal in goals],
        activity=[_activity(goal, standing) for goal in goals],
        note=[{"text": note} for note in told.notes],
    )


def _activity(goal: Entry, standing: Standing) -> Json:
    return {
        "detail": {
            "status": standing.activities,
            "goal": [goal.reference],
            "description": goal.resource["description"]["text"],
        }
    }
