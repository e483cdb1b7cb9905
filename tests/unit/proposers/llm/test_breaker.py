"""Leaving a failing server alone, and finding it back."""

from app.proposers.llm.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock) -> Breaker:
    breaker = Breaker(failures=3, rest_s=10, clock=clock)
    for _ in range(3):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    assert not broken(Clock()).admits()


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = Breaker(failures=2, rest_s=10, clock=Clock())
    for _ in range(5):
        breaker.failed()
        breaker.succeeded()
    assert breaker.admits()


def test_after_the_rest_one_probe_goes_through_at_a_time() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now = 10
    assert [breaker.admits() for _ in range(3)] == [True, False, False]


def test_a_probe_that_fails_starts_another_rest() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now = 10
    assert breaker.admits()
    clock.now = 15
    breaker.failed()
    clock.now = 24
    assert not breaker.admits()
    clock.now = 25
    assert breaker.admits()


def test_a_probe_that_succeeds_closes_it() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now = 10
    assert breaker.admits()
    breaker.succeeded()
    assert all(breaker.admits() for _ in range(5))


def test_a_probe_given_up_is_followed_by_another() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now = 10
    assert breaker.admits()
    clock.now = 20
    assert breaker.admits()
