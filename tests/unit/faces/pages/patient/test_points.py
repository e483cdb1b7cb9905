"""Points of risk: parts add up to what is shown, and nothing is told more exactly than its neighbours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faces.http.pages.rendering import risk_words
from app.faces.pages.patient.views.points import alone_text, parts_text, shared_out

SPACE, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"
PARTS = st.lists(st.floats(-0.1, 0.4), min_size=2, max_size=5)


def number(text: str) -> float:
    return 0.0 if text.startswith("<") else float(text.replace(MINUS, "-"))


@pytest.mark.parametrize(
    ("before", "after", "parts", "total", "told"),
    [
        (0.61, 0.52, [0.06, 0.03], "9 points", ("6", "3")),
        (0.614, 0.526, [0.055, 0.033], "8 points", ("5", "3")),
        (0.52, 0.43, [0.14, -0.05], "9 points", ("14", f"{MINUS}5")),
        (0.67, 0.645, [0.002, 0.007, 0.016], "2.5 points", ("0.2", "0.7", "1.6")),
        (0.52, 0.43, [0.087, 0.003], "9 points", ("9", f"<{SPACE}1")),
        (0.0061, 0.0049, [0.0009, 0.0003], "0.12 points", ("0.09", "0.03")),
    ],
)
def test_parts_of_a_fall(
    before: float, after: float, parts: list[float], total: str, told: tuple[str, ...]
) -> None:
    assert shared_out(before, after, parts) == (total, told)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([0.06, 0.03], ("6 of 9 points", "3 of 9 points")),
        ([0.087, 0.003], ("9 of 9 points", f"<{SPACE}1 of 9 points")),
        ([0.14, -0.05], ("14 points lower", "5 points higher")),
        ([0.096, -0.01, 0.004], ("10 points lower", "1 point higher", f"<{SPACE}1 point lower")),
        ([0.1, -0.01, 0.0], ("10 points lower", "1 point higher", "no different")),
    ],
)
def test_no_part_is_more_than_its_whole(parts: list[float], told: tuple[str, ...]) -> None:
    total, shared = shared_out(0.52, 0.43, parts)
    assert parts_text(total, shared) == told


@given(before=st.floats(0, 1), parts=PARTS)
def test_parts_add_up_to_the_total_and_each_is_near_its_own(before: float, parts: list[float]) -> None:
    after = before - sum(parts)
    total, told = shared_out(before, after, parts)
    places = 0 if before - after >= 0.05 else 1 if abs(before - after) >= 0.002 else 2
    assert sum(map(number, told)) == pytest.approx(number(total.split()[0]), abs=1e-6)
    for one, part in zip(told, parts, strict=True):
        assert abs(number(one) - 100 * part) <= 10**-places + 1e-6


@given(before=st.floats(0.3, 0.99), fall=st.floats(0.06, 0.25))
def test_whole_points_are_the_difference_of_the_risks_that_are_shown(before: float, fall: float) -> None:
    total, _ = shared_out(before, before - fall, [fall / 2, fall / 2])
    shown = [int(risk_words(risk).split(SPACE)[0]) for risk in (before, before - fall)]
    assert number(total.split()[0]) == shown[0] - shown[1]


@pytest.mark.parametrize(
    ("fall", "places", "told"),
    [
        (0.0573, 0, "6 points lower"),
        (0.0102, 0, "1 point lower"),
        (0.016, 1, "1.6 points lower"),
        (-0.0177, 0, "2 points higher"),
        (0.0004, 1, "no different"),
    ],
)
def test_what_one_change_does_alone(fall: float, places: int, told: str) -> None:
    assert alone_text(fall, places) == told
