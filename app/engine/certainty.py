"""How sure a model's estimates are: the band of its refits, and what became of held-out people like a person.

People are alike here in what the model says of them: the same certainty, and an estimate near this one. The
share of them who had the outcome is what an estimate was worth among people whom the model had not seen.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.classifiers.base import Committee
from app.classifiers.model_version import ModelVersion
from app.domain.certainty import Band, Certainty, Observed, RiskEstimate, certainty_of, observed_among
from app.domain.schema import BoolArray, FloatArray

NEAREST = 100
"""So many people are counted where there are as many: a share's interval is then at most 10 points each way,
and among the shipped models' people the mean estimate of those counted is within a point of the person's."""
NEAR = 0.1
"""Nobody is counted whose estimate is further from the person's."""
FEWEST = 20
"""Of fewer people nothing is told: the interval would be wider than 40 points."""
_CUT = 20
"""Of so many refits one is left out at either end."""


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Held-out people of one certainty: their estimates in rising order, and how many of the first n had the
    outcome, for n from 0 on."""

    estimates: Sequence[float]
    with_outcome: Sequence[int]

    def near(self, risk: float) -> Observed | None:
        first, end = self._nearest(risk)
        if end - first < FEWEST:
            return None
        return observed_among(end - first, self.with_outcome[end] - self.with_outcome[first])

    def _nearest(self, risk: float) -> tuple[int, int]:
        """The first person to count and the one after the last: whoever is as near as the last is counted."""
        least, most = self._within(NEAR, risk)
        if most - least <= NEAREST:
            return least, most
        first, last = least, most - NEAREST
        while first < last:  # the window moves up while who comes after it is nearer than who is first in it
            middle = (first + last) // 2
            if risk - self.estimates[middle] > self.estimates[middle + NEAREST] - risk:
                first = middle + 1
            else:
                last = middle
        return self._within(
            max(risk - self.estimates[first], self.estimates[first + NEAREST - 1] - risk), risk
        )

    def _within(self, reach: float, risk: float) -> tuple[int, int]:
        def beyond(estimate: float) -> float:
            return estimate - risk

        return (
            bisect_left(self.estimates, -reach, key=beyond),
            bisect_right(self.estimates, reach, key=beyond),
        )


@dataclass(frozen=True, slots=True)
class HeldOutOutcomes:
    """What became of held-out people, by the certainty and the estimate that a model has of them."""

    by_certainty: Mapping[Certainty, _Ranked]

    def near(self, certainty: Certainty, risk: float) -> Observed | None:
        """Of the people of this certainty with estimates near this risk, how many had the outcome.

        None where there are fewer than `FEWEST`.
        """
        ranked = self.by_certainty.get(certainty)
        return None if ranked is None else ranked.near(risk)


def bands_of(risks: FloatArray) -> FloatArray:
    """The bands of people by the risks that refits give them: shape (members, n) to (n, 2).

    Of the risks in order, one in twenty, rounded down, is left out at either end: of forty the two lowest and
    the two highest. These are the order statistics for which the band says of refits just what it claims:
    its upper end is at or below a threshold if, and only if, at most 5 % of refits are above it, and its
    lower end is above one if, and only if, at most 5 % are at or below it. Quantiles between two refits are
    claimed by none of them. Of fewer than twenty refits the band is the whole range.
    """
    ordered = np.sort(risks, axis=0)
    cut = len(ordered) // _CUT
    return np.stack([ordered[cut], ordered[len(ordered) - 1 - cut]], axis=1)


def estimate_of(
    row: FloatArray, risk: float, committee: Committee, threshold: float, outcomes: HeldOutOutcomes | None
) -> RiskEstimate:
    """How sure the classifier's risk of one encoded person is, beside a decision threshold."""
    [estimate] = estimates_of(row[None, :], np.array([risk]), committee, threshold, outcomes)
    return estimate


def estimates_of(
    rows: FloatArray,
    risks: FloatArray,
    committee: Committee,
    threshold: float,
    outcomes: HeldOutOutcomes | None,
) -> list[RiskEstimate]:
    """The same of several people: rows of shape (n, columns), risks of shape (n,)."""
    estimates = []
    for risk, (low, high) in zip(risks.tolist(), bands_of(committee.risk(rows)).tolist(), strict=True):
        band: Band = (low, high)
        certainty = certainty_of(risk, band, threshold)
        near = None if outcomes is None else outcomes.near(certainty, risk)
        estimates.append(RiskEstimate(risk, band, certainty, near))
    return estimates


def certainties_of(risk: FloatArray, bands: FloatArray, threshold: float) -> list[Certainty]:
    """The certainty of each person, from risks of shape (n,) and bands of shape (n, 2)."""
    return [
        certainty_of(own, (low, high), threshold)
        for own, (low, high) in zip(risk.tolist(), bands.tolist(), strict=True)
    ]


def held_out_outcomes(model: ModelVersion) -> HeldOutOutcomes | None:
    """Made once a model, when it is loaded: its held-out people are scored by classifier and committee.

    None where none are kept of it.

    Raises:
        ClassifierError: the classifier is away, or gives one of them no risk.
    """
    people = model.held_out
    if people is None:
        return None
    risk, bands = model.classifier.risk(people.rows), bands_of(model.committee.risk(people.rows))
    return outcomes_of(risk, bands, people.outcome, model.schema.model.threshold)


def outcomes_of(risk: FloatArray, bands: FloatArray, outcome: BoolArray, threshold: float) -> HeldOutOutcomes:
    """Of n people: risks and outcomes of shape (n,), bands of shape (n, 2)."""
    certainty = np.array(certainties_of(risk, bands, threshold))
    return HeldOutOutcomes(
        {each: _ranked(risk[certainty == each], outcome[certainty == each]) for each in Certainty}
    )


def _ranked(risk: FloatArray, outcome: BoolArray) -> _Ranked:
    order = np.argsort(risk, kind="stable")
    return _Ranked(tuple(risk[order].tolist()), (0, *np.cumsum(outcome[order]).tolist()))
