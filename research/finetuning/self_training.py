"""The model's own verified proposals as examples: rejection-sampling fine-tuning (Yuan et al. 2023).

Training people are asked about as in the first round. Of many samples those that reach the target and hold
are kept, ranked as the gateway ranks options, so that what the model finds easy to say and what verification
and ranking prefer come together.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.classifiers.partitions import Person
from app.engine.marginal_effects import marginal_effects_of
from app.engine.neighbours import distinct
from app.engine.plausibility_profile import PlausibilityProfile
from app.engine.problem import RecourseProblem
from app.engine.references import ReferenceData
from app.engine.selection import rank_and_minimise, score
from app.proposers.llm.completion import Completion
from app.proposers.llm.prompt import case_text
from app.proposers.llm.proposer import LlmProposer
from app.proposers.llm.response import read_answer, write_answer
from research.finetuning.pairs import ANSWERS, QUESTIONS, Example
from research.finetuning.questions import questions_about


async def self_training_examples(
    model: ModelVersion, references: ReferenceData, people: Iterable[Person], seed: int, proposer: LlmProposer
) -> AsyncIterator[Example]:
    """An example of each question that the model itself has an answer to that holds.

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
    levels = levels[question.levers.allowed(levels) & question.reached(question.risk(levels))]
    if len(levels) == 0:
        return None
    least = question.schema.model.min_robustness
    plausibility = PlausibilityProfile(question.levers, references.population, references.density)
    scored = score(question, references.evaluator, plausibility, levels)
    chosen = rank_and_minimise(
        scored[scored.is_robust(question.target, least)], question.target, ANSWERS, least
    )
    if len(chosen.levels) == 0:
        return None
    marginal = marginal_effects_of(question)
    answers = [write_answer(question.levers, one, marginal.order) for one in chosen.levels]
    return Example(person.source_id, case=case_text(question, marginal), answers=tuple(answers), held=True)
