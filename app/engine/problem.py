"""One recourse question: a patient, their levers, the classifier, and the target."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from app.classifiers.base import Classifier
from app.classifiers.model_version import ModelVersion
from app.domain.constraints import Constraints, read_constraints
from app.domain.levers import Levers, levers_of
from app.domain.patient import Patient, read_patient
from app.domain.schema import BoolArray, FeatureSchema, FloatArray, IntArray, Value
from app.domain.scope import USUAL, Scope
from app.domain.target import Target, TargetKind
from app.engine.budget import CALL, ROW, Budget
from app.engine.goals import Goals, goals_from, starts_of
from app.engine.robustness import Goal, RobustnessEvaluator


@dataclass(frozen=True, slots=True)
class RecourseProblem:
    """Which candidate brings this patient's risk to `target` or below?

    A candidate is one row of levels, as in `Levers`.
    """

    schema: FeatureSchema
    patient: Patient
    levers: Levers
    classifier: Classifier
    target: float
    goals: Goals | None = None
    """Of refits and draws where each has its own; else the target is theirs, too."""
    budget: Budget = field(default_factory=Budget, compare=False, repr=False)
    """What may be spent on it, and on each question that is made of it."""

    def risk(self, levels: IntArray) -> FloatArray:
        """Risk of each candidate in one batch call, shape (n,)."""
        if len(levels) == 0:
            return np.empty(0)
        self.budget.spend(CALL + ROW * len(levels))
        return self.classifier.risk(self.levers.rows(levels))

    def reached(self, risk: FloatArray) -> BoolArray:
        return risk <= self.target

    @property
    def goal_of_refits(self) -> Goal:
        return self.target if self.goals is None else self.goals.refits

    @property
    def goal_of_draws(self) -> Goal:
        return self.target if self.goals is None else self.goals.draws

    @property
    def unchanged(self) -> IntArray:
        """The candidate that changes nothing, shape (1, levers)."""
        return np.zeros((1, len(self.levers)), dtype=np.int64)


def problem_about(
    model: ModelVersion,
    features: Mapping[str, Value],
    constraints: Constraints | None = None,
    target: float | None = None,
    scope: Scope = USUAL,
) -> RecourseProblem:
    """A question about one person; without constraints and to the model's threshold unless told otherwise.

    Raises:
        InvalidInputError: the features do not fit the model's schema.
    """
    schema = model.schema.within(scope)
    patient = read_patient(schema, features)
    levers = levers_of(schema, patient, constraints or read_constraints(schema, None, None, None))
    return RecourseProblem(schema, patient, levers, model.classifier, target or schema.model.threshold)


def reaching(
    problem: RecourseProblem, target: Target, risk: float, evaluator: RobustnessEvaluator
) -> RecourseProblem:
    """The same question with this target; `risk` is the patient's as things are.

    A fall is asked of each refit and of each draw from its own start.
    """
    goal = float(target.from_start(np.array([risk]))[0])
    if target.kind is TargetKind.MAX_RISK:
        return replace(problem, target=goal, goals=None)
    starts = starts_of(evaluator, problem.classifier, problem.levers.factual)
    return replace(problem, target=goal, goals=goals_from(target, starts))
