"""What rows of one cohort do at another that has few labels: its people, and counterfactuals of them.

At each cohort a few people keep their label, drawn anew for each draw; everybody else there judges. To the
few come rows of another cohort, as many as the few are, half of each class.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from app.classifiers.training_procedure import Sample, risk_of
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from research.papers_study.made_rows import counterfactual_rows, fit_few
from research.training.people import Participant, outcomes_of, rows_of

FEW, DRAWS, QUICK_DRAWS = 40, 5, 2
FEWEST = 3
"""People of each class among the few."""
OWN, REPEATED, PEOPLE, MADE, ALONE = "own", "repeated", "people", "made", "alone"
"""The few alone, with the few repeated, with people of the other cohort, with counterfactuals of these; and
the other cohort's model without anybody's label here."""

Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class CohortScore:
    """A classifier at one cohort, on everybody but the few: F1 as the mean of both classes', and ROC-AUC."""

    target: str
    donor: str
    draw: int
    arm: str
    f1: float
    auc: float


@dataclass(frozen=True)
class Pool:
    """A cohort's people, and rows of both classes made of them."""

    sample: Sample
    made: Sample
    risk: Callable[[FloatArray], FloatArray]
    """Of the classifier that knows all of them."""


def cohort_scores(
    schema: FeatureSchema,
    cohorts: Mapping[str, Sequence[Participant]],
    draws: int,
    report: Report,
    few: int = FEW,
) -> list[CohortScore]:
    """Every cohort with rows of every other one."""
    pools = {}
    for name, people in cohorts.items():
        report(f"Rows of {name}", 0.0)
        pools[name] = _pool(schema, people, few)
    scores = []
    for target, pool in pools.items():
        report(f"At {target}", 0.0)
        for draw in range(draws):
            rng = np.random.default_rng([draw, few])
            own = _few(pool.sample.outcome, few, rng)
            known, judges = pool.sample.take(np.flatnonzero(own)), pool.sample.take(np.flatnonzero(~own))
            for donor, other in pools.items():
                if donor != target:
                    arms = _arms(known, other, rng)
                    risks = {arm: _risk(schema, sample, judges.rows) for arm, sample in arms.items()}
                    risks[ALONE] = other.risk(judges.rows)
                    scores += [
                        CohortScore(target, donor, draw, arm, *_scores(schema, judges.outcome, risk))
                        for arm, risk in risks.items()
                    ]
    return scores


def _pool(schema: FeatureSchema, people: Sequence[Participant], few: int) -> Pool:
    sample = Sample(rows_of(schema, people), outcomes_of(people))
    rows = {label: counterfactual_rows(schema, people, label, few // 2, seed=0) for label in (False, True)}
    labels = np.concatenate([np.full(len(made), label) for label, made in rows.items()])
    booster = fit_few(schema, sample)
    made = Sample(np.concatenate(list(rows.values())), labels)
    return Pool(sample, made, lambda asked: risk_of(booster, asked))


def _few(outcome: BoolArray, count: int, rng: np.random.Generator) -> BoolArray:
    """Who keeps a label: in the cohort's shares of the classes, and three of each at least."""
    with_it = min(max(round(count * float(outcome.mean())), FEWEST), count - FEWEST)
    chosen = np.zeros(len(outcome), dtype=bool)
    for label, wanted in ((True, with_it), (False, count - with_it)):
        members = np.flatnonzero(outcome == label)
        # Of a class with hardly anybody some must be left to judge.
        chosen[rng.permutation(members)[: min(wanted, len(members) - FEWEST)]] = True
    return chosen


def _arms(known: Sample, other: Pool, rng: np.random.Generator) -> dict[str, Sample]:
    half = len(known) // 2
    return {
        OWN: known,
        REPEATED: _with(known, _drawn(known, half, rng)),
        PEOPLE: _with(known, _drawn(other.sample, half, rng)),
        MADE: _with(known, other.made),
    }


def _drawn(sample: Sample, each: int, rng: np.random.Generator) -> Sample:
    """So many of each class, with replacement where there are fewer."""
    places = [np.flatnonzero(sample.outcome == label) for label in (False, True)]
    return sample.take(np.concatenate([rng.choice(one, each, replace=len(one) < each) for one in places]))


def _with(known: Sample, more: Sample) -> Sample:
    return Sample(np.concatenate([known.rows, more.rows]), np.concatenate([known.outcome, more.outcome]))


def _risk(schema: FeatureSchema, sample: Sample, rows: FloatArray) -> FloatArray:
    return risk_of(fit_few(schema, sample), rows)


def _scores(schema: FeatureSchema, outcome: BoolArray, risk: FloatArray) -> tuple[float, float]:
    high = risk > schema.model.threshold
    both = f1_score(outcome, high, zero_division=0), f1_score(~outcome, ~high, zero_division=0)
    return float(np.mean(both)), float(roc_auc_score(outcome, risk))
