"""Summing up: whoever got no answer counts against a method, and ratios compare like with like."""

from dataclasses import replace

import numpy as np
import pytest

from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.methods.reply import Ending, MethodReply
from research.evaluation.metrics.estimates import Estimate
from research.evaluation.metrics.evaluated import EvaluatedAnswer, EvaluatedPerson
from research.evaluation.metrics.figures import correctness, cost, speed
from research.evaluation.metrics.structure import Structure
from research.evaluation.runner.result_store import TimedReply

STRUCTURE = Structure(
    fixed_kept=True,
    in_range=True,
    on_grid=True,
    relations_kept=True,
    links_kept=True,
    moves_permitted=True,
    moved=frozenset({"sbp"}),
    effort=1.0,
    distance=0.5,
    mads=0.5,
    heom=0.1,
    trivial=False,
)
GOOD = EvaluatedAnswer(
    np.zeros(1),
    STRUCTURE,
    valid=True,
    typical=True,
    likely=True,
    refits=0.9,
    noise=0.9,
    committee=1.0,
    redundant=0,
)


def result(
    number: int, best: EvaluatedAnswer | None, cpu_s: float = 0.01, ending: Ending = Ending.FOUND
) -> EvaluatedPerson:
    answer = TimedReply(number, MethodReply(ending), cpu_s=cpu_s, wall_s=cpu_s)
    return EvaluatedPerson(
        BenchmarkPerson(number, values={}, row=np.zeros(1), ranges={}),
        answer=answer,
        evaluated=() if best is None else (best,),
    )


def value(estimate: Estimate | None) -> float:
    assert estimate is not None
    return estimate.value


def test_time_outs_and_crashes_are_in_the_denominator() -> None:
    results = [result(1, GOOD), result(2, None, 30.0, Ending.KILLED), result(3, None, 0.1, Ending.CRASHED)]
    figures = correctness(results, frozenset({1, 2}))
    assert value(figures["answered"]) == value(figures["strict"]) == pytest.approx(100 / 3)
    assert value(figures["strict_solvable"]) == 50
    assert value(figures["on_grid"]) == 100
    counted = speed(results, results)
    assert [value(counted[name]) for name in ("killed", "crashed", "cpu_ms")] == [1, 1, 100]


def test_feasible_needs_every_measure_but_links_and_actionability() -> None:
    assert GOOD.feasible
    for fault in (
        replace(STRUCTURE, fixed_kept=False),
        replace(STRUCTURE, in_range=False),
        replace(STRUCTURE, on_grid=False),
        replace(STRUCTURE, relations_kept=False),
    ):
        assert not replace(GOOD, structure=fault).feasible
    assert not replace(GOOD, valid=False).feasible
    assert not replace(GOOD, typical=False).feasible
    for fault in (replace(STRUCTURE, links_kept=False), replace(STRUCTURE, moves_permitted=False)):
        other = replace(GOOD, structure=fault)
        assert other.feasible
        assert not other.actionable
    assert replace(GOOD, structure=replace(STRUCTURE, on_grid=False)).feasible_grid_aside


def test_holding_takes_refits_and_noise() -> None:
    assert GOOD.holds
    assert not replace(GOOD, noise=0.8).holds
    assert not replace(GOOD, refits=0.8).holds


def test_ratios_are_over_the_people_both_answered() -> None:
    dear = replace(GOOD, structure=replace(STRUCTURE, effort=9.0))
    theirs = [result(1, GOOD), result(2, None)]
    own = [result(1, replace(GOOD, structure=replace(STRUCTURE, effort=2.0)), cpu_s=0.03), result(2, dear)]
    assert value(cost(own, theirs)["effort_ratio"]) == 2.0
    assert value(speed(own, theirs)["cpu_ratio"]) == pytest.approx(3.0)
