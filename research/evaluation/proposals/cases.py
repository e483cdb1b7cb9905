"""Whom proposers are asked about: held-out people at high risk for whom the search found a way."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Side, people_of
from app.domain.counterfactual import Generator
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem, problem_about
from app.engine.references import ReferenceData
from app.engine.search import search
from app.engine.selection import score


@dataclass(frozen=True, slots=True)
class Case:
    """A held-out person's default question, and how the search answers it."""

    source_id: int
    problem: RecourseProblem
    effort: float
    """Of the search's first option."""
    held: bool
    """Whether that option holds as well as the schema asks."""


def cases_of(model: ModelVersion, references: ReferenceData) -> Iterator[Case]:
    """Everybody held out who has a permitted way to the target, in the file's order."""
    least = model.schema.model.min_robustness
    for person in people_of(model, Side.HELD_OUT):
        if person.risk <= model.schema.model.threshold:
            continue
        problem = problem_about(model, person.features)
        result = search(
            problem, references, Preferences(count=1, min_robustness=least, generator=Generator.SEARCH)
        )
        if len(result.levels) == 0:
            continue
        plausibility = PlausibilityProfile(problem.levers, references.population, references.density)
        option = score(problem, references.evaluator, plausibility, result.levels[:1])
        held = bool(option.is_robust(problem.target, least)[0])
        yield Case(person.source_id, problem=problem, effort=float(option.effort[0]), held=held)
