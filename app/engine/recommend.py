"""The engine's part of a request: settle, verify, rank, describe."""

from dataclasses import dataclass, replace

import numpy as np

from app.classifiers.hosted import HostedModel
from app.domain.counterfactual import (
    Counterfactual,
    Generation,
    Generator,
    Infeasibility,
    Outcome,
    Status,
)
from app.domain.schema import IntArray
from app.domain.wording import summary
from app.engine.describe import changes_of, features_of
from app.engine.moves import distinct
from app.engine.options import Judged, pick
from app.engine.plausibility import Crowd, crowd_of, plausibility
from app.engine.question import Question
from app.engine.robustness import Judge, as_robustness, judge_for
from app.engine.search import Found
from app.engine.settle import settle


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """What candidates of one model are judged by: the committee with its draws, and real people."""

    judge: Judge
    crowd: Crowd


def yardsticks_of(model: HostedModel) -> Yardsticks:
    """Made once a model, when it is loaded: takes some tenths of a second."""
    negatives = model.population.rows[~model.population.outcome]
    return Yardsticks(judge=judge_for(model.schema, model.committee), crowd=crowd_of(model.schema, negatives))


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller wants of the options."""

    count: int
    min_robustness: float
    generator: Generator


def already_below(risk: float) -> Outcome:
    """The answer for a patient whose risk is at or below the target as it is."""
    return Outcome(Status.ALREADY_BELOW_TARGET, risk, (), None, Generation(0, 0, 0, 0, None, None, None))


def recommend(
    question: Question,
    yardsticks: Yardsticks,
    wish: Wish,
    risk: float,
    found: Found,
    proposals: IntArray,
    generation: Generation,
) -> Outcome:
    """Turn what search and language model brought into verified options.

    Where only the language model was asked for but none of its proposals can be settled under the
    target, the search's candidates take their place, and say so.
    """
    settled = settle(question, proposals)
    generation = replace(generation, valid=settled.valid, repaired=settled.repaired)
    only_llm = wish.generator is Generator.LLM and len(settled.levels) > 0
    searched = found.levels[:0] if only_llm else found.levels
    candidates = distinct(np.concatenate([settled.levels, searched]))
    if len(candidates) == 0:
        return Outcome(Status.INFEASIBLE, risk, (), _infeasible(question, found), generation)
    options = pick(question, yardsticks.judge, candidates, wish.count, wish.min_robustness)
    authors = [_author(levels, settled.levels, searched) for levels in options.levels]
    described = _describe(question, yardsticks, options, authors, wish.min_robustness)
    return Outcome(Status.FOUND, risk, described, None, generation)


def _infeasible(question: Question, found: Found) -> Infeasibility:
    changes, _ = changes_of(question, found.lowest)
    return Infeasibility(lowest_reachable_risk=found.lowest_risk, proved=False, reached_by=changes)


def _author(levels: IntArray, by_llm: IntArray, by_search: IntArray) -> Generator:
    """Who proposed an option: whoever first changed exactly these features.

    Trimming may have lessened the changes since, so features are compared, not levels.
    """
    changed = levels > 0
    for author, proposed in ((Generator.LLM, by_llm), (Generator.SEARCH, by_search)):
        if len(proposed) and ((proposed > 0) == changed).all(axis=1).any():
            return author
    covering = len(by_llm) and ((by_llm >= levels).all(axis=1)).any()
    return Generator.LLM if covering else Generator.SEARCH


def _describe(
    question: Question,
    yardsticks: Yardsticks,
    options: Judged,
    authors: list[Generator],
    min_robustness: float,
) -> tuple[Counterfactual, ...]:
    rows = question.levers.rows(options.levels)
    looks = plausibility(question.schema, yardsticks.crowd, question.levers.factual, rows)
    described = []
    for index, levels in enumerate(options.levels):
        changes, linked = changes_of(question, levels)
        holds = as_robustness(*(float(a[index]) for a in (options.refits, options.noise, options.adherence)))
        described.append(
            Counterfactual(
                changes=changes,
                linked=linked,
                features=features_of(question, levels),
                risk=float(options.risk[index]),
                plausibility=looks[index],
                effort=round(float(options.effort[index]), 4),
                robustness=holds,
                fragile=bool(options.least[index] < min_robustness),
                generator=authors[index],
                summary=summary(question.schema, changes, linked),
            )
        )
    return tuple(described)
