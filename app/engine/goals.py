"""At which risk a candidate has arrived, refit by refit and draw by draw.

A highest risk is the same for all of them. A fall is measured in each from its own start: a refit that sees
more risk today may see more of it afterwards.
"""

from dataclasses import dataclass

import numpy as np

from app.classifiers.base import Classifier
from app.domain.schema import FloatArray
from app.domain.target import Target
from app.engine.robustness import RobustnessEvaluator


@dataclass(frozen=True, slots=True)
class Starts:
    """The patient's risk as things are: the classifier's, each refit's, (members,), each draw's, (draws,)."""

    now: float
    refits: FloatArray
    draws: FloatArray


@dataclass(frozen=True, slots=True)
class Goals:
    """The risk to end at or below, in the same shapes."""

    refits: FloatArray
    draws: FloatArray


def starts_of(evaluator: RobustnessEvaluator, classifier: Classifier, factual: FloatArray) -> Starts:
    """Nothing was carried out yet: draws differ by what noise there was when the patient was measured."""
    noisy = factual + evaluator.draws.noise
    risk = classifier.risk(np.concatenate([factual[None], noisy]))
    return Starts(float(risk[0]), evaluator.committee.risk(factual[None])[:, 0], risk[1:])


def goals_from(target: Target, starts: Starts) -> Goals:
    """A fall from each start."""
    return Goals(target.from_start(starts.refits), target.from_start(starts.draws))
