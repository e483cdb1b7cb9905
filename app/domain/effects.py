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
    feature: str
    direction: Literal[Direction.DECREASE, Direction.INCREASE]
    low: Size
    mean: Size
    high: Size
    per: Annotated[Number, Field(gt=0)] = 1.0
    above: Number | None = None
    """Of the driver's value only the part above this counts."""
    cap: Annotated[Number, Field(gt=0)] | None = None
    """The most that this effect alone does."""
    when: Condition = Field(default_factory=dict)
    excludes: tuple[str, ...] = ()
    """Where this effect counts, those of these drivers on the same feature do not: it contains them."""
    lag: Text
    source: Text
    grade: Literal["A", "B", "C"]
    """A: meta-analyses of trials that agree. B: trials that differ, or are short. C: observed, or few."""
    judgement: Text | None = None
    """What in the figures is judgement."""
    checked: datetime.date

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
