"""Few-shot exemplars: verified counterfactuals of training people, in the prompt's own words."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from app.classifiers.hosted import HostedModel
from app.domain.counterfactual import Generator
from app.domain.schema import Value
from app.engine.finding import find
from app.engine.leverage import leverage_of
from app.engine.likeness import Likeness
from app.engine.options import judge_all
from app.engine.question import question_about
from app.engine.wish import Wish
from app.engine.yardsticks import Yardsticks, yardsticks_of
from app.proposers.llm.exemplars import Exemplar
from app.proposers.llm.prompt import case_text
from app.proposers.llm.response import write_answer

WANTED = 200


def make_exemplars(model: HostedModel, people: list[dict[str, Value]]) -> list[dict[str, Any]]:
    """Exemplars of training people, spread evenly over their risks.

    Each person is at high risk, and each answer holds: refits, noise and adherence included. They are known
    whole, unless fewer than `WANTED` are.
    """
    yardsticks = yardsticks_of(model)
    by_risk = _by_risk(model, [person for person in people if None not in person.values()])
    if len(by_risk) < WANTED:
        by_risk = _by_risk(model, people)
    found = [
        exemplar
        for person in by_risk[:: max(1, len(by_risk) // (3 * WANTED))]
        if (exemplar := _exemplar(model, yardsticks, person)) is not None
    ]
    kept = np.unique(np.linspace(0, len(found) - 1, min(WANTED, len(found))).round().astype(int))
    return [asdict(found[index]) for index in kept]


def _by_risk(model: HostedModel, people: list[dict[str, Value]]) -> list[dict[str, Value]]:
    """Those at high risk, the lowest risk first."""
    if not people:
        return []
    risk = model.classifier.risk(np.stack([model.schema.encode(person) for person in people]))
    high = np.flatnonzero(risk > model.schema.model.threshold)
    return [people[index] for index in high[np.argsort(risk[high], kind="stable")]]


def _exemplar(model: HostedModel, yardsticks: Yardsticks, person: dict[str, Value]) -> Exemplar | None:
    question = question_about(model, person)
    least = model.schema.model.min_robustness
    found = find(question, yardsticks, Wish(1, least, Generator.SEARCH), work=math.inf)
    if len(found.levels) == 0:
        return None
    likeness = Likeness(question.levers, yardsticks.crowd, yardsticks.density)
    option = judge_all(question, yardsticks.judge, likeness, found.levels[:1])
    if not option.holding(question.target, least)[0]:
        return None
    leverage = leverage_of(question)
    answer = write_answer(question.levers, option.levels[0], leverage.order)
    row = tuple(None if np.isnan(value) else value for value in question.patient.row.tolist())
    return Exemplar(case_text(question, leverage), answer, row)
