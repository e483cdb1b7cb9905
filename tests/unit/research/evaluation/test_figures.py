"""Summing up: whoever got no answer counts against a method, and ratios compare like with like."""

from dataclasses import replace

import numpy as np
import pytest

from research.evaluation.benchmark_setup.people import BenchmarkPerson
from research.evaluation.judging.estimates import Estimate
from research.evaluation.judging.figures import asking, right, speed
from research.evaluation.judging.judged import Asked, Judged
from research.evaluation.judging.shape import Shape
from research.evaluation.methods.reply import Ending, MethodReply
from research.evaluation.runner.result_store import TimedReply

SHAPE = Shape(
    fixed_kept=True,
    in_range=True,
    on_grid=True,
    relations_kept=True,
    links_kept=True,
    actionable=True,
    moved=frozenset({"sbp"}),
    effort=1.0,
    distance=0.5,
    mads=0.5,
    heom=0.1,
    trivial=False,
)
GOOD = Judged(
    np.zeros(1),
    SHAPE,
    valid=True,
    typical=True,
    likely=True,
    refits=0.9,
    noise=0.9,
    committee=1.0,
    redundant=0,
)


def asked(number: int, best: Judged | None, cpu_s: float = 0.01, ending: Ending = Ending.FOUND) -> Asked:
    answer = TimedReply(number, MethodReply(ending), cpu_s=cpu_s, wall_s=cpu_s)
    return Asked(
        BenchmarkPerson(number, values={}, row=np.zeros(1), ranges={}),
        answer=answer,
        judged=() if best is None else (best,),
    )


def value(estimate: Estimate | None) -> float:
    assert estimate is not None
    return estimate.value


def test_time_outs_and_crashes_are_in_the_denominator() -> None:
    all_asked = [asked(1, GOOD), asked(2, None, 30.0, Ending.KILLED), asked(3, None, 0.1, Ending.CRASHED)]
    figures = right(all_asked, frozenset({1, 2}))
    assert value(figures["answered"]) == value(figures["strict"]) == pytest.approx(100 / 3)
    assert value(figures["strict_solvable"]) == 50
    assert value(figures["on_grid"]) == 100
    counted = speed(all_asked, all_asked)
    assert [value(counted[name]) for name in ("killed", "crashed", "cpu_ms")] == [1, 1, 100]


def test_strict_needs_every_measure_but_links_and_actionability() -> None:
    assert GOOD.strict
    for fault in (
        replace(SHAPE, fixed_kept=False),
        replace(SHAPE, in_range=False),
        replace(SHAPE, on_grid=False),
        replace(SHAPE, relations_kept=False),
    ):
        assert not replace(GOOD, shape=fault).strict
    assert not replace(GOOD, valid=False).strict
    assert not replace(GOOD, typical=False).strict
    for fault in (replace(SHAPE, links_kept=False), replace(SHAPE, actionable=False)):
        other = replace(GOOD, shape=fault)
        assert other.strict
        assert not other.doable
    assert replace(GOOD, shape=replace(SHAPE, on_grid=False)).strict_grid_aside


def test_holding_takes_refits_and_noise() -> None:
    assert GOOD.holds
    assert not replace(GOOD, noise=0.8).holds
    assert not replace(GOOD, refits=0.8).holds


def test_ratios_are_over_the_people_both_answered() -> None:
    dear = replace(GOOD, shape=replace(SHAPE, effort=9.0))
    theirs = [asked(1, GOOD), asked(2, None)]
    own = [asked(1, replace(GOOD, shape=replace(SHAPE, effort=2.0)), cpu_s=0.03), asked(2, dear)]
    assert value(asking(own, theirs)["effort_ratio"]) == 2.0
    assert value(speed(own, theirs)["cpu_ratio"]) == pytest.approx(3.0)
