"""What each feature is worth to a classifier."""

import numpy as np
import xgboost

from app.classifiers.training_procedure import Sample
from app.domain.schema import FeatureSchema
from research.training.calibration import brier_score
from research.training.fitted import Risk

_SEED = 0


def gain_shares(schema: FeatureSchema, booster: xgboost.Booster) -> dict[str, float]:
    """Each feature's share of the loss that all splits of the trees took away in training; 0 without any."""
    gain: dict[str, float] = booster.get_score(importance_type="total_gain")  # type: ignore[assignment]
    total = sum(gain.values())
    return _shares(
        {f.name: sum(gain.get(column, 0.0) for column in f.columns) for f in schema.features}, total
    )


def shuffled_shares(schema: FeatureSchema, risk: Risk, people: Sample) -> dict[str, float]:
    """Each feature's share of what the Brier score loses when its values are dealt out anew among people.

    Breiman's permutation importance (2001), for classifiers whose training is not known. A feature without
    which the score is no worse has none.
    """
    generator, whole = np.random.default_rng(_SEED), brier_score(people.outcome, risk(people.rows))
    names = np.repeat([f.name for f in schema.features], [len(f.columns) for f in schema.features])
    lost = {}
    for feature in schema.features:
        rows, mine = people.rows.copy(), names == feature.name
        rows[:, mine] = rows[generator.permutation(len(rows))][:, mine]
        lost[feature.name] = max(0.0, brier_score(people.outcome, risk(rows)) - whole)
    return _shares(lost, sum(lost.values()))


def _shares(worth: dict[str, float], total: float) -> dict[str, float]:
    return {name: own / total if total else 0.0 for name, own in worth.items()}
