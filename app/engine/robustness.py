"""Does a counterfactual hold? Under refits, measurement noise, partial adherence and uncertain effects.

Refits: bootstrap refits with the classifier's own training procedure, as in the robustness measures of
the recourse literature (Hamman et al., 2023; Black et al., 2022). Noise and adherence: Pawelczyk et al.,
"Probabilistically robust recourse" (2023), with the schema's measurement noise in place of a common one.
Effects: each draw of noise or adherence takes one quantile of all published effects, those that harm from the
other end, so that in a tenth of draws all of them are at their unfavourable end.
All draws are the same for every candidate and every request, so that equal questions get equal answers
and options are compared on equal terms.
"""

from dataclasses import dataclass

import numpy as np

from app.classifiers.base import Classifier, Committee
from app.domain.causes import Draws
from app.domain.counterfactual import Robustness
from app.domain.feature import Kind
from app.domain.levers import Levers
from app.domain.patient_effects import is_whole
from app.domain.schema import FeatureSchema, FloatArray, IntArray
from app.engine.budget import MEMBER, ROW

Goal = float | FloatArray
"""A risk to end at or below: one for all, or each refit's or draw's own."""
NOISE_DRAWS = 64
ADHERENCE_DRAWS = 32
LEAST_ADHERENCE = 0.8
"""Of each change at least so much is carried out."""
_SEED, _EFFECTS_SEED = 17, 18
"""Any will do, as long as it stays: with another one the same question may have another answer."""


@dataclass(frozen=True, slots=True)
class RobustnessEvaluator:
    """The committee and the fixed draws of one model: `NOISE_DRAWS` of noise, then those of adherence."""

    committee: Committee
    draws: Draws

    def work_of_refits(self, candidates: int) -> float:
        """What it takes to ask the committee about so many candidates, in the unit of `Budget`."""
        return float(candidates * self.committee.size * MEMBER)

    def work_of_draws(self, candidates: int) -> float:
        """What it takes to ask about so many candidates in every draw."""
        return float(candidates * len(self.draws) * ROW)

    def refits(self, rows: FloatArray, goal: Goal) -> FloatArray:
        """Share of the committee that keeps each row at or below the goal, or its own one; shape (n,)."""
        if len(rows) == 0:
            return np.empty(0)
        return (self.committee.risk(rows) <= np.reshape(goal, (-1, 1))).mean(axis=0)

    def noise_and_adherence(
        self, classifier: Classifier, levers: Levers, levels: IntArray, goal: Goal
    ) -> tuple[FloatArray, FloatArray]:
        """Shares of noisy and of partly followed versions of candidates at or below the goal, each (n,).

        `goal` may be one for each draw.
        """
        if len(levels) == 0:
            return np.empty(0), np.empty(0)
        held = self.drawn_risk(classifier, levers, levels) <= goal
        return held[:, :NOISE_DRAWS].mean(axis=1), held[:, NOISE_DRAWS:].mean(axis=1)

    def drawn_risk(self, classifier: Classifier, levers: Levers, levels: IntArray) -> FloatArray:
        """The classifier's risk of candidates in every draw, shape (n, draws)."""
        versions = levers.drawn_rows(levels, self.draws)
        return classifier.risk(versions.reshape(-1, versions.shape[2])).reshape(len(levels), -1)


def evaluator_for(schema: FeatureSchema, committee: Committee) -> RobustnessEvaluator:
    """The evaluator of a model, with draws made from the schema's noise and fixed seeds."""
    return RobustnessEvaluator(committee=committee, draws=draws_for(schema))


def draws_for(schema: FeatureSchema, seed: int = _SEED, effects_seed: int = _EFFECTS_SEED) -> Draws:
    """`NOISE_DRAWS` of noise, then those of adherence. Other seeds are for judging what these have chosen."""
    rng = np.random.default_rng(seed)
    scale, follows = np.zeros(len(schema.columns)), np.arange(len(schema.columns))
    whole = np.zeros(len(schema.columns), dtype=bool)  # carried out or not: there is no part of such a change
    for feature in schema.features:
        if feature.kind is Kind.CATEGORY:
            whole[list(schema.columns_of(feature.name))] = True
            continue
        column = schema.column_of[feature.name]
        scale[column] = feature.noise
        whole[column] = is_whole(feature)
        if feature.name in schema.link_of:  # a linked feature is carried out as far as its driver
            # Of a category any column will do: all of them are carried out whole.
            follows[column] = schema.columns_of(schema.link_of[feature.name].driver)[0]
    noise = rng.standard_normal((NOISE_DRAWS, len(scale))) * scale
    adherence = rng.uniform(LEAST_ADHERENCE, 1.0, (ADHERENCE_DRAWS, len(scale)))[:, follows]
    adherence[:, whole] = 1.0
    return Draws(
        noise=np.concatenate([noise, np.zeros_like(adherence)]),
        adherence=np.concatenate([np.ones_like(noise), adherence]),
        quantile=_quantiles(effects_seed),
    )


def _quantiles(seed: int) -> FloatArray:
    """Evenly spread over noise draws, and over adherence draws, in an order of their own: shape (draws,)."""
    rng = np.random.default_rng(seed)
    groups = [(np.arange(size) + 0.5) / size for size in (NOISE_DRAWS, ADHERENCE_DRAWS)]
    return np.concatenate([rng.permutation(group) for group in groups])


def as_robustness(refits: float, noise: float, adherence: float) -> Robustness:
    return Robustness(refits=round(refits, 4), noise=round(noise, 4), adherence=round(adherence, 4))
