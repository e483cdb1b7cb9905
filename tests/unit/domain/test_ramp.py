"""A goal in stages never overshoots, never turns round, and ends where the plan ends."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ramp import Stage, ramp, weeks_of

STEPS = st.sampled_from([0.5, 1.0, 5.0, 30.0])


@given(st.floats(0, 500), st.integers(-40, 40), STEPS, st.floats(0, 0.9), st.integers(1, 120))
def test_stages_go_one_way_in_whole_steps_and_end_at_the_goal(
    before: float, steps: int, step: float, short: float, weeks: int
) -> None:
    """`short` is how much shorter the last step is, where it lands on a limit."""
    after = before + step * steps * (1 - short / max(abs(steps), 1))
    stages = ramp(before, after, step, weeks)
    if steps == 0:
        assert stages == []
        return
    assert stages[-1].value == after
    assert all(one.week < other.week for one, other in pairwise(stages))
    assert stages[-1].week <= weeks
    values = [before, *(stage.value for stage in stages)]
    assert all((other - one) * steps > 0 for one, other in pairwise(values))
    for stage in stages[:-1]:
        assert (stage.value - before) / step == pytest.approx(round((stage.value - before) / step), abs=1e-4)


def test_a_year_has_four_stages() -> None:
    assert ramp(480, 360, 30, 52) == [Stage(4, 450), Stage(12, 420), Stage(26, 390), Stage(52, 360)]


def test_one_step_is_taken_at_once() -> None:
    assert ramp(6, 6.5, 0.5, 52) == [Stage(4, 6.5)]


@pytest.mark.parametrize(
    ("horizon", "weeks"),
    [
        ("12 months", 52),
        ("1 year", 52),
        ("6 weeks", 6),
        ("3 months", 13),
        ("a while", None),
        ("0 weeks", None),
    ],
)
def test_a_horizon_has_weeks(horizon: str, weeks: int | None) -> None:
    assert weeks_of(horizon) == weeks
