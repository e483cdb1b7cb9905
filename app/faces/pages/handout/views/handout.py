"""All that a handout says."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.domain.ramp import weeks_of
from app.engine.registry import ServedModel
from app.faces.http.pages.translation import SOURCE
from app.faces.pages.handout.views.goals import (
    GoalView,
    Phrasebook,
    goals_of,
    note_of,
    phrasebooks_of,
    to_talk_about,
)
from app.faces.pages.handout.views.numbers import day
from app.faces.pages.handout.views.picture import People, people_before, people_planned
from app.storage.consultation_tables import PlanRow
from app.usecases.handout.goals import is_goal, is_treatment
from app.usecases.handout.naming import own_name
from app.usecases.handout.service import PlannedHandout

_FEW = 2
"""Up to so many goals, each has room for advice on the page."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words of a model; `note` tells the reader their language where it is not the page's."""

    text: str
    language: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Handout:
    """What the template writes down. `name` is one that somebody gave it. `words` is the language of
    the model's own words, and `words_note` says so where it is not the page's.

    `is_ended`: the plan was completed or stopped. `is_overdue`: its review date has passed.
    `is_refused`: nothing of it is told, since a preference has no options offered. `has_room`: there
    is room for advice.
    """

    patient_id: str
    name: str | None
    given_by: str | None
    made_on: str
    review_on: str
    is_overdue: bool
    is_ended: bool
    is_refused: bool
    is_followed_up: bool
    goals: tuple[GoalView, ...]
    to_talk_about: tuple[str, ...]
    labels_note: str | None
    has_treatment: bool
    has_room: bool
    follows: tuple[str, ...]
    people: tuple[People, ...]
    having: str | None
    explained: str | None
    safety: tuple[Sentence, ...]
    words: str
    words_note: str | None


def handout_view(facts: PlannedHandout, language: str, today: date | None = None) -> Handout:
    """In a language, with the words of the model where it has any in it."""
    plan, served = facts.plan, facts.served
    schema = served.model.schema if served else None
    book, *others = phrasebooks_of(served.model.handouts if served else {}, language)
    weeks = weeks_of(schema.model.horizon) if schema else None
    goals = () if facts.is_refused else tuple(goals_of(plan, served, (book, *others), weeks))
    people = _people(facts, book) if book.language == language else ()
    return Handout(
        patient_id=plan.patient_id,
        name=own_name(plan, schema),
        given_by=plan.given_by,
        made_on=day(plan.created_at.astimezone(UTC).date(), language),
        review_on=day(plan.review_on, language),
        is_overdue=plan.review_on < (today or datetime.now(UTC).date()),
        is_ended=plan.ended_at is not None,
        is_refused=facts.is_refused,
        is_followed_up=facts.is_followed_up,
        goals=goals,
        to_talk_about=() if facts.is_refused else to_talk_about(plan, served),
        labels_note=note_of(SOURCE),
        has_treatment=not facts.is_refused and any(is_treatment(change, schema) for change in plan.changes),
        has_room=len(goals) <= _FEW,
        follows=() if facts.is_refused else _follows(plan, book, served),
        people=people,
        having=book.phrases.having if book.phrases else None,
        explained=book.phrases.explained if book.phrases and people else None,
        safety=_safety(book, goals),
        words=book.language,
        words_note=note_of(book.language),
    )


def _follows(plan: PlanRow, book: Phrasebook, served: ServedModel | None) -> tuple[str, ...]:
    """What is known to follow from goals on average, each once; what has no words is left out."""
    if book.phrases is None:
        return ()
    goals = {change["feature"] for change in plan.changes if is_goal(change, served)}
    told = [
        book.phrases.following(one["feature"], one["to"] > one["from"])
        for one in plan.brought_along
        if one["from"] is not None and one["to"] != one["from"] and goals & set(one.get("drivers", goals))
    ]
    return tuple(dict.fromkeys(text for text in told if text))


def _people(facts: PlannedHandout, book: Phrasebook) -> tuple[People, ...]:
    """Now, and with the goals.

    Nobody without goals, or words for the outcome, or where a result is known or options are refused.
    """
    if facts.has_result or facts.is_refused or book.phrases is None or facts.risk_goals is None:
        return ()
    return (
        people_before(facts.plan.risk_before, facts.band_before, facts.is_followed_up),
        people_planned(facts.risk_goals, facts.band_goals),
    )


def _safety(book: Phrasebook, goals: tuple[GoalView, ...]) -> tuple[Sentence, ...]:
    general = book.phrases.safety if book.phrases else ()
    told = [Sentence(text, book.language, note_of(book.language)) for text in general]
    told += [Sentence(goal.safety, goal.language, goal.note) for goal in goals if goal.safety]
    return tuple(dict.fromkeys(told))
