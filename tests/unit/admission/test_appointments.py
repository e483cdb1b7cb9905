"""Laws of when those come again who found no room."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.admission.appointments import LATEST_S, SOONEST_S, Appointments

RATES = st.floats(0.2, 200.0)


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(rate=RATES, number=st.integers(1, 300), callers=st.integers(1, 300), most=st.integers(1, 64))
def test_those_who_come_at_once_are_as_far_apart_as_it_takes_to_serve_one(
    rate: float, number: int, callers: int, most: int
) -> None:
    """Be they one caller's requests or many callers', as far as one may have so many in hand."""
    appointments, had = Appointments(most, Clock()), Counter[int]()
    place = 0
    for one in range(number):
        caller = one % callers
        told = appointments.make(f"caller-{caller}", rate)
        assert SOONEST_S <= told <= LATEST_S
        had[caller] += 1
        if had[caller] <= most:
            place += 1
            assert abs(told - min(LATEST_S, max(SOONEST_S, place / rate))) <= 1
        else:
            assert told <= math.ceil(place / rate) + 1


@given(rate=RATES, most=st.integers(1, 20), asked=st.integers(1, 500))
def test_who_asks_again_and_again_puts_nobody_off_for_more_than_they_may_have_in_hand(
    rate: float, most: int, asked: int
) -> None:
    appointments = Appointments(most, Clock())
    for _ in range(asked):
        appointments.make("impatient", rate)
    assert len(appointments) <= most
    assert appointments.make("next", rate) <= math.ceil((most + 1) / rate) + 1


@given(slow=st.floats(0.1, 1.0), fast=st.floats(10.0, 200.0), number=st.integers(1, 10))
def test_what_was_told_while_it_went_slowly_puts_nobody_off_once_it_goes_fast(
    slow: float, fast: float, number: int
) -> None:
    clock = Clock()
    appointments = Appointments(64, clock)
    for one in range(number):
        appointments.make(f"early-{one}", slow)
    clock.now += 1.0
    assert appointments.make("late", fast) <= math.ceil((number + 1) / fast)


@given(
    rate=RATES,
    steps=st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans(), st.floats(0.0, 20.0)), max_size=200),
    most=st.integers(1, 5),
)
def test_places_are_those_of_who_was_turned_away_and_is_not_back(
    rate: float, steps: list[tuple[str, bool, float]], most: int
) -> None:
    clock = Clock()
    appointments = Appointments(most, clock)
    for caller, is_let_in, pause in steps:
        clock.now += pause
        before = len(appointments)
        if is_let_in:
            appointments.keep(caller)
            assert before - 1 <= len(appointments) <= before
        else:
            appointments.make(caller, rate)
        assert len(appointments) <= min(6 * most, LATEST_S * rate + 1)
    clock.now += LATEST_S
    appointments.make("last", rate)
    assert len(appointments) <= 1


@given(rate=RATES, callers=st.integers(1, 3000), pauses=st.lists(st.floats(0.0, 60.0), max_size=3))
def test_no_more_are_remembered_than_are_served_within_the_longest_wait(
    rate: float, callers: int, pauses: list[float]
) -> None:
    clock = Clock()
    appointments = Appointments(64, clock)
    for pause in [0.0, *pauses]:
        clock.now += pause
        for number in range(callers):
            appointments.make(f"caller-{number}", rate)
        assert len(appointments) <= LATEST_S * rate + 1
        assert len(appointments._of) <= len(appointments)


def test_where_nothing_is_known_soon_is_soon() -> None:
    appointments = Appointments(1, Clock())
    assert {appointments.make(f"caller-{number}", 0.0) for number in range(100)} == {SOONEST_S}
