"""The models that laws of the engine are tested on, each with people on both sides of any threshold.

One with effects and an older without, one whose treatments are included, a synthetic one of a rare outcome,
and one of categories that people act on.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from app.domain.constraints import read_constraints
from app.domain.scope import USUAL, Inclusion, Scope
from app.engine.problem import RecourseProblem
from app.engine.registry import ServedModel
from tests.asking import Person, problem_about
from tests.unit.engine.exact.brute import is_small

TARGETS = [0.05, 0.1, 0.2, 0.4, 0.5, 0.6]
_CHANGES = st.integers(1, 4)
NAMES = ["dysglycaemia", "dysglycaemia@1", "heart-disease", "synthetic-rare", "synthetic-moves"]
WITH_TREATMENT = Scope(include=(Inclusion.TREATMENT,))


@dataclass(frozen=True)
class Cohort:
    """A hosted model and people to ask about."""

    served: ServedModel
    people: list[Person]
    scope: Scope = USUAL

    @cached_property
    def risk(self) -> "np.typing.NDArray[np.float64]":
        model = self.served.model
        return model.classifier.risk(np.stack([model.schema.encode(person) for person in self.people]))

    def above(self, target: float) -> list[Person]:
        """Those whose risk is over the target."""
        return [person for person, risk in zip(self.people, self.risk, strict=True) if risk > target]


def small_question(
    data: st.DataObject, cohort: Cohort, changes: st.SearchStrategy[int] = _CHANGES
) -> RecourseProblem:
    """A few levers of somebody over a target, so few that every candidate can be looked at.

    Half of them start not far above the target: there the risk now is at or below one half for most targets.
    """
    schema, target = cohort.served.model.schema.within(cohort.scope), data.draw(st.sampled_from(TARGETS))
    above = cohort.above(target)
    assume(above)
    names = [feature.name for feature in schema.actionable]
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=5, unique=True))
    constraints = read_constraints(schema, chosen, None, data.draw(changes))
    problem = problem_about(
        cohort.served.model, data.draw(st.sampled_from(above)), constraints, target, cohort.scope
    )
    assume(len(problem.levers) > 0 and is_small(problem))
    return problem
