"""From counts by bin to what is told of drift: plain functions over plain values."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from app.domain.drift import LEAST, Drift, judged, stability_index, worst
from app.domain.feature import Feature
from app.usecases.drift.binning import RISK, Binning
from app.usecases.drift.schemas import Compared, DriftAnswer, FeatureDrift, RiskDrift
from app.usecases.tallies import Counts


def report_of(binning: Binning, asked: Mapping[str, Counts], first: date, last: date) -> DriftAnswer:
    """What counts of these days come to; of fewer than `LEAST` questions their number alone."""
    questions = int(asked[RISK].sum())
    is_enough = questions >= LEAST
    features = [_feature(one, binning, asked, is_enough) for one in binning.schema.features]
    risk = _risk(binning, asked[RISK]) if is_enough else _UNJUDGED
    facts = binning.schema.model
    return DriftAnswer(
        model=facts.name,
        version=facts.version,
        first_day=first,
        last_day=last,
        questions=questions,
        least=LEAST,
        state=worst([risk.state, *(one.state for one in features)]),
        risk=risk,
        features=features,
    )


_UNJUDGED = RiskDrift(state=Drift.TOO_FEW, psi=None, mean=None, high=None)


def _feature(
    feature: Feature, binning: Binning, asked: Mapping[str, Counts], is_enough: bool
) -> FeatureDrift:
    if not is_enough:
        return FeatureDrift(
            feature=feature.name,
            label=feature.label,
            state=Drift.TOO_FEW,
            psi=None,
            unknown=None,
            out_of_range=None,
        )
    here, there = asked[feature.name], binning.reference[feature.name]
    index = stability_index(_judged_bins(here), _judged_bins(there))
    return FeatureDrift(
        feature=feature.name,
        label=feature.label,
        state=judged(index),
        psi=round(index, 4),
        unknown=Compared(asked=_share(here, [-1]), reference=_share(there, [-1])),
        out_of_range=(
            Compared(asked=_share(here, [0, -2]), reference=_share(there, [0, -2]))
            if feature.is_numeric
            else None
        ),
    )


def _judged_bins(counts: Counts) -> Counts:
    """With those out of the observed range in the outermost bins inside: the reference has none there."""
    within = counts[1:-2].copy()
    within[0] += counts[0]
    within[-1] += counts[-2]
    return np.append(within, counts[-1])


def _risk(binning: Binning, here: Counts) -> RiskDrift:
    there = binning.reference[RISK]
    tenths = binning.risk_deciles
    index = stability_index(np.bincount(tenths, weights=here), np.bincount(tenths, weights=there))
    high = np.searchsorted(binning.risk_edges, binning.schema.model.threshold, side="right") + 1
    above = list(range(int(high), len(here)))
    return RiskDrift(
        state=judged(index),
        psi=round(index, 4),
        mean=Compared(asked=_mean(here, binning), reference=_mean(there, binning)),
        high=Compared(asked=_share(here, above), reference=_share(there, above)),
    )


def _mean(counts: Counts, binning: Binning) -> float:
    return round(float(counts @ binning.risk_means / counts.sum()), 4)


def _share(counts: Counts, places: list[int]) -> float:
    return round(float(counts[places].sum() / counts.sum()), 4)
