"""One draw of people, one scarcity, one way to make rows: how good the classifier is then."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from app.classifiers.training_procedure import Sample, fit, risk_of
from research.evaluation.augmentation.augmenters import Augmenter, Way
from research.evaluation.augmentation.cohort import Cohort, Scarcity, load_cohort, make_scarce
from research.evaluation.augmentation.rows import synthetic_rows, with_rows, with_weights
from research.llm_session import LlmEndpoint

TRIAL_VERSION = 1
"""Of how people are drawn, rows are made and a classifier is scored: raised when any of it changes,
so that kept trials are made anew; not for a comment, a name or a move."""
WHOLE, SCARCE = "whole", "scarce"
"""What stands for an augmenter where nothing is made: with all labels, and with those that are left."""


@dataclass(frozen=True, slots=True)
class ClassifierScores:
    """Of a classifier on all held-out people: F1 of each class, their mean, and more (0-1)."""

    f1: float
    f1_low: float
    f1_high: float
    balanced: float
    auc: float


@dataclass(frozen=True, slots=True)
class Trial:
    """The scores of one classifier, and what it was fit on; `magnitude` is in rows that were lost."""

    scarcity: str
    seed: int
    augmenter: str
    magnitude: float
    scores: ClassifierScores
    wanted: int = 0
    made: int = 0
    unchanged: int = 0
    seconds: float = 0.0


Task = tuple[Scarcity, int]
"""Which class lacks labels, and the seed of the draw."""
TrialFactory = Callable[[], Callable[[Task], list[dict[str, Any]]]]


def trial_factory(
    name: str, store: Path, people: int, augmenter: Augmenter | None, endpoint: LlmEndpoint | None
) -> TrialFactory:
    """What a worker process calls once: it gives the function that makes all trials of one task."""
    return partial(_prepared, name, store, people, augmenter, endpoint)


def trial_of(entry: dict[str, Any]) -> Trial:
    """A trial as it was kept."""
    return Trial(**{**entry, "scores": ClassifierScores(**entry["scores"])})


def _prepared(
    name: str, store: Path, people: int, augmenter: Augmenter | None, endpoint: LlmEndpoint | None
) -> Callable[[Task], list[dict[str, Any]]]:
    return partial(_try, load_cohort(name, store), people, augmenter, endpoint)


def _try(
    cohort: Cohort, people: int, augmenter: Augmenter | None, endpoint: LlmEndpoint | None, task: Task
) -> list[dict[str, Any]]:
    if augmenter is None:
        return [asdict(trial) for trial in trials_without(cohort, people, *task)]
    return [asdict(trial) for trial in trials_with(cohort, people, *task, augmenter, endpoint)]


def trials_without(cohort: Cohort, people: int, scarcity: Scarcity, seed: int) -> list[Trial]:
    """With all labels, and with those that are left."""
    scarce = make_scarce(cohort, scarcity, seed, people)
    samples = {WHOLE: scarce.whole, SCARCE: scarce.labelled}
    return [
        Trial(
            scarcity=scarcity,
            seed=seed,
            augmenter=name,
            magnitude=0.0,
            scores=score_classifier(cohort, cohort.training.take(who)),
        )
        for name, who in samples.items()
    ]


def trials_with(
    cohort: Cohort,
    people: int,
    scarcity: Scarcity,
    seed: int,
    augmenter: Augmenter,
    endpoint: LlmEndpoint | None,
) -> list[Trial]:
    """With rows made, at each magnitude: the first of the same rows."""
    scarce = make_scarce(cohort, scarcity, seed, people)
    known = cohort.training.take(scarce.labelled)
    started = time.perf_counter()
    synthetic = synthetic_rows(cohort, scarce, augmenter, max(augmenter.magnitudes), seed, endpoint)
    seconds = time.perf_counter() - started
    trials = []
    for magnitude in augmenter.magnitudes:
        wanted = {label: round(magnitude * count) for label, count in scarce.lost.items()}
        some = [one.first(wanted[one.label]) for one in synthetic]
        is_weighted = augmenter.way is Way.WEIGHTED
        sample = with_weights(known, wanted) if is_weighted else with_rows(known, some)
        trials.append(
            Trial(
                scarcity=scarcity,
                seed=seed,
                augmenter=augmenter.key,
                magnitude=magnitude,
                scores=score_classifier(cohort, sample),
                wanted=sum(wanted.values()),
                made=sum(len(one.there) for one in some),
                unchanged=int(sum(np.sum(one.unchanged) for one in some)),
                seconds=seconds,
            )
        )
    return trials


def score_classifier(cohort: Cohort, sample: Sample) -> ClassifierScores:
    """The scores of the classifier that these people make, at the model's own threshold."""
    risk = risk_of(fit(cohort.schema, sample, growth=cohort.growth), cohort.test.rows)
    outcome, predicted = cohort.test.outcome, risk > cohort.schema.model.threshold
    low, high = float(f1_score(~outcome, ~predicted)), float(f1_score(outcome, predicted))
    return ClassifierScores(
        f1=(low + high) / 2,
        f1_low=low,
        f1_high=high,
        balanced=float(balanced_accuracy_score(outcome, predicted)),
        auc=float(roc_auc_score(outcome, risk)),
    )
