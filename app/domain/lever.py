"""One lever of a patient: an actionable feature, with each value that it may be moved to."""

from dataclasses import dataclass

import numpy as np

from app.domain.feature import Feature, Kind
from app.domain.schema import FloatArray, IntArray
from app.domain.tolerances import VALUE_SLACK


@dataclass(frozen=True, slots=True)
class Lever:
    """One actionable feature of one patient, with the values that it may be moved to.

    Its levels above 0 are the actions on that feature (Ustun, Spangher and Liu, 2019).

    `rows` has shape (levels, columns moved): what each level writes into `columns` of the classifier's
    input, the lever's own columns first, linked features after them. `effort` has shape (levels,), and rises.
    Levels of a number go further step by step. Those of a category are moves: each ends at another value, and
    none lies on the way to the next, so that a column may turn back as the level rises.
    """

    feature: Feature
    columns: IntArray
    rows: FloatArray
    values: FloatArray
    """The feature's own value at each level, shape (levels,); of a category its code (`Feature.code`)."""
    effort: FloatArray
    steps: IntArray
    """Signed number of steps of each level, as the language model says it: -3 is three steps down. Of a
    category they count its moves."""

    @property
    def shown(self) -> IntArray:
        """Its levels as a scale has them: from the lowest value up; of a category by effort."""
        if self.feature.kind is Kind.CATEGORY:
            return np.arange(len(self.values))
        return np.argsort(self.values)

    def level_at(self, value: object) -> int | None:
        """The level that ends at a value of the feature's own kind; None where there is none."""
        kind = self.feature.kind
        if kind is Kind.CATEGORY:
            fits = value in [one.value for one in self.feature.categories]
        elif kind is Kind.BOOLEAN:
            fits = isinstance(value, bool)
        else:
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        if not fits:
            return None
        near = np.flatnonzero(np.abs(self.values - self.feature.code(value)) <= VALUE_SLACK)
        return int(near[0]) if len(near) else None

    @property
    def top(self) -> int:
        """The highest level."""
        return len(self.effort) - 1
