"""What counterfactuals are asked of where labels are scarce: classifiers fit on the labels that are left."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.classifiers.complement import complement_model
from app.classifiers.model_version import ModelVersion, Population
from app.classifiers.training_procedure import SEED, Sample
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier
from app.domain.complement import complement_of
from app.domain.reversed_actions import reversed_actions
from app.domain.schema import FloatArray, IntArray
from research.evaluation.augmentation.cohort import Cohort, Scarce
from research.evaluation.benchmark_setup.feasible_ranges import feasible_ranges
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup
from research.evaluation.benchmark_setup.setting import SettingKind, setting_of
from research.training.committee import refit
from research.training.masking import fit_people

REFITS, _FIRST_SEED = 10, 100


@dataclass(frozen=True)
class ScarceSetup(BenchmarkSetup):
    """A setup whose classifier is of no folder."""

    def person(self, index: int, cohort: Cohort) -> BenchmarkPerson:
        """A training person, as methods are asked about people."""
        values = cohort.values[index]
        return BenchmarkPerson(
            index,
            values=values,
            row=cohort.training.rows[index],
            ranges=feasible_ranges(self.setting, values),
        )


def model_of(cohort: Cohort, sample: Sample) -> ModelVersion:
    """A model that knows these labels alone: classifier, committee of refits, real people."""
    schema = cohort.schema
    refits = [refit(schema, sample, _FIRST_SEED + number, cohort.growth) for number in range(REFITS)]
    return replace(
        cohort.model,
        classifier=XGBoostClassifier(fit_people(schema, sample, SEED, cohort.growth)),
        committee=XGBoostCommittee(refits),
        population=Population(sample.rows, sample.outcome),
    )


def setup_of(cohort: Cohort, model: ModelVersion, label: bool, setting: SettingKind) -> ScarceSetup:
    """Where a row of this class is wanted: its risk is what `model` says, or the complement of it.

    For the high class what a person can do is turned round (`app.domain.reversed_actions`).
    """
    wanted = complement_model(model) if label else model
    if label and setting is SettingKind.ACTIONABLE:
        wanted = replace(wanted, schema=complement_of(reversed_actions(model.schema)))
    base = cohort.setup
    return ScarceSetup(
        model=wanted,
        setting=setting_of(wanted.schema, setting, base.sd),
        people=(),
        sd=base.sd,
        filling=base.filling,
    )


def rebalanced(cohort: Cohort, scarce: Scarce, rng: np.random.Generator) -> Sample:
    """The labels that are left, those of a scarce class repeated until it is as frequent as it was."""
    repeated = oversample(cohort, scarce, scarce.lost, rng)
    return cohort.training.take(np.concatenate([scarce.labelled, repeated]))


def oversample(
    cohort: Cohort, scarce: Scarce, wanted: Mapping[bool, int], rng: np.random.Generator
) -> IntArray:
    """So many labelled people of each class, drawn with replacement."""
    outcome = cohort.training.outcome[scarce.labelled]
    drawn = [rng.choice(scarce.labelled[outcome == label], count) for label, count in wanted.items()]
    return np.concatenate(drawn)


def by_risk(model: ModelVersion, rows: FloatArray, people: IntArray) -> IntArray:
    """People, the lowest risk first."""
    return people[np.argsort(model.classifier.risk(rows[people]), kind="stable")]
