"""Few-shot exemplars: verified counterfactuals of training people, in the prompt's own words."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.domain.counterfactual import Generator
from app.domain.schema import Value
from app.engine.marginal_effects import marginal_effects_of
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.preferences import Preferences
from app.engine.problem import problem_about
from app.engine.references import ReferenceData, reference_data_of
from app.engine.search import search
from app.engine.selection import score
from app.proposers.llm.exemplars import Exemplar
from app.proposers.llm.prompt import case_text
from app.proposers.llm.response import write_answer

WANTED = 200


def make_exemplars(
    model: ModelVersion, people: list[dict[str, Value]], wanted: int = WANTED, work: float = math.inf
) -> list[dict[str, Any]]:
    """Exemplars of training people, spread evenly over their risks.

    Each person is at high risk, and each answer holds: refits, noise and adherence included. They are known
    whole, unless fewer than `wanted` are. `work` is what the search for one may cost.
    """
    references = reference_data_of(model)
    by_risk = _by_risk(model, [person for person in people if None not in person.values()])
    if len(by_risk) < wanted:
        by_risk = _by_risk(model, people)
    result = [
        exemplar
        for person in by_risk[:: max(1, len(by_risk) // (3 * wanted))]
        if (exemplar := _exemplar(model, references, person, work)) is not None
    ]
    kept = np.unique(np.linspace(0, len(result) - 1, min(wanted, len(result))).round().astype(int))
    return [asdict(result[index]) for index in kept]


def _by_risk(model: ModelVersion, people: list[dict[str, Value]]) -> list[dict[str, Value]]:
    """Those at high risk, the lowest risk first."""
    if not people:
        return []
    risk = model.classifier.risk(np.stack([model.schema.encode(person) for person in people]))
    high = np.flatnonzero(risk > model.schema.model.threshold)
    return [people[index] for index in high[np.argsort(risk[high], kind="stable")]]


def _exemplar(
    model: ModelVersion, references: ReferenceData, person: dict[str, Value], work: float
) -> Exemplar | None:
    question = problem_about(model, person)
    least = model.schema.model.min_robustness
    result = search(
        question,
        references,
        Preferences(count=1, min_robustness=least, generator=Generator.SEARCH),
        work=work,
    )
    if len(result.levels) == 0:
        return None
    plausibility = PlausibilityProfile(question.levers, references.population, references.density)
    option = score(question, references.evaluator, plausibility, result.levels[:1])
    if not option.is_robust(question.target, least)[0]:
        return None
    marginal = marginal_effects_of(question)
    answer = write_answer(question.levers, option.levels[0], marginal.order)
    row = tuple(None if np.isnan(value) else value for value in question.patient.factual.tolist())
    return Exemplar(case_text(question, marginal), answer, row)
