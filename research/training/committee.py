"""The committee of refits: how far the classifier would differ, had other people been drawn for training."""

import numpy as np
import xgboost

from app.classifiers.training_procedure import FIXED, Growth, Sample
from app.domain.schema import FeatureSchema, IntArray
from research.training.masking import fit_people

COMMITTEE_SIZE = 40


def refit(schema: FeatureSchema, people: Sample, seed: int, growth: Growth = FIXED) -> xgboost.Booster:
    """One member of the committee: the same fit on as many people drawn with replacement.

    People are drawn, each with all their copies: copies of one person are no further people.
    """
    return fit_people(schema, people.take(drawn_anew(len(people), seed)), seed, growth)


def drawn_anew(people: int, seed: int) -> IntArray:
    """Positions of as many people, drawn with replacement: a bootstrap sample."""
    return np.random.default_rng(seed).integers(people, size=people)
