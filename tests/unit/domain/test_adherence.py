"""How much of a plan is reached: laws of the share and of the mean."""

from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.adherence import adherence, share_reached, within

NUMBERS = st.floats(-1e4, 1e4).map(lambda value: round(value, 3))
SHARES = st.lists(st.none() | st.floats(-5, 5), max_size=8)


@given(NUMBERS, NUMBERS)
def test_it_is_nothing_at_the_start_and_all_at_the_end(start: float, planned: float) -> None:
    assume(start != planned)
    assert share_reached(start, planned, start) == 0
    assert share_reached(start, planned, planned) == 1


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_nearer_to_the_plan_is_never_less(start: float, planned: float, one: float, other: float) -> None:
    assume(start != planned)
    further, nearer = sorted((one, other), key=lambda value: (value - start) * (planned - start))
    before, after = share_reached(start, planned, further), share_reached(start, planned, nearer)
    assert before is not None
    assert after is not None
    assert before <= after


@given(NUMBERS, NUMBERS, NUMBERS)
def test_it_does_not_matter_which_way_the_plan_goes(start: float, planned: float, now: float) -> None:
    assume(start != planned)
    assert share_reached(start, planned, now) == share_reached(-start, -planned, -now)


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from([0.5, 2.0, 4.0]))
def test_it_does_not_matter_in_which_unit(start: float, planned: float, now: float, unit: float) -> None:
    assume(start != planned)
    assert share_reached(start * unit, planned * unit, now * unit) == share_reached(start, planned, now)


@given(st.booleans(), st.none() | st.booleans())
def test_a_yes_or_no_is_reached_or_not(planned: bool, now: bool | None) -> None:
    expected = None if now is None else float(now == planned)
    assert share_reached(not planned, planned, now) == expected


@given(NUMBERS, NUMBERS)
def test_what_is_not_known_has_no_share(start: float, planned: float) -> None:
    assert share_reached(start, planned, None) is None
    assert share_reached(None, planned, start) is None
    assert share_reached(start, start, planned) is None


@given(SHARES)
def test_the_whole_lies_between_its_least_and_its_largest_part(shares: list[float | None]) -> None:
    known = [within(share) for share in shares if share is not None]
    whole = adherence(shares)
    if not known:
        assert whole is None
        return
    assert whole is not None
    assert min(known) - 1e-9 <= whole <= max(known) + 1e-9
    assert 0 <= whole <= 1


@given(SHARES, st.floats(1, 5))
def test_going_further_with_one_makes_up_for_nothing(shares: list[float | None], beyond: float) -> None:
    assert adherence([*shares, beyond]) == adherence([*shares, 1.0])
