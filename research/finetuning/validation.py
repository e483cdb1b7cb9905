"""How good proposals are before anything is repaired, on people kept back from the examples."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person, people_in_turns
from app.domain.schema import IntArray
from app.engine.marginal_effects import marginal_effects_of
from app.engine.problem import RecourseProblem, problem_about
from app.engine.references import ReferenceData
from app.proposers.llm.prompt import case_text
from app.proposers.llm.response import read_answer
from research.finetuning.answers import AnswerKind, answers_to
from research.finetuning.questions import kept_back, training_people
from research.improving import is_improvement


@dataclass(frozen=True, slots=True)
class ValidationQuestion:
    """The default question about a person kept back, with its wording and what its answers are."""

    question: RecourseProblem
    case: str
    kind: AnswerKind


@dataclass(frozen=True, slots=True)
class ValidationScores:
    """Shares of answers, one answer a question."""

    well_formed: float
    """Is an answer, with nothing but moves that are open to this patient."""
    valid: float
    """That, keeps every relation and brings the risk to the target; where nothing that holds does, lowers it
    as an improvement must."""


def validation_questions(
    model: ModelVersion, references: ReferenceData, share: float, most: int
) -> list[ValidationQuestion]:
    """Up to `most` rows at high risk, of the people kept back from examples of both rounds.

    First those with an option that holds; those with improvements fill up the number. People take turns, so
    that somebody's days are not all that is looked at. The search ends with enough options.
    """
    people = training_people(model)
    kept, threshold = kept_back(people, share), model.schema.model.threshold
    chosen = [one for one in people if one.whose in kept and one.risk > threshold]
    options, others = list[ValidationQuestion](), list[ValidationQuestion]()
    for one in _answered(model, references, people_in_turns(chosen)):
        (options if one.kind is AnswerKind.OPTION else others).append(one)
        if len(options) == most:
            break
    return [*options, *others][:most]


def validate(
    questions: Sequence[ValidationQuestion],
    references: ReferenceData,
    answer: Callable[[Sequence[str]], Iterable[str]],
) -> ValidationScores:
    """Put the questions to a model."""
    formed, valid = [], []
    for one, text in zip(questions, answer([one.case for one in questions]), strict=True):
        levels = read_answer(one.question.levers, text)
        formed.append(levels is not None)
        valid.append(levels is not None and _is_valid(one, references, levels[None]))
    return ValidationScores(float(np.mean(formed)), float(np.mean(valid)))


def _answered(
    model: ModelVersion, references: ReferenceData, people: Iterable[Person]
) -> Iterable[ValidationQuestion]:
    for person in people:
        question = problem_about(model, person.features)
        answers = answers_to(question, references)
        if answers is not None:
            case = case_text(question, marginal_effects_of(question))
            yield ValidationQuestion(question, case, answers.kind)


def _is_valid(asked: ValidationQuestion, references: ReferenceData, levels: IntArray) -> bool:
    question = asked.question
    if asked.kind is AnswerKind.IMPROVEMENT:
        return bool(is_improvement(question, references, levels)[0])
    return bool((question.levers.allowed(levels) & question.reached(question.risk(levels)))[0])
