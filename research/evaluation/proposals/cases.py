"""Whom proposers are asked about: held-out people at high risk with something that they may change."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_in_turns, people_of
from app.domain.counterfactual import Generator
from app.engine.front import FrontSearch
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem, problem_about
from app.engine.references import ReferenceData
from app.engine.search import search
from app.engine.selection import score
from research.improving import own_falls


class Reach(StrEnum):
    """What the search finds for a person."""

    ROBUST = "robust"  # a way to the target that holds as well as the schema asks
    FRAGILE = "fragile"  # a way to the target, none that holds
    OUT = "out"  # no permitted way to the target


@dataclass(frozen=True, slots=True)
class Case:
    """A held-out person's default question, and how the search answers it."""

    source_id: int
    problem: RecourseProblem
    reach: Reach
    effort: float
    """Of the search's first option; not a number where there is none."""
    largest: float
    """The largest fall of the risk on the front that holds, refits and draws each from its own start; 0 where
    none does."""
    whose: int
    """The number of the person, who may have several rows."""


def cases_of(model: ModelVersion, references: ReferenceData) -> Iterator[Case]:
    """Everybody held out at high risk who has something to change, in the file's order.

    Where somebody has several rows, such as days, the first of each person come before the second ones: of as
    many people as there are, however few are asked about.
    """
    at_risk = [row for row in people_of(model, Side.HELD_OUT) if row.risk > model.schema.model.threshold]
    for person in people_in_turns(at_risk):
        problem = problem_about(model, person.features)
        if len(problem.levers):
            reach, effort = reach_of(problem, references)
            largest = _largest(problem, references)
            yield Case(person.source_id, problem, reach, effort, largest, whose=person.whose)


def reach_of(problem: RecourseProblem, references: ReferenceData) -> tuple[Reach, float]:
    """What the search finds for a question, and the effort of its first option."""
    least = problem.schema.model.min_robustness
    preferences = Preferences(count=1, min_robustness=least, generator=Generator.SEARCH)
    levels = search(problem, references, preferences).levels[:1]
    if len(levels) == 0:
        return Reach.OUT, np.nan
    plausibility = PlausibilityProfile(problem.levers, references.population, references.density)
    option = score(problem, references.evaluator, plausibility, levels)
    holds = bool(option.is_robust(problem.target, least)[0])
    return Reach.ROBUST if holds else Reach.FRAGILE, float(option.effort[0])


def _largest(problem: RecourseProblem, references: ReferenceData) -> float:
    falls = own_falls(problem, references, FrontSearch(problem, references).whole.levels)
    return float(falls.reduction[falls.hold(problem.schema.model.min_robustness)].max(initial=0.0))
