"""Laws of what is let in: limits of each caller and of all, whatever the order of coming and leaving."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.admission.doorway import Doorway, Limits, WorkClass
from app.admission.quota import WINDOW_S, Quota
from app.admission.refusals import FullError, QuotaError

CALLERS = st.sampled_from("abcdef")


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def held(doorway: Doorway, caller: str, number: int) -> Iterator[None]:
    """So many requests of a caller are in hand."""
    with ExitStack() as stack:
        for _ in range(number):
            stack.enter_context(doorway.pass_through(caller))
        yield


def doorway_of(
    at_once: int = 100, per_minute: int = 10_000, in_all: int = 100, clock: Clock | None = None
) -> Doorway:
    return Doorway(WorkClass.SEARCHES, Limits(at_once, per_minute, in_all), clock or Clock())


@given(
    steps=st.lists(st.tuples(st.booleans(), CALLERS), max_size=80),
    at_once=st.integers(1, 5),
    in_all=st.integers(1, 12),
)
def test_limits_hold_and_whoever_leaves_makes_room(
    steps: list[tuple[bool, str]], at_once: int, in_all: int
) -> None:
    doorway, inside = doorway_of(at_once, in_all=in_all), dict[str, list[ExitStack]]()
    for comes, caller in steps:
        own = inside.setdefault(caller, [])
        total = sum(map(len, inside.values()))
        if not comes:
            if own:
                own.pop().close()
            continue
        stack = ExitStack()
        try:
            stack.enter_context(doorway.pass_through(caller))
        except QuotaError:
            assert len(own) == at_once
        except FullError:
            assert total >= in_all
            assert own or total >= 2 * in_all
        else:
            assert len(own) < at_once
            own.append(stack)
        assert doorway.standing(caller).at_once == at_once - len(own)
        assert sum(map(len, inside.values())) <= 2 * in_all
    for own in inside.values():
        for stack in own:
            stack.close()
    with held(doorway, "a", min(at_once, in_all)):
        pass


@given(in_all=st.integers(1, 20), others=st.integers(1, 5))
def test_one_callers_many_requests_keep_no_other_out(in_all: int, others: int) -> None:
    doorway = doorway_of(in_all=in_all)
    with held(doorway, "heavy", in_all):
        with pytest.raises(FullError), doorway.pass_through("heavy"):
            pass
        with ExitStack() as stack:
            for number in range(min(others, in_all)):
                stack.enter_context(doorway.pass_through(f"light {number}"))


@given(most=st.integers(1, 20), passed=st.floats(0, 3 * WINDOW_S))
def test_a_minute_has_so_many_requests_and_the_next_one_as_many_again(most: int, passed: float) -> None:
    clock = Clock()
    doorway = doorway_of(per_minute=most, clock=clock)
    for number in range(most):
        assert doorway.standing("a").remaining.requests == most - number
        with doorway.pass_through("a"):
            pass
    clock.now += passed
    left = doorway.standing("a").remaining
    if passed < WINDOW_S:
        assert left.requests == 0
        assert 0 < left.reset_s <= WINDOW_S
        with pytest.raises(QuotaError) as caught, doorway.pass_through("a"):
            pass
        assert passed + caught.value.retry_after_s >= WINDOW_S
        assert caught.value.policy == "searches"
    else:
        with doorway.pass_through("a"):
            assert doorway.standing("a").remaining.requests == most - 1
    with doorway.pass_through("b"):
        pass


def test_callers_who_came_long_ago_are_forgotten() -> None:
    clock = Clock()
    doorway = doorway_of(clock=clock)
    for number in range(5000):
        clock.now += 1
        with doorway.pass_through(str(number)):
            pass
    assert len(doorway._quota._windows) < 1500


def test_many_callers_at_once_are_not_looked_through_for_each_that_comes() -> None:
    """Or strangers from many addresses would make each other's requests dear."""
    looks, quota = 0, Quota(5, Clock())

    class Windows(dict[str, object]):
        def items(self) -> object:  # type: ignore[override]
            nonlocal looks
            looks += len(self)
            return super().items()

    quota._windows = Windows()  # type: ignore[assignment]
    for number in range(20_000):
        assert quota.take(str(number))
        if not isinstance(quota._windows, Windows):
            quota._windows = Windows(quota._windows)  # type: ignore[assignment]
    assert looks < 3 * 20_000


def test_who_comes_to_a_full_house_is_told_to_come_when_those_before_are_served() -> None:
    """Or hundreds come again each second, and the service is busy with refusing them."""
    clock = Clock()
    doorway = doorway_of(in_all=2, clock=clock)
    with held(doorway, "a", 2), held(doorway, "b", 1), held(doorway, "c", 1):
        for _ in range(100):
            clock.now += 0.1
            doorway._done.count()  # ten are served a second
        advice = [advised(doorway, f"stranger-{number}") for number in range(100)]
        assert advice == sorted(advice)
        assert advice[0] == 1
        assert 9 <= advice[-1] <= 11
        clock.now += 60.0
        assert advised(doorway, "stranger") == 1  # after a quiet minute nothing is known any more


def advised(doorway: Doorway, caller: str) -> int:
    """Seconds after which a caller is to come again who comes to a full house."""
    with pytest.raises(FullError) as refused:
        doorway._check(caller)
    return refused.value.retry_after_s


def test_of_a_first_refusal_soon_is_soon() -> None:
    doorway = doorway_of(in_all=1)
    with held(doorway, "a", 1), held(doorway, "b", 1), pytest.raises(FullError) as refused:
        doorway._check("c")
    assert refused.value.retry_after_s == 1
