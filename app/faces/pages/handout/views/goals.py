"""A plan's changes as a patient's goals, each in stages. Treatment is the clinician's, and no goal."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.feature import Feature, Role
from app.domain.handout import GoalPhrases, HandoutPhrases
from app.domain.ramp import Stage, ramp
from app.domain.schema import FeatureSchema
from app.faces.http.pages.translation import SOURCE, language
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.handout.views.numbers import plain_number, told_number
from app.storage.consultation_tables import PlanRow

Change = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GoalView:
    """One goal; `stages` are when, and what by then. Its words may be in another language than the page."""

    title: str
    title_language: str
    aim: str
    stages: tuple[tuple[str, str], ...]
    how: str | None
    safety: str | None
    language: str
    """Of all but the title."""


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The words of a model in one language; `phrases` is None where it has none and its labels are all."""

    phrases: HandoutPhrases | None
    language: str


def phrasebook_of(handouts: Mapping[str, HandoutPhrases], wanted: str) -> Phrasebook:
    """In the language that is wanted, else in English."""
    spoken = wanted if wanted in handouts else SOURCE
    return Phrasebook(handouts.get(spoken), spoken)


def is_treatment(change: Change, schema: FeatureSchema | None) -> bool:
    """Whether only treatment brings it about."""
    feature = _feature(change, schema)
    return feature is not None and feature.role in (Role.TREATMENT, Role.CONSEQUENCE)


def goals_of(
    plan: PlanRow, schema: FeatureSchema | None, book: Phrasebook, weeks: int | None
) -> Iterator[GoalView]:
    """The goals of a plan, by a horizon of so many weeks; without stages where it is not known."""
    for change in plan.changes:
        if is_treatment(change, schema):
            continue
        feature = _feature(change, schema)
        phrases = book.phrases.goal_for(change["feature"], _rises(change)) if book.phrases else None
        if phrases is None or feature is None:
            yield _worded_by_schema(change, feature, weeks, language())
        else:
            yield _worded(_Goal(change, feature, phrases, weeks, book.language), plan)


@dataclass(frozen=True, slots=True)
class _Goal:
    change: Change
    feature: Feature
    phrases: GoalPhrases
    weeks: int | None
    language: str


def _worded(goal: _Goal, plan: PlanRow) -> GoalView:
    phrases = goal.phrases
    if phrases.stage is None:
        stages = [(_("From week %(week)s", week=one.week), one.text) for one in phrases.from_week]
        return _view(goal, phrases.aim, stages)
    before, after = _numbers(goal, plan)
    aim = phrases.aim_none if after == 0 and phrases.aim_none else phrases.aim
    told = {"before": before, "after": after, "change": abs(after - before)}
    texts = {name: _told(goal, value, after - before) for name, value in told.items()}
    return _view(goal, aim.format(**texts), _stages(goal, before, after))


def _view(goal: _Goal, aim: str, stages: Iterable[tuple[str, str]]) -> GoalView:
    phrases, language = goal.phrases, goal.language
    return GoalView(phrases.title, language, aim, tuple(stages), phrases.how, phrases.safety, language)


def _numbers(goal: _Goal, plan: PlanRow) -> tuple[float, float]:
    """From where to where, by the feature that people speak of."""
    by = goal.feature.action.told_by if goal.feature.action else None
    told = next((one for one in plan.linked if one["feature"] == by), goal.change)
    return float(told["from"]) * goal.phrases.factor, float(told["to"]) * goal.phrases.factor


def _stages(goal: _Goal, before: float, after: float) -> Iterator[tuple[str, str]]:
    """Stages of what is told: it goes along with the feature that moves in steps."""
    start, end = float(goal.change["from"]), float(goal.change["to"])
    stage, none = goal.phrases.stage, goal.phrases.stage_none
    assert stage is not None
    last = None
    for one in _ramp(goal.feature, start, end, goal.weeks):
        value = before + (one.value - start) / (end - start) * (after - before)
        text = none if none and abs(value) < 1e-9 else stage.format(value=_told(goal, value, after - before))
        if text != last:
            yield _("By week %(week)s", week=one.week), text
        last = text


def _told(goal: _Goal, value: float, change: float) -> str:
    return told_number(value, goal.phrases.told, goal.language, change)


def _worded_by_schema(change: Change, feature: Feature | None, weeks: int | None, page: str) -> GoalView:
    """With the label and the unit alone, which are in English whatever the language of the page."""
    label, before, after = feature.label if feature else change["label"], change["from"], change["to"]
    if isinstance(after, bool) or before is None:
        aim = _("Start with this.") if after else _("Stop this.")
        return GoalView(label, SOURCE, aim, (), None, None, page)
    unit = f" {change['unit']}" if change.get("unit") else ""
    aim = _(
        "Aim for %(after)s. Now it is %(before)s.",
        after=plain_number(after, page) + unit,
        before=plain_number(before, page) + unit,
    )
    stages = tuple(
        (_("By week %(week)s", week=one.week), plain_number(one.value, page) + unit)
        for one in _ramp(feature, before, after, weeks)
    )
    return GoalView(label, SOURCE, aim, stages, None, None, page)


def _ramp(feature: Feature | None, before: float, after: float, weeks: int | None) -> list[Stage]:
    if feature is None or feature.action is None or weeks is None:
        return []
    step = abs(after - before) if feature.action.whole else feature.action.step
    return ramp(before, after, step or 1.0, weeks)


def _feature(change: Change, schema: FeatureSchema | None) -> Feature | None:
    return schema[change["feature"]] if schema and change["feature"] in schema else None


def _rises(change: Change) -> bool:
    return float(change["to"] or 0) > float(change["from"] or 0)
