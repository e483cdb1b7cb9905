"""What holds between the features of a model: which moves along with which, and what must stay true."""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from app.domain.feature import Feature, Frozen, Kind, Number, Range, Text
from app.domain.tolerances import VALUE_SLACK

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


class Identity(Frozen):
    """feature = factor x product of other features to their powers, within a relative tolerance."""

    powers: Annotated[dict[str, Number], Field(min_length=1)]
    """The features that it is a product of, each with its power."""
    factor: Annotated[Number, Field(gt=0)]
    """What the product is multiplied by."""
    tolerance: Annotated[Number, Field(gt=0)]
    """How far a value may differ, as a share of it."""


class ProportionalLink(Frozen):
    """The feature keeps its ratio to its driver: weight moves with BMI, since height is fixed."""

    kind: Literal["proportional"]
    """The feature keeps its ratio to its driver (weight with BMI, at fixed height)."""
    feature: str
    """What follows."""
    driver: str
    """What it follows: actionable, and above 0 for everybody."""
    identity: Identity | None = None
    """What lets a `derived` feature be left out, and refuses a value that contradicts it."""


class LinearLink(Frozen):
    """The feature moves by slope x the driver's change; the slope may differ by a category."""

    kind: Literal["linear"]
    """The feature moves by slope x the driver's change (waist with BMI)."""
    feature: str
    """What follows."""
    driver: str
    """What it follows."""
    slope: Number | dict[str, Number | str]
    """One number for everybody; or `by`, a category that is never missing, and a number for each of its
    values."""

    @property
    def by(self) -> object:
        """The name of the category by which the slope differs; None where it does not."""
        return self.slope.get("by") if isinstance(self.slope, dict) else None

    @property
    def slopes(self) -> Mapping[str, Number | str]:
        """The slope of each value of the category; of everybody where there is none."""
        if not isinstance(self.slope, dict):
            return {"everybody": self.slope}
        return {value: slope for value, slope in self.slope.items() if value != "by"}

    def slope_for(self, values: Mapping[str, object]) -> float:
        """How far the feature of a person moves for each unit that its driver moves."""
        return float(self.slopes["everybody" if self.by is None else str(values[str(self.by)])])


class RuleLink(Frozen):
    """A yes or no that follows from its driver: somebody who smokes no cigarettes any more is no smoker.

    It turns where the driver comes into `yes_when` or leaves it, and else stays as it is.
    """

    kind: Literal["rule"]
    """A yes or no that follows from its driver."""
    feature: str
    """What follows: a yes or no without an action."""
    driver: str
    """What it follows: an actionable feature that no effect moves."""
    yes_when: Annotated[bool, Field(strict=True)] | Range | tuple[Text, ...]
    """For which values of the driver it is yes: a range, ends included, that reaches one end of `clinical`;
    the driver's yes or no; or some values of a category."""

    def follow(self, driver: FloatArray, start: float, of: Feature) -> FloatArray:
        """The feature, 0 or 1, beside values of its driver, of which the first is the factual one.

        `of` is the driver; of a category the values are codes (`Feature.code`).
        """
        is_yes = self._is_yes(driver, of)
        return np.where(is_yes == is_yes[0], start, is_yes.astype(float))

    def _is_yes(self, driver: FloatArray, of: Feature) -> BoolArray:
        if of.kind is Kind.CATEGORY:
            return np.isin(driver, [of.code(value) for value in self.categories])
        low, high = self.ends
        return (driver >= low - VALUE_SLACK) & (driver <= high + VALUE_SLACK)

    @property
    def categories(self) -> tuple[str, ...]:
        """The values of a category for which it is yes; none where the driver is no category."""
        given = () if isinstance(self.yes_when, bool) else self.yes_when
        return tuple(value for value in given if isinstance(value, str))

    @property
    def ends(self) -> Range:
        """The range of the driver for which it is yes; of a yes or no from 0 to 1."""
        if isinstance(self.yes_when, bool):
            return float(self.yes_when), float(self.yes_when)
        low, high = (float(end) for end in self.yes_when)
        return low, high


Link = Annotated[ProportionalLink | LinearLink | RuleLink, Field(discriminator="kind")]


class Relation(Frozen):
    """A physiological rule: the sum of coefficient x value is at most `bound` where all are known.

    One that binds suggestions alone is a rule of thumb: people who lie beyond it are taken as they are, and
    no suggestion goes beyond it, or further beyond it.
    """

    name: Text
    """The rule in words."""
    terms: Annotated[dict[str, Number], Field(min_length=1)]
    """By feature, what its value is multiplied by; a yes counts 1, a no 0."""
    bound: Number
    """What the sum is at most."""
    binds: Literal["everybody", "suggestions"] = "everybody"
    """Whom it binds: `everybody` is checked on input as well, `suggestions` is a rule of thumb."""
