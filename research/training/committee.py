"""The committee of refits: how far the classifier would differ, had other people been drawn for training."""

import numpy as np
import xgboost

from app.classifiers.training_procedure import Sample, fit
from app.domain.schema import FeatureSchema

COMMITTEE_SIZE = 40


def refit(schema: FeatureSchema, sample: Sample, seed: int) -> xgboost.Booster:
    """One member of the committee: the same fit on as many people drawn with replacement."""
    drawn = np.random.default_rng(seed).integers(len(sample), size=len(sample))
    return fit(schema, sample.take(drawn), seed)
