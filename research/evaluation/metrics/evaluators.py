"""Does a counterfactual hold? Judged by refits and noise that no method has seen.

Turnpoint chooses its answers by the shipped committee and its own draws of noise. So the evaluators here are
others: new bootstrap refits by the same procedure with other seeds, and new draws of the schema's noise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xgboost

from app.classifiers.base import Committee
from app.classifiers.model_version import ModelVersion
from app.classifiers.xgboost_committee import XGBoostCommittee
from app.classifiers.xgboost_local import load_booster
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from app.engine.density import JointDensity, density_of
from app.engine.plausibility import ReferencePopulation, reference_population_of
from research.evaluation.benchmark_setup.learner import learner_of
from research.evaluation.benchmark_setup.people import BenchmarkSetup
from research.evaluation.metrics.scales import Scales, scales_of
from research.evaluation.runner.fingerprint import fingerprint

REFITS = 20
FIRST_SEED = 1001
"""Seed of the first refit; the shipped committee counts from 1."""
REFIT_VERSION = 1
"""Of how a refit is made (`research.training.committee`): raised when another classifier comes out."""
NOISE_DRAWS = 64
NOISE_SEED = 2026
TYPICAL_PERCENTILE = 95.0


@dataclass(frozen=True, slots=True)
class Evaluators:
    """Everything that answers are judged by, the same for every method.

    `refits` are new ones and `shipped` is the model's committee; `noise` has shape (NOISE_DRAWS, columns), in
    the features' units; `population` and `density` are of the training people without the outcome.
    """

    setup: BenchmarkSetup
    refits: Committee
    shipped: Committee
    noise: FloatArray
    population: ReferencePopulation
    density: JointDensity
    scales: Scales

    def survives_refits(self, rows: FloatArray) -> FloatArray:
        """Share of the new refits that keep each row at or below the target, shape (n,)."""
        return self._kept_by(self.refits, rows)

    def survives_committee(self, rows: FloatArray) -> FloatArray:
        """The same by the shipped committee, which Turnpoint's answers were chosen by."""
        return self._kept_by(self.shipped, rows)

    def survives_noise(self, rows: FloatArray) -> FloatArray:
        """Share of noisy versions of each row at or below the target, shape (n,).

        Measurement noise of the schema on every feature that has any, as in "Probabilistically robust
        recourse" (Pawelczyk et al., 2023).
        """
        noisy = rows[:, None, :] + self.noise[None]
        risk = self.setup.risk(noisy.reshape(-1, rows.shape[1]))
        return (risk <= self.setup.target).reshape(len(rows), NOISE_DRAWS).mean(axis=1)

    def typical(self, rows: FloatArray) -> BoolArray:
        """Whether each row is as near to its five nearest people of the low class as 95 % of them are."""
        return self.population.percentiles(self.population.distances(rows)) <= TYPICAL_PERCENTILE

    def likely(self, rows: FloatArray) -> BoolArray:
        """Whether each row's values come together as readily as those of 95 % of people of the low class."""
        return self.density.percentiles(rows) <= TYPICAL_PERCENTILE

    def _kept_by(self, refits: Committee, rows: FloatArray) -> FloatArray:
        kept: FloatArray = (refits.risk(rows) <= self.setup.target).mean(axis=0)
        return kept


def evaluators_of(setup: BenchmarkSetup, cache: Path, report: Callable[[str], None]) -> Evaluators:
    """The evaluators of a model; the new refits are trained once and kept in `cache`."""
    population = setup.model.population
    low = population.rows[~population.outcome]
    refits = new_refits(setup.model, REFITS, cache, report)
    return Evaluators(
        setup=setup,
        refits=XGBoostCommittee(refits, learner_of(setup.model).link),
        shipped=setup.model.committee,
        noise=noise_draws(setup.schema),
        population=reference_population_of(setup.schema, low),
        density=density_of(setup.schema, low),
        scales=scales_of(setup.schema, population.rows),
    )


def refits_fingerprint(model: ModelVersion) -> str:
    """All that the new refits depend on."""
    learner = f"xgboost {xgboost.__version__}"
    return fingerprint({"refit": REFIT_VERSION, "model": model.digest, "learner": learner})


def noise_draws(schema: FeatureSchema) -> FloatArray:
    """Normal draws with each feature's standard deviation of measurement, shape (NOISE_DRAWS, columns)."""
    scale = np.zeros(len(schema.columns))
    for name, column in schema.column_of.items():
        scale[column] = schema[name].noise
    return np.random.default_rng(NOISE_SEED).standard_normal((NOISE_DRAWS, len(scale))) * scale


def new_refits(
    model: ModelVersion, count: int, cache: Path, report: Callable[[str], None]
) -> list[xgboost.Booster]:
    """Refits by the model's own procedure with seeds that its committee has not, trained once and kept.

    What they say goes through the link of `learner_of` to become a risk.
    """
    folder = cache / f"refits-{refits_fingerprint(model)}"
    folder.mkdir(parents=True, exist_ok=True)
    learner = learner_of(model)
    paths = [folder / f"{FIRST_SEED + number}.ubj" for number in range(count)]
    for number, path in enumerate(paths):
        if not path.exists():
            report(f"Training evaluators: refit {number + 1} of {count}")
            partial = path.with_suffix(".partial.ubj")
            learner.refit(FIRST_SEED + number).save_model(partial)
            partial.replace(path)
    return [load_booster(path, model.schema.columns) for path in paths]
