"""What goes together in a verdict: every combination is either taken or refused at the right place."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.errors import InvalidInputError
from app.usecases.feedback.reasons import REASONS, Reason, Verdict
from app.usecases.feedback.schemas import FeedbackIn

OPTION = UUID(int=1)


def expected_fault(given_: dict[str, Any]) -> str | None:
    if (given_["verdict"] is Verdict.DECLINED) != (given_["reason"] is not None):
        return "/reason"
    if given_["reason"] is Reason.OTHER and not (given_["note"] or "").strip():
        return "/note"
    if given_["verdict"] is Verdict.WITHDRAWN and given_["replaces"] is None:
        return "/replaces"
    return None


@given(
    given_=st.fixed_dictionaries(
        {
            "verdict": st.sampled_from(Verdict),
            "reason": st.none() | st.sampled_from(Reason),
            "note": st.none() | st.sampled_from(["", "  ", "no pool nearby"]),
            "replaces": st.none() | st.just(UUID(int=2)),
        }
    )
)
def test_a_verdict_is_refused_at_the_place_that_does_not_go_with_the_rest(given_: dict[str, Any]) -> None:
    fault = expected_fault(given_)
    if fault is None:
        taken = FeedbackIn(counterfactual_id=OPTION, **given_)
        assert taken.note == ((given_["note"] or "").strip() or None)
        return
    with pytest.raises(ValidationError) as caught:
        FeedbackIn(counterfactual_id=OPTION, **given_)
    (error,) = caught.value.errors()
    refused = error["ctx"]["error"]
    assert isinstance(refused, InvalidInputError)
    assert [issue.pointer for issue in refused.issues] == [fault]


def test_every_reason_has_words_of_its_own() -> None:
    assert set(REASONS) == set(Reason)
    assert len(set(REASONS.values())) == len(Reason)
