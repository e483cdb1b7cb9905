"""All that a handout says."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.domain.ramp import weeks_of
from app.faces.pages.handout.views.goals import GoalView, Phrasebook, goals_of, is_treatment, phrasebook_of
from app.faces.pages.handout.views.numbers import day
from app.faces.pages.handout.views.picture import People, people_now, people_planned
from app.storage.consultation_tables import PlanRow
from app.usecases.handout.service import PlannedHandout

_FEW = 2
"""Up to so many goals, each has room for advice on the page."""


@dataclass(frozen=True, slots=True)
class Handout:
    """What the template writes down. `words` is the language of the model's own words.

    `is_ended`: the plan was completed or stopped. `is_overdue`: its review date has passed.
    `is_refused`: nothing of it is told, since a preference has no options offered. `has_room`: there
    is room for advice.
    """

    patient_id: str
    name: str
    given_by: str | None
    made_on: str
    review_on: str
    is_overdue: bool
    is_ended: bool
    is_refused: bool
    goals: tuple[GoalView, ...]
    has_treatment: bool
    has_room: bool
    follows: tuple[str, ...]
    people: tuple[People, ...]
    having: str | None
    explained: str | None
    safety: tuple[str, ...]
    words: str


def handout_view(facts: PlannedHandout, language: str, today: date | None = None) -> Handout:
    """In a language, with the words of the model where it has any in it."""
    plan, served = facts.plan, facts.served
    schema = served.model.schema if served else None
    book = phrasebook_of(served.model.handouts if served else {}, language)
    weeks = weeks_of(schema.model.horizon) if schema else None
    goals = () if facts.is_refused else tuple(goals_of(plan, schema, book, weeks))
    people = _people(facts, book) if book.language == language else ()
    return Handout(
        patient_id=plan.patient_id,
        name=plan.name,
        given_by=plan.given_by,
        made_on=day(plan.created_at.astimezone(UTC).date(), language),
        review_on=day(plan.review_on, language),
        is_overdue=plan.review_on < (today or datetime.now(UTC).date()),
        is_ended=plan.ended_at is not None,
        is_refused=facts.is_refused,
        goals=goals,
        has_treatment=not facts.is_refused and any(is_treatment(change, schema) for change in plan.changes),
        has_room=len(goals) <= _FEW,
        follows=() if facts.is_refused else _follows(plan, book),
        people=people,
        having=book.phrases.having if book.phrases else None,
        explained=book.phrases.explained if book.phrases and people else None,
        safety=_safety(book, goals),
        words=book.language,
    )


def _follows(plan: PlanRow, book: Phrasebook) -> tuple[str, ...]:
    """What is known to follow on average, each once; what has no words for a patient is left out."""
    if book.phrases is None:
        return ()
    told = [
        book.phrases.following(one["feature"], one["to"] > one["from"])
        for one in plan.brought_along
        if one["from"] is not None and one["to"] != one["from"]
    ]
    return tuple(dict.fromkeys(text for text in told if text))


def _people(facts: PlannedHandout, book: Phrasebook) -> tuple[People, ...]:
    """Now, and with the goals; nobody where a result is known, options are refused, or nothing words it."""
    if facts.has_result or facts.is_refused or book.phrases is None:
        return ()
    return (
        people_now(facts.plan.risk_before, facts.band_before),
        people_planned(facts.plan.risk_planned, facts.band_planned),
    )


def _safety(book: Phrasebook, goals: tuple[GoalView, ...]) -> tuple[str, ...]:
    general = book.phrases.safety if book.phrases else ()
    return tuple(dict.fromkeys((*general, *(goal.safety for goal in goals if goal.safety))))
