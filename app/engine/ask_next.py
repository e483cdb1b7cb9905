"""Which unknown feature to ask for next: the one that would narrow a patient's band most.

Refits give an estimate for each value that the feature has among the people most like the patient. The band
of all these estimates together is how little is known without the feature; the mean band of one value is what
is left once it is known. The difference is what asking for it is worth. The band that is told for the patient
as they are is no measure: of a value that is not known, each refit makes one estimate between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.classifiers.base import Committee
from app.classifiers.model_version import Population
from app.domain.ask_next import AskNext
from app.domain.feature import Feature, Kind, MissingPolicy
from app.domain.patient import Patient
from app.domain.schema import FeatureSchema, FloatArray, IntArray
from app.engine.certainty import bands_of

ALIKE = 32
"""So many people who are most like the patient tell which values are plausible."""
_MOST_VALUES = 8
"""Of a number so many are tried, evenly among those people."""
_LEAST = 0.005
"""Half a point: nobody is asked for less."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The people of a model, as far as they tell who is like whom."""

    schema: FeatureSchema
    committee: Committee
    rows: FloatArray
    scale: FloatArray
    """One over the spread of each column; zero for one that does not vary."""

    def next_for(self, patient: Patient) -> list[AskNext]:
        """What to ask the patient next, best first; asks the committee some hundred times at most.

        Raises:
            ClassifierError: the committee is away.
        """
        unknown = [self.schema[name] for name in patient.unknown]
        unknown = [feature for feature in unknown if feature.missing is not MissingPolicy.DERIVED]
        if not unknown:
            return []
        order = self._most_alike_first(patient.factual)
        tried = [tried for feature in unknown if (tried := self._tried(feature, patient.factual, order))]
        risks = (
            self.committee.risk(np.concatenate([one.rows for one in tried])) if tried else np.empty((0, 0))
        )
        told, start = [], 0
        for one in tried:
            own = risks[:, start : start + len(one.rows)]
            start += len(one.rows)
            if (narrows := round(_narrows(own, one.times), 4)) >= _LEAST:
                told.append(AskNext(feature=one.feature, narrows=narrows))
        return sorted(told, key=lambda one: -one.narrows)  # stable: equal ones stay in the schema's order

    def _most_alike_first(self, row: FloatArray) -> IntArray:
        """The people by their mean distance over what is known of both, in spreads of each column."""
        known = ~np.isnan(row)
        apart = ((self.rows[:, known] - row[known]) * self.scale[known]) ** 2
        shared = (~np.isnan(apart)).sum(axis=1)
        distance = np.where(shared > 0, np.nansum(apart, axis=1) / np.maximum(shared, 1), np.inf)
        return np.argsort(distance, kind="stable")

    def _tried(self, feature: Feature, row: FloatArray, order: IntArray) -> "_Tried | None":
        first = self.schema.columns.index(feature.columns[0])
        columns = slice(first, first + len(feature.columns))
        of_alike = self.rows[order][:, columns]
        values = of_alike[~np.isnan(of_alike).any(axis=1)][:ALIKE]
        if len(values) == 0:
            return None
        if feature.kind in (Kind.NUMBER, Kind.INTEGER):
            values = np.sort(values, axis=0)[np.arange(_MOST_VALUES) * len(values) // _MOST_VALUES]
        distinct, times = np.unique(values, axis=0, return_counts=True)
        rows = np.repeat(row[None, :], len(distinct), axis=0)
        rows[:, columns] = distinct
        return _Tried(feature.name, rows, times)


@dataclass(frozen=True, slots=True)
class _Tried:
    """The patient with each plausible value of a feature, and how often that is met."""

    feature: str
    rows: FloatArray
    times: IntArray


def asking_of(schema: FeatureSchema, committee: Committee, population: Population) -> Asking:
    """Made once a model, when it is loaded."""
    spread = np.array(list(_spreads(population.rows)))
    scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    return Asking(schema, committee, population.rows, scale)


def _spreads(rows: FloatArray) -> Iterator[float]:
    for column in rows.T:
        known = column[~np.isnan(column)]
        yield float(known.std()) if len(known) else 0.0


def _narrows(risks: FloatArray, times: IntArray) -> float:
    """From the risks of refits, shape (members, values), each value met so many times."""
    apart = np.diff(bands_of(risks), axis=1)[:, 0]
    pooled = np.repeat(risks, times, axis=1).reshape(-1, 1)
    return float(np.diff(bands_of(pooled))[0, 0] - np.average(apart, weights=times))
