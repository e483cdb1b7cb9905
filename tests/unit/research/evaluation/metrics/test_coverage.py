"""The judge of coverage, before committees and draws that are made up so that the verdict is known."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from app.domain.causes import Draws
from app.domain.schema import FloatArray
from app.engine.robustness import ADHERENCE_DRAWS, NOISE_DRAWS, RobustnessEvaluator
from research.evaluation.metrics.coverage import Coverage, FallJudge, Held, Rules, best_of

RULES = Rules(target=0.5, least=0.9)
NOW = np.array([0.7, 0.0])
"""Of two columns, the first is the risk itself; the second is what noise moves."""


class FirstColumn:
    """A classifier whose risk is the first column."""

    def risk(self, rows: FloatArray) -> FloatArray:
        return np.asarray(rows[:, 0])


@dataclass
class Lines:
    """A committee of straight lines: `slope` times the first column, and `level` more."""

    slope: list[float]
    level: list[float]

    @property
    def size(self) -> int:
        return len(self.slope)

    def risk(self, rows: FloatArray) -> FloatArray:
        return np.array(self.slope)[:, None] * rows[:, 0] + np.array(self.level)[:, None]


def judge(committee: Lines, noise: FloatArray | None = None, rules: Rules = RULES) -> FallJudge:
    count = NOISE_DRAWS + ADHERENCE_DRAWS
    moved = np.zeros((count, 2))
    if noise is not None:
        moved[:NOISE_DRAWS, 0] = noise
    draws = Draws(noise=moved, adherence=np.ones((count, 2)), quantile=np.full(count, 0.5))
    return FallJudge(FirstColumn(), RobustnessEvaluator(committee, draws), rules)


def held(by: FallJudge, risk: float, unfollowed: float = 0.0) -> Held:
    """An option of this risk, of which so much is not carried out in draws of adherence."""
    row = np.array([risk, 0.0])
    drawn = row + by.evaluator.draws.noise
    drawn[NOISE_DRAWS:, 0] += unfollowed
    return by.held(by.starts(NOW), row[None], drawn[None])


def verdict(by: FallJudge, risk: float, unfollowed: float = 0.0) -> Coverage:
    return held(by, risk, unfollowed).coverage[0]


def alike(members: int, against: int = 0) -> Lines:
    """Members that see what the classifier sees, but for some in which the risk rises where it falls."""
    slope = [1.0] * (members - against) + [-1.0] * against
    return Lines(slope, [0.0] * (members - against) + [1.4] * against)


@pytest.mark.parametrize(
    ("risk", "expected"),
    [
        (0.5, Coverage.REACHES),
        (0.501, Coverage.IMPROVES),
        (0.68, Coverage.IMPROVES),
        (0.681, Coverage.NEITHER),
        (0.7, Coverage.NEITHER),
        (0.8, Coverage.NEITHER),
    ],
)
def test_all_agree(risk: float, expected: Coverage) -> None:
    assert verdict(judge(alike(10)), risk) is expected


@pytest.mark.parametrize(("against", "expected"), [(1, Coverage.IMPROVES), (2, Coverage.NEITHER)])
def test_a_fall_that_too_many_refits_deny_is_no_help(against: int, expected: Coverage) -> None:
    assert verdict(judge(alike(10, against)), 0.6) is expected


@pytest.mark.parametrize(("above", "expected"), [(1, Coverage.REACHES), (2, Coverage.IMPROVES)])
def test_refits_that_stay_above_the_target_but_fall_leave_an_improvement(
    above: int, expected: Coverage
) -> None:
    committee = Lines([1.0] * 10, [0.0] * (10 - above) + [0.2] * above)
    assert verdict(judge(committee), 0.45) is expected


def test_each_refit_is_asked_from_its_own_start() -> None:
    """All see more risk after the change than the classifier before it, and all of them less than before."""
    assert verdict(judge(Lines([1.0] * 10, [0.25] * 10)), 0.6) is Coverage.IMPROVES


def test_each_draw_of_noise_is_asked_from_its_own_start() -> None:
    noise = np.linspace(-0.2, 0.2, NOISE_DRAWS)
    result = held(judge(alike(10), noise), 0.6)
    assert result.falls[0].tolist() == [1.0, 1.0, 1.0]
    assert result.below[0, 1] == pytest.approx(0.25, abs=0.02)
    assert result.coverage == [Coverage.IMPROVES]


def test_a_change_carried_out_in_part_may_not_hold() -> None:
    assert verdict(judge(alike(10)), 0.6, unfollowed=0.05) is Coverage.IMPROVES
    assert verdict(judge(alike(10)), 0.6, unfollowed=0.11) is Coverage.NEITHER
    assert verdict(judge(alike(10)), 0.49, unfollowed=0.05) is Coverage.IMPROVES


def test_half_of_the_fall_is_counted_refit_by_refit() -> None:
    committee = Lines([1.0, 0.6, 0.5, 0.4, 0.0], [0.0] * 5)
    result = held(judge(committee), 0.5, unfollowed=0.15)
    assert result.half[0].tolist() == [0.6, 1.0, 0.0]
    assert result.falls[0].tolist() == [0.8, 1.0, 1.0]


def test_the_rules_decide_what_is_enough() -> None:
    by = judge(alike(10, against=2))
    assert verdict(replace(by, rules=Rules(0.5, least=0.8)), 0.6) is Coverage.IMPROVES
    assert verdict(replace(by, rules=Rules(0.5, least=0.8, reduction=0.11)), 0.6) is Coverage.NEITHER
    assert verdict(replace(by, rules=Rules(0.6, least=0.8)), 0.6) is Coverage.REACHES


def test_many_options_are_judged_as_one_by_one() -> None:
    by, risks = judge(alike(10, against=1), np.linspace(-0.1, 0.1, NOISE_DRAWS)), [0.3, 0.5, 0.6, 0.69, 0.7]
    rows = np.array([[risk, 0.0] for risk in risks])
    together = by.held(by.starts(NOW), rows, rows[:, None] + by.evaluator.draws.noise)
    alone = [held(by, risk) for risk in risks]
    assert together.coverage == [one.coverage[0] for one in alone]
    np.testing.assert_array_equal(together.falls, np.concatenate([one.falls for one in alone]))
    np.testing.assert_array_equal(together.half, np.concatenate([one.half for one in alone]))


def test_the_best_of_several_counts_and_of_none_is_neither() -> None:
    assert best_of([Coverage.NEITHER, Coverage.REACHES, Coverage.IMPROVES]) is Coverage.REACHES
    assert best_of([Coverage.NEITHER, Coverage.IMPROVES]) is Coverage.IMPROVES
    assert best_of([]) is Coverage.NEITHER
