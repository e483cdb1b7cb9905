"""The engine's whole answer to a question, without a gateway."""

from dataclasses import replace

import numpy as np

from app.domain.counterfactual import Counterfactual, GenerationStats, Generator, RecourseResult
from app.domain.schema import IntArray
from app.engine.finding import WORK, find
from app.engine.hosting import Hosted
from app.engine.question import Question
from app.engine.recommend import recommend
from app.engine.wish import Wish

NO_MODEL = GenerationStats()


def answer(
    hosted: Hosted,
    question: Question,
    count: int = 4,
    min_robustness: float = 0.85,
    generator: Generator = Generator.SEARCH,
    proposals: IntArray | None = None,
    in_batches: bool = False,
    work: float = WORK,
) -> RecourseResult:
    """The outcome for a question; `in_batches` as for a classifier whose trees cannot be seen."""
    risk = float(question.risk(question.unchanged)[0])
    proposed = question.unchanged[:0] if proposals is None else proposals
    wish = Wish(count, min_robustness, generator)
    yardsticks = replace(hosted.yardsticks, forest=None) if in_batches else hosted.yardsticks
    found = find(question, yardsticks, wish, work)
    return recommend(question, yardsticks, wish, risk, found, proposed, NO_MODEL)


def levels_of(question: Question, option: Counterfactual) -> IntArray:
    """Where an option puts each lever, shape (levers,)."""
    row = question.schema.encode(option.features)
    return np.array(
        [int(np.argmin(np.abs(lever.values - row[lever.columns[0]]))) for lever in question.levers]
    )
