"""All trials of one model: every augmenter on the same draws of people; what was tried is not tried again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xgboost

from app.paths import MODEL_STORE
from research.evaluation.augmentation.augmenters import AUGMENTERS, Augmenter
from research.evaluation.augmentation.cohort import LABELLED, Scarcity
from research.evaluation.augmentation.trial import (
    TRIAL_VERSION,
    Task,
    Trial,
    TrialFactory,
    trial_factory,
    trial_of,
)
from research.evaluation.benchmark_setup.people import SETUP_VERSION, BenchmarkSetup, CohortSpec, load_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.runner.fingerprint import fingerprint, method_parts, package_version
from research.evaluation.runner.json_lines import append_line, read_lines
from research.evaluation.runner.language_models import LanguageModels, Report
from research.evaluation.runner.worker import Broken, Done, Worker
from research.llm_session import LlmEndpoint

SEEDS, QUICK_SEEDS, QUICK_LABELLED = 10, 2, 200
_LIMIT_S = 3600.0


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """What is tried, on how many draws of how many people."""

    augmenters: Sequence[Augmenter] = AUGMENTERS
    seeds: int = SEEDS
    people: int = LABELLED


def run_trials(
    name: str,
    trials: TrialPlan,
    home: Path,
    language: LanguageModels,
    report: Report,
    fresh: bool = False,
    store: Path = MODEL_STORE,
) -> list[Trial]:
    """Every trial of one model, first those without anything made.

    Raises:
        ModelFolderError: there is no such model.
        EmbeddedError: the language model's server cannot start.
    """
    setup = load_setup(CohortSpec(name, SettingKind.FREE, people=1, store=store))
    results: list[Trial] = []
    for augmenter in (None, *trials.augmenters):
        with language.endpoint(setup.model, augmenter.style if augmenter else None, report) as endpoint:
            if augmenter and augmenter.style and endpoint is None:
                continue
            key = augmenter.key if augmenter else "nothing"
            kept = home / f"{key}-{trials_fingerprint(setup, trials.people, augmenter, endpoint)}.jsonl"
            if fresh:
                kept.unlink(missing_ok=True)
            factory = trial_factory(name, store, trials.people, augmenter, endpoint)
            results += _run(factory, _tasks(trials, augmenter), kept, _reporter(report, name, augmenter))
    return results


def trials_fingerprint(
    setup: BenchmarkSetup, people: int, augmenter: Augmenter | None, endpoint: LlmEndpoint | None = None
) -> str:
    """All that a trial depends on; how many draws there are is no part of it."""
    parts: dict[str, Any] = {
        "trial": TRIAL_VERSION,
        "setup": SETUP_VERSION,
        "model": setup.model_digest,
        "people": people,
        "learner": f"xgboost {xgboost.__version__}",
    }
    if augmenter is not None:
        parts["way"] = [augmenter.way, augmenter.setting, augmenter.magnitudes, dict(augmenter.options)]
        parts["package"] = package_version(augmenter.package)
        parts["method"] = (
            method_parts(augmenter.base_method, setup.schema, endpoint) if augmenter.method else None
        )
    return fingerprint(parts)


def _tasks(trials: TrialPlan, augmenter: Augmenter | None) -> list[Task]:
    scarcities = tuple(Scarcity) if augmenter is None else augmenter.scarcities
    return [(scarcity, seed) for seed in range(trials.seeds) for scarcity in scarcities]


def _run(
    factory: TrialFactory, tasks: Sequence[Task], store: Path, tell: Callable[[int, int], None]
) -> list[Trial]:
    kept = {(entry["scarcity"], entry["seed"]): entry["trials"] for entry in read_lines(store)}
    missing = [task for task in tasks if task not in kept]
    with Worker(factory, _LIMIT_S) as worker:
        for done, task in enumerate(missing):
            tell(done, len(missing))
            outcome = worker.ask(task)
            trials = outcome.result if isinstance(outcome, Done) else []
            detail = outcome.detail if isinstance(outcome, Broken) else ""
            entry = {"scarcity": task[0], "seed": task[1], "trials": trials, "detail": detail}
            append_line(store, entry)
            kept[task] = entry["trials"]
    return [trial_of(entry) for task in tasks for entry in kept[task]]


def _reporter(report: Report, name: str, augmenter: Augmenter | None) -> Callable[[int, int], None]:
    what = augmenter.name if augmenter else "nothing made"
    return lambda done, of: report(f"{name}, scarce labels, {what}: {done} of {of} draws", done / of)
