"""How good proposals are before anything is repaired, on people kept back from the examples."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person
from app.engine.marginal_effects import marginal_effects_of
from app.engine.problem import RecourseProblem, problem_about
from app.proposers.llm.prompt import case_text
from app.proposers.llm.response import read_answer


@dataclass(frozen=True, slots=True)
class ValidationSet:
    """Questions about people kept back, with their wording."""

    questions: tuple[RecourseProblem, ...]
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValidationScores:
    """Shares of answers, one answer a question."""

    well_formed: float
    """Is an answer, with nothing but moves that are open to this patient."""
    valid: float
    """That, keeps every relation and brings the risk to the target."""


def validation_set(model: ModelVersion, people: Iterable[Person]) -> ValidationSet:
    """The default question about each of these people."""
    questions = tuple(problem_about(model, person.features) for person in people)
    cases = tuple(case_text(question, marginal_effects_of(question)) for question in questions)
    return ValidationSet(questions, cases)


def validate(validation: ValidationSet, answer: Callable[[Sequence[str]], Iterable[str]]) -> ValidationScores:
    """Put the questions to a model."""
    formed, valid = [], []
    for question, text in zip(validation.questions, answer(validation.cases), strict=True):
        levels = read_answer(question.levers, text)
        formed.append(levels is not None)
        valid.append(levels is not None and is_valid(question, levels[None])[0])
    return ValidationScores(float(np.mean(formed)), float(np.mean(valid)))


def is_valid(question: RecourseProblem, levels: np.ndarray) -> np.ndarray:
    """Which candidates are permitted and reach the target, shape (n,)."""
    return question.levers.allowed(levels) & question.reached(question.risk(levels))
