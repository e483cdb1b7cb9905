"""What holds between the features of a model: which moves along with which, and what must stay true."""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from app.domain.feature import Frozen, Number, Range, Text
from app.domain.tolerances import VALUE_SLACK

FloatArray = npt.NDArray[np.float64]


class Identity(Frozen):
    """feature = factor x product of other features to their powers, within a relative tolerance."""

    powers: Annotated[dict[str, Number], Field(min_length=1)]
    factor: Annotated[Number, Field(gt=0)]
    tolerance: Annotated[Number, Field(gt=0)]


class ProportionalLink(Frozen):
    """The feature keeps its ratio to its driver: weight moves with BMI, since height is fixed."""

    kind: Literal["proportional"]
    feature: str
    driver: str
    identity: Identity | None = None


class LinearLink(Frozen):
    """The feature moves by slope x the driver's change; the slope may differ by a category."""

    kind: Literal["linear"]
    feature: str
    driver: str
    slope: Number | dict[str, Number | str]
    """One number for everybody; or the name of a category under `by`, and a number for each of its values."""

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
    feature: str
    driver: str
    yes_when: Annotated[bool, Field(strict=True)] | Range
    """Of which values of the driver the feature is yes: a range, ends included; or the driver's yes or no."""

    @property
    def yes_range(self) -> Range:
        """The same as a range; of a yes or no from 0 to 1."""
        return (
            (float(self.yes_when), float(self.yes_when)) if isinstance(self.yes_when, bool) else self.yes_when
        )

    def follow(self, driver: FloatArray, start: float) -> FloatArray:
        """The feature, 0 or 1, beside values of its driver, of which the first is the factual one."""
        low, high = self.yes_range
        is_yes = (driver >= low - VALUE_SLACK) & (driver <= high + VALUE_SLACK)
        return np.where(is_yes == is_yes[0], start, is_yes.astype(float))


Link = Annotated[ProportionalLink | LinearLink | RuleLink, Field(discriminator="kind")]


class Relation(Frozen):
    """A physiological rule: the sum of coefficient x value is at most `bound` where all are known.

    One that binds suggestions alone is a rule of thumb: people who lie beyond it are taken as they are, and
    no suggestion goes beyond it, or further beyond it.
    """

    name: Text
    terms: Annotated[dict[str, Number], Field(min_length=1)]
    bound: Number
    binds: Literal["everybody", "suggestions"] = "everybody"
