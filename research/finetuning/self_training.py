"""The model's own verified proposals as examples: rejection-sampling fine-tuning (Yuan et al. 2023).

Training people are asked about as in the first round. Of many samples those that reach the target and hold
are kept, ranked as the gateway ranks options; where there are none, the improvements that hold. So what the
model finds easy to say and what verification and ranking prefer come together.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person
from app.domain.schema import IntArray
from app.domain.tolerances import SAME, SAME_RISK
from app.engine.neighbours import distinct
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.selection import rank_and_minimise, score
from app.proposers.llm.completion import Completion
from app.proposers.llm.proposer import LlmProposer
from app.proposers.llm.response import read_answer
from research.finetuning.answers import ANSWERS, AnswerKind
from research.finetuning.pairs import QUESTIONS, Example, example_of
from research.finetuning.questions import questions_about
from research.improving import is_improvement


async def self_training_examples(
    model: ModelVersion, references: ReferenceData, people: Iterable[Person], seed: int, proposer: LlmProposer
) -> AsyncIterator[Example]:
    """An example of each question to which the model itself has an answer that holds.

    Raises:
        LlmError: the language model is away.
    """
    for person in people:
        for question in questions_about(model, person, QUESTIONS, seed):
            completion = await proposer.complete(question)
            example = await asyncio.to_thread(_example, question, references, person, completion)
            if example is not None:
                yield example


def _example(
    question: RecourseProblem, references: ReferenceData, person: Person, completion: Completion
) -> Example | None:
    read = [levels for text in completion.texts if (levels := read_answer(question.levers, text)) is not None]
    if not read:
        return None
    levels = distinct(np.stack(read))
    for kind, kept in (
        (AnswerKind.OPTION, _options(question, references, levels)),
        (AnswerKind.IMPROVEMENT, _improvements(question, references, levels)),
    ):
        if len(kept):
            return example_of(question, person, kept[:ANSWERS], kind)
    return None


def _options(question: RecourseProblem, references: ReferenceData, levels: IntArray) -> IntArray:
    """Those that reach the target and hold, as the gateway ranks them."""
    levels = levels[question.levers.allowed(levels) & question.reached(question.risk(levels))]
    if len(levels) == 0:
        return levels
    least = question.schema.model.min_robustness
    plausibility = PlausibilityProfile(question.levers, references.population, references.density)
    scored = score(question, references.evaluator, plausibility, levels)
    holding = scored[scored.is_robust(question.target, least)]
    return rank_and_minimise(holding, question.target, ANSWERS, least).levels


def _improvements(question: RecourseProblem, references: ReferenceData, levels: IntArray) -> IntArray:
    """Those that hold and that no other one beats in both effort and risk, the largest fall first."""
    levels = levels[is_improvement(question, references, levels)]
    risk, effort = question.risk(levels), question.levers.effort(levels)
    no_worse = (risk[None] <= risk[:, None] + SAME_RISK) & (effort[None] <= effort[:, None] + SAME)
    better = no_worse & ~no_worse.T
    levels, risk = levels[~better.any(axis=1)], risk[~better.any(axis=1)]
    return levels[np.argsort(risk, kind="stable")]
