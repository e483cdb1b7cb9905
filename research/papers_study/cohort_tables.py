"""The table of a cohort with rows of another: what they are worth beside few labels of its own."""

from collections.abc import Sequence

import numpy as np

from research.evaluation.metrics.estimates import Estimate, mean
from research.evaluation.metrics.figures import Figures
from research.evaluation.reporting.tables import Column, TableSpec
from research.papers_study.cohort_pairs import ALONE, MADE, OWN, PEOPLE, REPEATED, CohortScore

_ARMS = ((REPEATED, "own repeated"), (PEOPLE, "its people"), (MADE, "its counterfactuals"))


def spec_of(measure: str, few: int) -> TableSpec:
    """Of `f1` or `auc`."""
    name = {"f1": "F1", "auc": "ROC-AUC"}[measure]
    return TableSpec(
        f"{name} at one cohort with rows of another",
        f"{name} in %, on everybody of the cohort but the few: with {few} labels of its own, by the other "
        "cohort's model without any of them; then how many points more than with the few alone, when as "
        "many rows are added, half of each class: the few repeated, people of the other cohort, or "
        "counterfactuals of these, made by the other cohort's classifier. F1 is the mean of both classes'. "
        "In brackets: 95 %, bootstrap over draws of the few; the cohorts are the same in every draw.",
        (
            Column(OWN, "few labels", decimals=1, interval=True),
            Column(ALONE, "other's model", decimals=1),
            *(Column(arm, f"+ {words}", decimals=1, interval=True) for arm, words in _ARMS),
        ),
        first="at, rows of",
    )


def pair_rows(scores: Sequence[CohortScore], measure: str) -> dict[str, Figures]:
    """A row a pair of cohorts, and their mean last."""
    rows: dict[str, Figures] = {}
    pairs = dict.fromkeys((one.target, one.donor) for one in scores)
    for target, donor in pairs:
        those = [one for one in scores if (one.target, one.donor) == (target, donor)]
        values = {arm: _of(those, arm, measure) for arm in (OWN, ALONE, REPEATED, PEOPLE, MADE)}
        figures: Figures = {arm: mean(values[arm]) for arm in (OWN, ALONE)}
        for arm, _ in _ARMS:
            figures[arm] = mean([a - b for a, b in zip(values[arm], values[OWN], strict=True)])
        rows[f"{target}, {donor}"] = figures
    return rows | {"mean of all": _means(rows)} if len(rows) > 1 else rows


def _of(scores: Sequence[CohortScore], arm: str, measure: str) -> list[float]:
    return [100 * getattr(one, measure) for one in scores if one.arm == arm]


def _means(rows: dict[str, Figures]) -> Figures:
    """Without an interval: pairs share their cohorts."""
    keys = list(next(iter(rows.values())))
    told = {key: [one.value for row in rows.values() if (one := row[key]) is not None] for key in keys}
    return {key: Estimate(float(np.mean(values))) for key, values in told.items()}
