"""What counts as an improvement, for whoever judges proposals by it."""

from app.domain.schema import BoolArray, IntArray
from app.domain.tolerances import SAME_RISK
from app.engine.falls import Falls, falls_of
from app.engine.goals import starts_of
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData


def own_falls(question: RecourseProblem, references: ReferenceData, levels: IntArray) -> Falls:
    """By how much candidates lower the risk, refits and draws each from its own start."""
    evaluator, least = references.evaluator, question.schema.model.min_robustness
    starts = starts_of(evaluator, question.classifier, question.levers.factual)
    return falls_of(question, evaluator, starts, levels, least)


def enough(question: RecourseProblem, falls: Falls) -> BoolArray:
    """Which lower the risk by the model's `least_reduction` or more, shape (n,)."""
    return falls.reduction >= question.schema.model.least_reduction - SAME_RISK


def is_improvement(question: RecourseProblem, references: ReferenceData, levels: IntArray) -> BoolArray:
    """Which candidates are permitted and lower the risk enough, and hold as the schema asks: shape (n,)."""
    falls = own_falls(question, references, levels)
    holds = falls.hold(question.schema.model.min_robustness)
    return question.levers.allowed(levels) & enough(question, falls) & holds
