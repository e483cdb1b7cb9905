"""Counterfactual rows of a cohort's people, by the classifier of that cohort alone."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xgboost

from app.classifiers.complement import complement_model
from app.classifiers.model_version import ModelVersion, Population
from app.classifiers.training_procedure import PARAMETERS, SEED, TREES, Growth, Sample
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import XGBoostClassifier
from app.domain.schema import FeatureSchema, FloatArray
from research.evaluation.benchmark_setup.feasible_ranges import feasible_ranges
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup, bare_setup
from research.evaluation.benchmark_setup.setting import SettingKind
from research.evaluation.methods.reply import Ending
from research.evaluation.methods.turnpoint import TurnpointMethod
from research.training.committee import refit
from research.training.masking import fit_people
from research.training.people import Participant, outcomes_of, rows_of

REFITS, WORK = 2, 20_000
"""Rows need neither hold nor be proved to be of least effort."""
FEW_GROWTH = Growth(TREES, PARAMETERS | {"min_child_weight": 1})
"""The shipped models' settings, with smaller leaves: of forty people theirs would make no split at all."""


def counterfactual_rows(
    schema: FeatureSchema, people: Sequence[Participant], label: bool, count: int, seed: int
) -> FloatArray:
    """At most `count` rows of class `label`, made of people of the other: shape (rows, columns).

    As in the papers any known feature may change. A row is kept if the classifier agrees on its class.
    """
    with warnings.catch_warnings():
        # One cohort may know nothing of a feature that others know: its column has no median and no spread.
        warnings.simplefilter("ignore", RuntimeWarning)
        return _rows(schema, people, label, count, seed)


def _rows(
    schema: FeatureSchema, people: Sequence[Participant], label: bool, count: int, seed: int
) -> FloatArray:
    sample = Sample(rows_of(schema, people), outcomes_of(people))
    model = model_of_people(schema, sample)
    wanted = complement_model(model) if label else model
    setup = bare_setup(wanted, SettingKind.FREE)
    ask = TurnpointMethod(setup, min_robustness=0.0, work=WORK)
    others = np.flatnonzero(sample.outcome != label)
    rows: list[FloatArray] = []
    for place in np.random.default_rng(seed).permutation(others):
        if len(rows) == count:
            break
        row = sample.rows[place]
        if setup.risk(row[None])[0] <= setup.target:
            continue  # the classifier has them in the class as they are
        reply = ask(_person(setup, int(place), people[place], row))
        if reply.ending is Ending.FOUND:
            made = np.array(reply.rows[0])
            if setup.risk(made[None])[0] <= setup.target:
                rows.append(made)
    return np.array(rows).reshape(-1, len(schema.columns))


def model_of_people(schema: FeatureSchema, sample: Sample) -> ModelVersion:
    """A model of no folder that knows these people alone."""
    return ModelVersion(
        schema=schema,
        version=schema.model.version,
        digest="",
        folder=Path(),
        classifier=XGBoostClassifier(fit_few(schema, sample)),
        committee=XGBoostCommittee(
            [refit(schema, sample, number + 1, FEW_GROWTH) for number in range(REFITS)]
        ),
        population=Population(sample.rows, sample.outcome),
    )


def fit_few(schema: FeatureSchema, sample: Sample) -> xgboost.Booster:
    """The fit of all classifiers here, whether people are few or many."""
    return fit_people(schema, sample, SEED, FEW_GROWTH)


def _person(setup: BenchmarkSetup, place: int, person: Participant, row: FloatArray) -> BenchmarkPerson:
    return BenchmarkPerson(place, person.values, row, feasible_ranges(setup.setting, person.values))
