"""Whom proposers are asked about: held-out people at high risk for whom the search found a way."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.classifiers.cohort import Side, people_of
from app.classifiers.hosted import HostedModel
from app.domain.counterfactual import Generator
from app.engine.finding import find
from app.engine.likeness import Likeness
from app.engine.options import judge_all
from app.engine.question import Question, question_about
from app.engine.wish import Wish
from app.engine.yardsticks import Yardsticks


@dataclass(frozen=True, slots=True)
class Case:
    """A held-out person's default question, and how the search answers it."""

    source_id: int
    question: Question
    effort: float
    """Of the search's first option."""
    held: bool
    """Whether that option holds as well as the schema asks."""


def cases_of(model: HostedModel, yardsticks: Yardsticks) -> Iterator[Case]:
    """Everybody held out who has a permitted way to the target, in the file's order."""
    least = model.schema.model.min_robustness
    for person in people_of(model, Side.HELD_OUT):
        if person.risk <= model.schema.model.threshold:
            continue
        question = question_about(model, person.features)
        found = find(question, yardsticks, Wish(1, least, Generator.SEARCH))
        if len(found.levels) == 0:
            continue
        likeness = Likeness(question.levers, yardsticks.crowd, yardsticks.density)
        option = judge_all(question, yardsticks.judge, likeness, found.levels[:1])
        held = bool(option.holding(question.target, least)[0])
        yield Case(person.source_id, question, float(option.effort[0]), held)
