"""Each reason that a card offers is recorded as one of ours, and no code is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faces.ehr.cds.override_reasons import SYSTEM, display_of, override_reasons, reason_of
from app.usecases.feedback.reasons import Reason


def test_what_is_offered_has_a_meaning_here() -> None:
    offered = override_reasons()
    assert len({one["code"] for one in offered}) == len(offered)
    assert {one["system"] for one in offered} == {SYSTEM}
    recorded = {reason_of(one["system"], one["code"]) for one in offered}
    assert recorded == {*Reason} - {Reason.WRONG_DATA}, "HL7 has no code for wrong data"
    assert all(display_of(one["system"], one["code"]) == one["display"] for one in offered)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("action-completed", Reason.UNDER_WAY),
        ("action-unsuccessful", Reason.TRIED_BEFORE),
        ("patient-contraindication", Reason.UNSUITABLE),
        ("patient-refuses", Reason.PREFERENCE),
        ("too-costly-uncovered", Reason.NOT_FEASIBLE),
        ("recipient-does-not-trust", Reason.NOT_CONVINCED),
        ("service-not-available", Reason.NOT_FEASIBLE),
        ("limited-time", Reason.OTHER),
    ],
)
def test_codes_come_to_the_reason_that_means_the_same(code: str, reason: Reason) -> None:
    assert reason_of(SYSTEM, code) is reason


@given(system=st.none() | st.text(max_size=9), code=st.none() | st.text(max_size=9))
def test_codes_of_others_are_another_reason(system: str | None, code: str | None) -> None:
    assert reason_of(system, code) is Reason.OTHER
    assert display_of(system, code) is None
