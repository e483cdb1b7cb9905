"""The committee of refits: how far the classifier would differ, had other people been drawn for training."""

import numpy as np
import xgboost

from app.classifiers.training_procedure import Sample
from app.domain.schema import FeatureSchema
from research.training.masking import fit_people

COMMITTEE_SIZE = 40


def refit(schema: FeatureSchema, people: Sample, seed: int) -> xgboost.Booster:
    """One member of the committee: the same fit on as many people drawn with replacement.

    People are drawn, each with all their copies: copies of one person are no further people.
    """
    drawn = np.random.default_rng(seed).integers(len(people), size=len(people))
    return fit_people(schema, people.take(drawn), seed)
