"""What a patient reads about a model's outcome and goals, in one language: the phrases of a handout."""

from collections.abc import Iterator
from enum import StrEnum
from string import Formatter
from typing import Annotated

from pydantic import Field, model_validator

from app.domain.feature import Direction, Feature, Frozen, Kind, Number, Role, Text
from app.domain.ramp import weeks_of
from app.domain.schema import FeatureSchema

_AIM, _STAGE = frozenset({"before", "after", "change"}), frozenset({"value"})


class Told(StrEnum):
    """How a goal's numbers are told."""

    NUMBER = "number"  # as they are, times `factor`
    WEIGHT = "weight"  # kilograms, and pounds beside them
    TIME = "time"  # of minutes, as hours and minutes
    HOURS = "hours"  # of hours, as hours and minutes


class Milestone(Frozen):
    """What is done from a week on, for a goal that has no numbers in between."""

    week: Annotated[int, Field(strict=True, ge=1)]
    text: Text


class GoalPhrases(Frozen):
    """One goal. `aim` may hold {before}, {after} and {change}; `stage` holds {value}.

    A number that is reached in stages has `stage`; a yes or no, or a change that is whole, has `from_week`.
    """

    feature: str
    direction: Direction
    title: Text
    aim: Text
    stage: Text | None = None
    aim_none: Text | None = None
    stage_none: Text | None = None
    """What stands in place of `aim` and `stage` where the number is nought."""
    from_week: tuple[Milestone, ...] = ()
    told: Told = Told.NUMBER
    factor: Annotated[Number, Field(gt=0)] = 1.0
    """Makes of the feature's unit the one that is told, such as drinks a week of grams a day."""
    how: Text | None = None
    safety: Text | None = None
    source: Text | None = None
    """Of what is said beyond the goal."""
    judgement: Text | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "GoalPhrases":
        if self.direction not in (Direction.INCREASE, Direction.DECREASE):
            raise ValueError("its direction is increase or decrease")
        if any(_placeholders(text) - _AIM for text in (self.aim, self.aim_none or "")):
            raise ValueError("aim holds a placeholder other than {before}, {after} and {change}")
        if self.stage_none is not None and _placeholders(self.stage_none):
            raise ValueError("stage_none takes no placeholder")
        if self.stage is not None and _placeholders(self.stage) != _STAGE:
            raise ValueError("stage must hold {value}, and no other placeholder")
        if (self.stage is None) == (not self.from_week):
            raise ValueError("it needs either stage or from_week")
        weeks = [one.week for one in self.from_week]
        if weeks != sorted(set(weeks)):
            raise ValueError("the weeks of from_week must rise")
        return self


class Following(Frozen):
    """What is said where a feature moves by the averages of trials."""

    feature: str
    direction: Direction
    text: Text


class HandoutPhrases(Frozen):
    """All of one language. `having` ends "about 20 of 100 people …"."""

    having: Text
    explained: Text | None = None
    safety: tuple[Text, ...] = ()
    goals: Annotated[tuple[GoalPhrases, ...], Field(alias="goal")] = ()
    follows: tuple[Following, ...] = ()

    def goal_for(self, feature: str, rises: bool) -> GoalPhrases | None:
        """The phrases of a change, where there are some."""
        return next((one for one in self.goals if _is(one, feature, rises)), None)

    def following(self, feature: str, rises: bool) -> str | None:
        """What is said where something follows, where that is worded."""
        return next((one.text for one in self.follows if _is(one, feature, rises)), None)


def _is(one: GoalPhrases | Following, feature: str, rises: bool) -> bool:
    return one.feature == feature and (one.direction is Direction.INCREASE) == rises


def fitting(phrases: HandoutPhrases, schema: FeatureSchema) -> HandoutPhrases:
    """Without the goals that an older version of a model has otherwise."""
    goals = [goal for goal in phrases.goals if goal.feature in schema and not any(_faults(goal, schema))]
    return phrases.model_copy(update={"goals": tuple(goals)})


def handout_faults(phrases: HandoutPhrases, schema: FeatureSchema) -> Iterator[str]:
    """In which ways phrases do not fit a model: each behaviour needs words, and no treatment has any."""
    named = [goal.feature for goal in phrases.goals] + [one.feature for one in phrases.follows]
    yield from (f"{name!r} is no feature of the model" for name in named if name not in schema)
    for goal in phrases.goals:
        if goal.feature in schema:
            yield from _faults(goal, schema)
    told = [(goal.feature, goal.direction) for goal in phrases.goals]
    for name, way in dict.fromkeys(told):
        if told.count((name, way)) > 1:
            yield f"{name!r} has two goals of one direction"
    for feature in schema.actionable:
        if feature.role is Role.BEHAVIOUR and not set(_ways(feature)) <= {
            way for name, way in told if name == feature.name
        }:
            yield f"{feature.name!r} has no goal, and may be one"


def _faults(goal: GoalPhrases, schema: FeatureSchema) -> Iterator[str]:
    feature = schema[goal.feature]
    action = feature.action
    if feature.kind is Kind.CATEGORY:
        yield f"{goal.feature!r} is a category: a handout has no words for its moves"
        return
    if feature.role in (Role.TREATMENT, Role.CONSEQUENCE) or (feature.role and action is None):
        yield f"{goal.feature!r} is nothing that a person does: it cannot be a patient's goal"
        return
    has_numbers = feature.is_numeric and not (action and action.whole)
    if has_numbers != (goal.stage is not None):
        wanted = "stage" if has_numbers else "from_week"
        yield f"{goal.feature!r} needs {wanted}"
    if not feature.is_numeric and _placeholders(goal.aim):
        yield f"{goal.feature!r} has no numbers for its aim"
    weeks = weeks_of(schema.model.horizon)
    if weeks is not None and any(one.week > weeks for one in goal.from_week):
        yield f"{goal.feature!r} has a week beyond the horizon"


def _ways(feature: Feature) -> Iterator[Direction]:
    assert feature.action is not None
    way = feature.action.direction
    if way is Direction.MOVES:  # told by its label alone, as what to talk about
        return
    yield from (Direction.INCREASE, Direction.DECREASE) if way is Direction.TOWARDS else (way,)


def _placeholders(text: str) -> set[str]:
    """The names in braces. A text whose braces do not match, or that wants more than a name, is refused."""
    found = set()
    for _, name, form, conversion in Formatter().parse(text):
        if form or conversion or name == "":
            raise ValueError("a placeholder is a name in braces, and nothing more")
        if name is not None:
            found.add(name)
    return found
