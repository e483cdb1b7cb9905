"""A plan's changes as a patient's goals, each in stages. Treatment is the clinician's, and no goal.

A change that no language has words for is no goal either: a patient is told its label alone, since a bare
number may be one that nobody should aim for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from babel import Locale

from app.domain.feature import Feature
from app.domain.handout import GoalPhrases, HandoutPhrases
from app.domain.ramp import Stage, ramp
from app.engine.registry import ServedModel
from app.faces.http.pages.translation import SOURCE, language
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.handout.views.numbers import told_number
from app.storage.consultation_tables import PlanRow
from app.usecases.handout.goals import Change, is_goal, is_treatment, rises


@dataclass(frozen=True, slots=True)
class GoalView:
    """One goal; `stages` are when, and what by then.

    `language` is that of its words; `note` says so to the reader where it is not the page's.
    """

    title: str
    aim: str
    stages: tuple[tuple[str, str], ...]
    how: str | None
    safety: str | None
    language: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The words of a model in one language; `phrases` is None where it has none."""

    phrases: HandoutPhrases | None
    language: str


def phrasebooks_of(handouts: Mapping[str, HandoutPhrases], wanted: str) -> list[Phrasebook]:
    """All that there are: in the language that is wanted, in English, then in any other; at least one."""
    order = [one for one in dict.fromkeys((wanted, SOURCE, *handouts)) if one in handouts]
    return [Phrasebook(handouts[one], one) for one in order] or [Phrasebook(None, SOURCE)]


def note_of(spoken: str) -> str | None:
    """Which language words are in, for somebody who reads another one: "in English"."""
    if spoken == language():
        return None
    return _("in %(language)s", language=Locale.parse(spoken).get_display_name(language()))


def goals_of(
    plan: PlanRow, served: ServedModel | None, books: Sequence[Phrasebook], weeks: int | None
) -> Iterator[GoalView]:
    """The goals of a plan, by a horizon of so many weeks; without stages where it is not known."""
    if served is None:
        return
    for change in plan.changes:
        if not is_goal(change, served):
            continue
        for book in books:
            phrases = book.phrases.goal_for(change["feature"], rises(change)) if book.phrases else None
            if phrases is not None:
                feature = served.model.schema[change["feature"]]
                yield _worded(_Goal(change, feature, phrases, weeks, book.language), plan)
                break


def to_talk_about(plan: PlanRow, served: ServedModel | None) -> tuple[str, ...]:
    """Labels, which are in English, of changes that are neither treatment nor have words."""
    schema = served.model.schema if served else None
    return tuple(
        schema[change["feature"]].label if schema and change["feature"] in schema else change["label"]
        for change in plan.changes
        if not is_treatment(change, schema) and not is_goal(change, served)
    )


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
    note = note_of(language)
    return GoalView(phrases.title, aim, tuple(stages), phrases.how, phrases.safety, language, note)


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


def _ramp(feature: Feature, before: float, after: float, weeks: int | None) -> list[Stage]:
    if feature.action is None or weeks is None:
        return []
    step = abs(after - before) if feature.action.whole else feature.action.step
    return ramp(before, after, step or 1.0, weeks)
