"""Laws of when those come again who found no room."""

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from app.admission.appointments import LATEST_S, SOONEST_S, Appointments

RATES = st.floats(0.2, 200.0)


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(rate=RATES, number=st.integers(1, 300))
def test_those_who_come_at_once_are_as_far_apart_as_it_takes_to_serve_one(rate: float, number: int) -> None:
    appointments = Appointments(Clock())
    for place in range(1, number + 1):
        expected = math.ceil(round(place / rate, 6))
        told = appointments.make(f"caller-{place}", rate)
        assert SOONEST_S <= told <= LATEST_S
        assert abs(told - min(LATEST_S, max(SOONEST_S, expected))) <= 1


@given(rate=RATES, again=st.lists(st.floats(0.0, 2.0), max_size=30), strangers=st.integers(0, 50))
def test_who_asks_again_and_again_comes_no_later_and_puts_nobody_off(
    rate: float, again: list[float], strangers: int
) -> None:
    assume((strangers + 1) / rate < LATEST_S)
    clock = Clock()
    impatient, alone = Appointments(clock), Appointments(clock)
    for number in range(strangers):
        impatient.make(f"stranger-{number}", rate)
        alone.make(f"stranger-{number}", rate)
    due = clock.now + impatient.make("impatient", rate)
    alone.make("impatient", rate)
    for pause in again:
        if clock.now + pause >= due - 1:
            break
        clock.now += pause
        assert clock.now + impatient.make("impatient", rate) <= due + 1
    assert impatient.make("next", rate) == alone.make("next", rate)


@given(rate=RATES, callers=st.integers(1, 3000), pauses=st.lists(st.floats(0.0, 60.0), max_size=5))
def test_no_more_are_remembered_than_are_served_within_the_longest_wait(
    rate: float, callers: int, pauses: list[float]
) -> None:
    clock = Clock()
    appointments = Appointments(clock)
    for pause in [0.0, *pauses]:
        clock.now += pause
        for number in range(callers):
            appointments.make(f"caller-{number}", rate)
            assert len(appointments) <= LATEST_S * rate + 1


@given(rate=RATES)
def test_after_a_pause_they_begin_anew(rate: float) -> None:
    clock = Clock()
    appointments = Appointments(clock)
    first = [appointments.make(f"caller-{number}", rate) for number in range(100)]
    clock.now += LATEST_S + 1
    again = [appointments.make(f"caller-{number}", rate) for number in range(100)]
    assert all(abs(one - other) <= 1 for one, other in zip(again, first, strict=True))  # rounded up


def test_where_nothing_is_known_soon_is_soon() -> None:
    appointments = Appointments(Clock())
    assert {appointments.make(f"caller-{number}", 0.0) for number in range(100)} == {SOONEST_S}
