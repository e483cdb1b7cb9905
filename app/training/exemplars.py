"""Few-shot exemplars: verified counterfactuals of training people, in the prompt's own words."""

from dataclasses import asdict
from typing import Any

import numpy as np

from app.classifiers.hosted import HostedModel
from app.domain.constraints import read_constraints
from app.domain.counterfactual import Generator
from app.domain.levers import levers_of
from app.domain.patient import read_patient
from app.domain.schema import Value
from app.engine.finding import find
from app.engine.likeness import Likeness
from app.engine.options import judge_all
from app.engine.question import Question
from app.engine.wish import Wish
from app.engine.yardsticks import Yardsticks, yardsticks_of
from app.proposers.llm.exemplars import Exemplar
from app.proposers.llm.prompt import case_text
from app.proposers.llm.response import MOST_MOVES, write_answer

WANTED = 3
_TRIED = 400


def make_exemplars(model: HostedModel, people: list[dict[str, Value]]) -> list[dict[str, Any]]:
    """A few exemplars of training people at different risks, with different answers of two or three moves.

    Each person is known whole, and each answer holds: refits, noise and adherence included.
    """
    yardsticks = yardsticks_of(model)
    whole = [person for person in people if None not in person.values()]
    risk = model.classifier.risk(np.stack([model.schema.encode(person) for person in whole]))
    high = np.flatnonzero(risk > model.schema.model.threshold)
    by_risk = high[np.argsort(risk[high], kind="stable")]
    found = [
        exemplar
        for index in by_risk[:: max(1, len(by_risk) // _TRIED)]
        if (exemplar := _exemplar(model, yardsticks, whole[index], float(risk[index]))) is not None
    ]
    return [asdict(exemplar) for exemplar in _spread(found)]


def _spread(found: list[Exemplar]) -> list[Exemplar]:
    """Some of the exemplars, which come in order of risk, that begin with different features.

    The highest risks are asked first: their answers begin with fewer features.
    """
    chosen: list[Exemplar] = []
    for part in reversed(np.array_split(np.arange(len(found)), WANTED)):
        seen = {_first_feature(exemplar) for exemplar in chosen}
        chosen += [found[i] for i in part if _first_feature(found[i]) not in seen][:1]
    return chosen[::-1]


def _first_feature(exemplar: Exemplar) -> str:
    return exemplar.answer.split()[0]


def _exemplar(
    model: HostedModel, yardsticks: Yardsticks, person: dict[str, Value], risk: float
) -> Exemplar | None:
    schema = model.schema
    patient = read_patient(schema, person)
    levers = levers_of(schema, patient, read_constraints(schema, None, None, None))
    question = Question(schema, patient, levers, model.classifier, schema.model.threshold)
    least = schema.model.min_robustness
    found = find(question, yardsticks, Wish(1, least, Generator.SEARCH))
    if len(found.levels) == 0:
        return None
    likeness = Likeness(levers, yardsticks.crowd, yardsticks.density)
    option = judge_all(question, yardsticks.judge, likeness, found.levels[:1])
    moves = int((option.levels[0] > 0).sum())
    if not option.holding(question.target, least)[0] or not 2 <= moves <= MOST_MOVES:
        return None
    case = case_text(schema, patient, levers, risk, question.target)
    return Exemplar(case, write_answer(levers, option.levels[0]))
