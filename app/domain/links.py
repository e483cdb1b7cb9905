"""What holds between the features of a model: which moves along with which, and what must stay true."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from app.domain.feature import Frozen, Number, Text


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
    """The feature moves by slope x the driver's change; the slope may differ by a category.

    `slope` names the category under `by`, and beside it holds a number for each of its values.
    """

    kind: Literal["linear"]
    feature: str
    driver: str
    slope: dict[str, Number | str]

    def slope_for(self, values: Mapping[str, object]) -> float:
        by = str(self.slope["by"])
        return float(self.slope[str(values[by])])


Link = Annotated[ProportionalLink | LinearLink, Field(discriminator="kind")]


class Relation(Frozen):
    """A physiological rule: the sum of coefficient x value is at most `bound` where all are known.

    One that binds suggestions alone is a rule of thumb: people who lie beyond it are taken as they are, and
    no suggestion goes beyond it, or further beyond it.
    """

    name: Text
    terms: Annotated[dict[str, Number], Field(min_length=1)]
    bound: Number
    binds: Literal["everybody", "suggestions"] = "everybody"
