"""The classifier of an own table and its committee, fitted as cross-validation finds best."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import xgboost

from app.classifiers.link import Link
from app.classifiers.training_procedure import SEED, Growth, Sample
from app.cores import cores
from app.domain.schema import FeatureSchema, FloatArray
from research.own_model.choice import Choice, choose, grid
from research.own_model.recalibration import Recalibration, recalibration_of
from research.own_model.taught import MOST_TRIED_ON, bootstrap, drawn, sample_of
from research.training.committee import COMMITTEE_SIZE
from research.training.fitted import Risk
from research.training.folds import Folds, folds_of
from research.training.masking import fit_people
from research.training.people import Participant

Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is tried and how many refits are made; less only where a test is to be quick."""

    settings: Sequence[Growth]
    members: int = COMMITTEE_SIZE
    exemplars: int = 60
    """Lessons for a language model that is not tuned; it is shown a few of them."""


@dataclass(frozen=True, slots=True)
class OwnFit:
    """What was fitted: trees, the map from their margin to risk, the committee, and how they were chosen."""

    booster: xgboost.Booster
    members: Sequence[xgboost.Booster]
    choice: Choice
    recalibration: Recalibration


def whole_size() -> Size:
    """What an owner's table gets."""
    return Size(grid())


def fit_own(schema: FeatureSchema, training: Sequence[Participant], size: Size, report: Report) -> OwnFit:
    """Choose settings, see to calibration, and fit the classifier and its committee to all people."""
    some = drawn(training, MOST_TRIED_ON)
    tried_on = sample_of(schema, some)
    folds = list(folds_of(tried_on, [person.id for person in some]))
    choice = choose(schema, tried_on, folds, size.settings, partial(report, "Choosing settings"))
    margin = _margin_of_left_out(schema, tried_on, folds, choice.growth)
    people = sample_of(schema, training)
    booster = fit_people(schema, people, SEED, choice.growth)
    return OwnFit(
        booster,
        _members(schema, people, [person.id for person in training], choice.growth, size.members, report),
        choice,
        recalibration_of(margin, tried_on.outcome, folds),
    )


def risk_by(booster: xgboost.Booster, link: Link) -> Risk:
    """What a booster says of rows, through the link that is part of the model."""
    return lambda rows: link.risk(margin_of(booster, rows))


def margin_of(booster: xgboost.Booster, rows: FloatArray) -> FloatArray:
    """The sum of the trees for each row, in log-odds."""
    margin = booster.inplace_predict(rows.astype(np.float32), predict_type="margin")
    return np.asarray(margin, dtype=np.float64)


def _margin_of_left_out(schema: FeatureSchema, people: Sample, folds: Folds, growth: Growth) -> FloatArray:
    """Everybody's margin by a classifier that did not see them."""
    margin = np.empty(len(people))
    for seen, left_out in folds:
        booster = fit_people(schema, people.take(seen), SEED, growth)
        margin[left_out] = margin_of(booster, people.rows[left_out])
    return margin


def _members(
    schema: FeatureSchema,
    people: Sample,
    ids: Sequence[str],
    growth: Growth,
    count: int,
    report: Report,
) -> list[xgboost.Booster]:
    """Refits on bootstrap samples of people, some at once; their order is that of their seeds."""

    def refit(seed: int) -> xgboost.Booster:
        return fit_people(schema, people.take(bootstrap(ids, seed)), seed, growth)

    members = []
    with ThreadPoolExecutor(max_workers=cores()) as threads:
        for member in threads.map(refit, range(1, count + 1)):
            members.append(member)
            report("Fitting the committee", len(members) / count)
    return members
