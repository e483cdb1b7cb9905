"""Laws of how often something happened of late."""

from hypothesis import given
from hypothesis import strategies as st

from app.admission.pace import FadingRate


class Clock:
    """A time that passes when it is told to."""

    now = 50.0

    def __call__(self) -> float:
        return self.now


@given(per_second=st.integers(1, 200))
def test_of_what_is_steady_the_pace_is_its_rate(per_second: int) -> None:
    clock = Clock()
    pace = FadingRate(clock)
    for _ in range(20 * per_second):
        clock.now += 1 / per_second
        pace.count()
    assert 0.99 * per_second <= pace.per_second <= 1.01 * per_second + 0.5


@given(per_second=st.integers(5, 200), quiet=st.floats(30.0, 1000.0))
def test_what_began_only_now_has_its_rate_soon(per_second: int, quiet: float) -> None:
    """Or those who come to a house that was empty would be told to come far too late."""
    clock = Clock()
    pace = FadingRate(clock)
    pace.count()
    clock.now += quiet
    for _ in range(per_second):
        pace.count()
        clock.now += 1 / per_second
    assert 0.75 * per_second <= pace.per_second <= 1.25 * per_second


def test_what_is_over_is_forgotten() -> None:
    clock = Clock()
    pace = FadingRate(clock)
    for _ in range(1000):
        pace.count()
    clock.now += 30
    assert pace.per_second < 0.001
