"""The committee of refits: how far the classifier would differ, had other people been drawn for training."""

import numpy as np
import xgboost

from app.classifiers.training_procedure import FIXED, Growth, Sample
from app.domain.schema import FeatureSchema, FloatArray, IntArray
from research.training.masking import fit_people

COMMITTEE_SIZE = 40


def refit(schema: FeatureSchema, people: Sample, seed: int, growth: Growth = FIXED) -> xgboost.Booster:
    """One member of the committee: the same fit on as many people drawn with replacement.

    People are drawn, each with all their copies: copies of one person are no further people.
    """
    return fit_people(schema, people.take(drawn_anew(len(people), seed)), seed, growth)


def of_outputs(rows: FloatArray, risk: FloatArray) -> Sample:
    """Rows that teach a risk, not an outcome: each is there with it and without it, weighted by the risk."""
    outcome = np.repeat([True, False], len(rows))
    return Sample(np.concatenate([rows, rows]), outcome, np.concatenate([risk, 1 - risk]))


def drawn_anew(people: int, seed: int) -> IntArray:
    """Positions of as many people, drawn with replacement: a bootstrap sample."""
    return np.random.default_rng(seed).integers(people, size=people)
