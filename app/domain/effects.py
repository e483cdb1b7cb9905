"""Published effects: what else changes, on average, when a person acts.

Karimi, Schölkopf and Valera ("Algorithmic recourse: from counterfactual explanations to interventions", 2021)
tell what a person does from what follows from it. An effect is an average of trials with its interval, for
people of whom a condition holds. It says nothing of why a classifier's estimate changes.
"""

import datetime
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.domain.feature import Condition, Direction, Frozen, Number, Text

Size = Annotated[Number, Field(ge=0)]


class Effect(Frozen):
    """What becomes of one feature when the action on another, its driver, is taken.

    Sizes are changes of `feature`, in its unit, per `per` units of the driver; of an action that is whole, or
    on a yes or no, they are those of the whole action. They go for moves in the action's direction alone.
    """

    driver: str
    """An actionable feature, or one linked to it (`weight` follows `bmi`): the amount is counted in the
    driver's unit."""
    feature: str
    """What moves; an effect on what keeps its ratio to another moves both."""
    direction: Literal[Direction.DECREASE, Direction.INCREASE]
    """What becomes of `feature` when the action is taken."""
    low: Size
    """The lower end of the interval of the size: a change of `feature` in its unit, per `per` units of the
    driver; of a yes or no, or an action that is `whole`, for all of it."""
    mean: Size
    """The size, the same for each unit of the driver, whatever its value."""
    high: Size
    """The upper end; the three rise."""
    per: Annotated[Number, Field(gt=0)] = 1.0
    """For how many units of the driver the sizes are."""
    above: Number | None = None
    """Of the driver's value only the part above this counts (alcohol above 24 g a day)."""
    cap: Annotated[Number, Field(gt=0)] | None = None
    """The most that this effect alone does."""
    when: Condition = Field(default_factory=dict)
    """Of whom it holds: a [condition](#conditions) on the person's values as they are."""
    excludes: tuple[str, ...] = ()
    """Drivers whose effects on the same feature do not count where this driver's action is taken, since this
    one contains them."""
    lag: Text
    """After what time the trials saw it."""
    source: Text
    """Where it was published."""
    grade: Literal["A", "B", "C"]
    """A: meta-analyses of trials that agree. B: trials that differ, or are short. C: observed, or few."""
    judgement: Text | None = None
    """What in the figures is judgement."""
    checked: datetime.date
    """When the source was last checked."""

    @model_validator(mode="after")
    def _is_ordered(self) -> "Effect":
        if not self.low <= self.mean <= self.high:
            raise ValueError("low, mean and high must rise in this order")
        return self

    @property
    def sign(self) -> int:
        """Which way `feature` goes: -1 down, 1 up."""
        return -1 if self.direction is Direction.DECREASE else 1


def in_order(names: Iterable[str], arrows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The names, each after all that drive it.

    Raises:
        ValueError: some drive themselves, by way of others.
    """
    left = list(dict.fromkeys(names))
    arrows = list(arrows)
    while left:
        free = [name for name in left if not any(to == name and by in left for by, to in arrows)]
        if not free:
            raise ValueError(f"effects go round in a circle: {', '.join(left)}")
        yield from free
        left = [name for name in left if name not in free]
