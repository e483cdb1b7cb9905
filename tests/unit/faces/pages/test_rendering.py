"""Risks and moments as pages write them: what differs looks different, and nothing is rounded away."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.faces.http.pages.rendering import risk_words, signed, when

RISKS = st.floats(0, 1) | st.integers(0, 1000).map(lambda share: share / 1000)
NEAR = st.floats(-0.01, 0.01)


@given(RISKS, NEAR)
def test_two_risks_beside_each_other_look_as_different_as_they_are(risk: float, away: float) -> None:
    other = min(max(risk + away, 0.0), 1.0)
    if f"{100 * risk:.4f}" != f"{100 * other:.4f}":
        assert risk_words(risk, other) != risk_words(other, risk)


@given(RISKS)
def test_a_risk_beside_itself_needs_no_decimals(risk: float) -> None:
    assert risk_words(risk, risk) == risk_words(risk)


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
@example(0.005)
@example(0.995)
@example(0.9949999999999999)
def test_a_risk_between_is_never_told_as_none_or_as_certain(risk: float) -> None:
    assert risk_words(risk).split("\N{NO-BREAK SPACE}")[0] not in ("0", "100")


@given(st.floats(1e-6, 1 - 1e-6), RISKS)
@example(0.0004, 0.002)
@example(0.9996, 0.998)
def test_nor_is_one_beside_another(risk: float, beside: float) -> None:
    number = risk_words(risk, beside).split("\N{NO-BREAK SPACE}")[0]
    assert number in ("<", ">") or 0 < float(number) < 100


@given(RISKS, RISKS)
def test_a_risk_stays_on_one_line(risk: float, beside: float) -> None:
    assert " " not in risk_words(risk, beside)
    assert risk_words(risk, beside).endswith("\N{NO-BREAK SPACE}%")


@given(st.lists(RISKS, min_size=2, max_size=2).map(sorted))
def test_a_higher_risk_is_not_told_as_a_lower_one(risks: list[float]) -> None:
    low, high = (float(risk_words(risk).strip("<>%\N{NO-BREAK SPACE}")) for risk in risks)
    assert low <= high


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (datetime(2026, 2, 3, 14, 5, tzinfo=UTC), "3 February 2026, 14:05 UTC"),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), "31 December 2026, 23:59 UTC"),
        (datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=2))), "31 December 2025, 22:30 UTC"),
    ],
)
def test_a_moment_is_told_in_universal_time(moment: datetime, told: str) -> None:
    assert when(moment).replace("\N{NO-BREAK SPACE}", " ") == told


@given(st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1)), st.integers(-12, 14))
def test_the_same_moment_is_told_alike_wherever_it_was_written(moment: datetime, hours: int) -> None:
    here = moment.replace(tzinfo=UTC)
    assert when(here.astimezone(timezone(timedelta(hours=hours)))) == when(here)


@given(st.floats(-1e6, 1e6).filter(bool))
def test_a_sign_is_always_written_and_once(number: float) -> None:
    text = signed(f"{number:g}")
    assert text[0] == ("+" if number > 0 else "\N{MINUS SIGN}")
    assert text[1:] == f"{abs(number):g}"
