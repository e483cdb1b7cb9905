"""Labels made scarce among a fold's training people, rows made of the same people, judged on the fold's.

Nobody who is judged was drawn, changed or learned from: rows are made of training people alone.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from research.evaluation.augmentation.augmenters import AUGMENTERS, Augmenter
from research.evaluation.augmentation.cohort import Cohort, Scarcity, load_cohort, why_no_trials
from research.evaluation.augmentation.run import trials_fingerprint
from research.evaluation.augmentation.trial import Trial, trial_of, trials_with, trials_without
from research.evaluation.runner.json_lines import append_line, read_lines
from research.evaluation.runner.language_models import LanguageModels, Report
from research.llm_session import LlmEndpoint
from research.papers_study.fold_versions import Fold

MAKERS = (
    "oversampling",
    "weights",
    "smote",
    "self",
    "nice",
    "search-doable",
    "nice-labelled",
    "search-labelled",
)
"""The ways to make rows that are tried unless others are named."""
LABELLED, QUICK_LABELLED = 300, 200
"""Labelled rows of a draw, before half of a class goes."""
DRAWS, QUICK_DRAWS = 2, 1


@dataclass(frozen=True, slots=True)
class ScarcePlan:
    """What is tried: by which ways, on how many draws a fold, of how many labelled rows."""

    augmenters: Sequence[Augmenter]
    draws: int = DRAWS
    labelled: int = LABELLED
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class FoldTrial:
    """A classifier's scores on the people of a fold."""

    fold: int
    trial: Trial


def makers(keys: Sequence[str] = MAKERS) -> list[Augmenter]:
    """The ways to make rows of these keys, in the order of the tables."""
    return [one for one in AUGMENTERS if one.key in keys]


def why_not_scarce(folds: Sequence[Fold], plan: ScarcePlan) -> str | None:
    """Why labels cannot be made scarce here, in a sentence; None where they can."""
    reasons = (why_no_trials(load_cohort(fold.model, fold.store), plan.labelled) for fold in folds)
    return next((why for why in reasons if why), None)


def scarce_trials(
    folds: Sequence[Fold], plan: ScarcePlan, home: Path, language: LanguageModels, report: Report
) -> list[FoldTrial]:
    """Every trial of every fold, first those without anything made; what was tried is not tried again.

    Raises:
        EmbeddedError: the language model's server cannot start.
    """
    results = []
    for fold in folds:
        cohort = load_cohort(fold.model, fold.store)
        for augmenter in (None, *plan.augmenters):
            style = augmenter.style if augmenter else None
            with language.endpoint(cohort.model, style, report) as endpoint:
                if style is not None and endpoint is None:
                    continue
                name = augmenter.name if augmenter else "nothing made"
                report(f"Scarce labels, fold {fold.number}: {name}", 0.0)
                tried = _tried(cohort, augmenter, plan, home, endpoint)
                results += [FoldTrial(fold.number, trial) for trial in tried]
    return results


def _tried(
    cohort: Cohort, augmenter: Augmenter | None, plan: ScarcePlan, home: Path, endpoint: LlmEndpoint | None
) -> list[Trial]:
    key = augmenter.key if augmenter else "nothing"
    mark = trials_fingerprint(cohort.setup, plan.labelled, augmenter, endpoint)
    path = home / "scarce" / f"{key}-{mark}.jsonl"
    if plan.fresh:
        path.unlink(missing_ok=True)
    kept = {(entry["scarcity"], entry["seed"]): entry["trials"] for entry in read_lines(path)}
    trials = []
    for seed in range(plan.draws):
        for scarcity in augmenter.scarcities if augmenter else tuple(Scarcity):
            if (scarcity, seed) not in kept:
                made = _trials(cohort, augmenter, plan.labelled, scarcity, seed, endpoint)
                append_line(path, {"scarcity": scarcity, "seed": seed, "trials": made})
                kept[scarcity, seed] = made
            trials += [trial_of(entry) for entry in kept[scarcity, seed]]
    return trials


def _trials(
    cohort: Cohort,
    augmenter: Augmenter | None,
    labelled: int,
    scarcity: Scarcity,
    seed: int,
    endpoint: LlmEndpoint | None,
) -> list[dict[str, Any]]:
    if augmenter is None:
        return [asdict(trial) for trial in trials_without(cohort, labelled, scarcity, seed)]
    return [asdict(one) for one in trials_with(cohort, labelled, scarcity, seed, augmenter, endpoint)]
