"""The numeric features of a model: where each is in a row and in the copula, and how else it may be read."""

import math
from dataclasses import dataclass

import numpy as np

from app.domain.feature import Feature, MissingPolicy, Range
from app.domain.links import ProportionalLink
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from app.domain.tolerances import SAME
from app.domain.units import Reading, readings_of
from app.domain.wording import plain
from app.engine.conditional import Conditional


@dataclass(frozen=True, slots=True)
class Measured:
    """One numeric feature."""

    feature: Feature
    column: int
    slot: int | None
    """Its place among the columns that the copula compares; None where it is not among them."""
    readings: tuple[Reading, ...]
    follows: frozenset[int]
    """The columns from which it may have been worked out."""

    @property
    def observed(self) -> Range:
        assert self.feature.observed is not None  # every number has its range
        return self.feature.observed

    def is_outside(self, values: FloatArray) -> BoolArray:
        """Whether values are outside what was observed; unknown ones are not."""
        low, high = self.observed
        return np.asarray((values < low) | (values > high))

    def text(self, value: float) -> str:
        """A value without its unit."""
        return plain(self.feature, value)

    def span(self, low: float, high: float) -> str:
        """A range with its unit, rounded inwards: "56.4 to 169.5 cm"."""
        step = self.feature.precision  # what lies on one but for rounding stays there
        inwards = math.ceil(low / step - SAME) * step, math.floor(high / step + SAME) * step
        low, high = inwards if inwards[0] <= inwards[1] else (low, high)
        span = f"{self.text(low)} to {self.text(high)}"
        return f"{span} {self.feature.unit}" if self.feature.unit else span


def measured_in(schema: FeatureSchema, conditional: Conditional) -> tuple[Measured, ...]:
    """The numeric features in the schema's order."""
    slots = {int(column): slot for slot, column in enumerate(conditional.columns)}
    return tuple(
        Measured(feature, column, slots.get(column), readings_of(feature), _follows(schema, feature))
        for name, column in schema.column_of.items()
        if (feature := schema[name]).is_numeric
    )


def _follows(schema: FeatureSchema, feature: Feature) -> frozenset[int]:
    link = schema.link_of.get(feature.name)
    identity = link.identity if isinstance(link, ProportionalLink) else None
    if feature.missing is not MissingPolicy.DERIVED or identity is None:
        return frozenset()
    return frozenset(schema.column_of[name] for name in identity.powers)
