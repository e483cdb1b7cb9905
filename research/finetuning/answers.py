"""What a language model is to answer to a question: options that hold, or else improvements that do."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.counterfactual import Diversity, Generator
from app.domain.schema import IntArray
from app.engine.improvements import ImprovementSearch
from app.engine.preferences import Preferences
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.search import search
from app.engine.selection import select_options

ANSWERS = 4


class AnswerKind(StrEnum):
    """What the answers to a question are."""

    OPTION = "option"
    """They reach the target and hold."""
    IMPROVEMENT = "improvement"
    """Nothing that holds reaches the target: the risk falls, and that holds."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Verified answers to one question; `levels` has shape (answers, levers)."""

    kind: AnswerKind
    levels: IntArray


def answers_to(question: RecourseProblem, references: ReferenceData) -> Answers | None:
    """Up to `ANSWERS` as the gateway gives them without a language model; None where nothing useful holds."""
    least = question.schema.model.min_robustness
    preferences = Preferences(ANSWERS, least, Generator.SEARCH, Diversity.STRATEGIES)
    found = search(question, references, preferences)
    nothing = question.unchanged[:0]
    chosen = select_options(question, references, preferences, nothing, found.levels, found.proved).options
    holding = chosen[chosen.is_robust(question.target, least)]
    if len(holding.levels):
        return Answers(AnswerKind.OPTION, holding.levels)
    if len(question.levers) == 0:
        return None
    improved = ImprovementSearch(question, references, preferences).improvements(nothing).levels
    return Answers(AnswerKind.IMPROVEMENT, improved) if len(improved) else None
