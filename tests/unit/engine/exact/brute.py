"""Every candidate of a small question, judged one by one: what the exact search must agree with."""

import itertools
import math

import numpy as np

from app.domain.schema import BoolArray, FloatArray, IntArray
from app.engine.question import Question
from app.engine.robustness import Judge

MOST = 4_000


def all_candidates(question: Question) -> IntArray:
    """All permitted candidates but the unchanged one, shape (n, levers)."""
    sizes = [range(lever.top + 1) for lever in question.levers]
    levels = np.array(list(itertools.product(*sizes)), dtype=np.int64)
    return levels[question.levers.allowed(levels) & levels.any(axis=1)]


def is_small(question: Question) -> bool:
    return math.prod(lever.top + 1 for lever in question.levers) <= MOST


def shares(question: Question, judge: Judge, levels: IntArray) -> FloatArray:
    """The least of the three robustness shares of each candidate, shape (n,)."""
    rows = question.levers.rows(levels)
    refits = judge.refits(rows, question.target)
    noise, adherence = judge.noise_and_adherence(
        question.classifier, question.levers.factual, rows, question.target
    )
    return np.minimum(np.minimum(refits, noise), adherence)


def will_do(question: Question, judge: Judge, levels: IntArray, share: float) -> BoolArray:
    good = question.reached(question.risk(levels))
    if share > 0:
        good[good] = shares(question, judge, levels[good]) >= share - 1e-9
    return good


def best_options(question: Question, levels: IntArray, count: int) -> list[float]:
    """Efforts of the options that greedy choice by effort gives: none contains an earlier one's features."""
    effort = question.levers.effort(levels)
    chosen: list[tuple[frozenset[int], float]] = []
    for index in np.argsort(effort, kind="stable"):
        moved = frozenset(np.flatnonzero(levels[index]).tolist())
        if not any(other <= moved for other, _ in chosen):
            chosen.append((moved, float(effort[index])))
    return [effort for _, effort in chosen[:count]]
