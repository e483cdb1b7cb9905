"""Which parts of a verdict go together, whatever the combination, and what is kept of a note."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.errors import InvalidInputError, ValidationIssue
from app.usecases.feedback.reasons import REASONS, Reason, Verdict
from app.usecases.feedback.schemas import FeedbackIn, FeedbackOut, StandingVerdict

OPTION, BEFORE = UUID(int=1), UUID(int=2)
SEEN = "We spoke about it."
UNSEEN = ["", " ", "\n", "\u200b", " \u200d\t"]
"""Nothing to read: spaces and joiners."""


def given_back(**said: Any) -> FeedbackIn:
    return FeedbackIn.model_validate({"counterfactual_id": OPTION, **said})


def refused_at(**said: Any) -> set[str]:
    """Pointers of what is wrong with a verdict; none if it is taken."""
    try:
        given_back(**said)
    except ValidationError as error:
        causes = [fault.get("ctx", {}).get("error") for fault in error.errors()]
        return {issue.pointer for cause in causes for issue in issues_of(cause)}
    return set()


def issues_of(cause: object) -> list[ValidationIssue]:
    assert isinstance(cause, InvalidInputError)
    return cause.issues


@given(
    verdict=st.sampled_from(Verdict),
    reason=st.none() | st.sampled_from(Reason),
    note=st.none() | st.sampled_from([SEEN, *UNSEEN]),
    replaces=st.none() | st.just(BEFORE),
)
def test_a_verdict_is_taken_exactly_where_its_parts_go_together(
    verdict: Verdict, reason: Reason | None, note: str | None, replaces: UUID | None
) -> None:
    may_be = {
        "/reason": (verdict is Verdict.DECLINED) == (reason is not None),
        "/note": reason is not Reason.OTHER or note == SEEN,
        "/replaces": verdict is not Verdict.WITHDRAWN or replaces is not None,
    }
    refused = refused_at(verdict=verdict, reason=reason, note=note, replaces=replaces)
    assert bool(refused) == (not all(may_be.values()))
    assert all(not may_be[pointer] for pointer in refused)


@pytest.mark.parametrize("note", UNSEEN)
def test_a_note_in_which_there_is_nothing_to_read_is_none(note: str) -> None:
    assert given_back(verdict="accepted", note=note).note is None


def test_a_note_is_kept_without_the_spaces_around_it() -> None:
    assert given_back(verdict="accepted", note=f"  {SEEN}\n").note == SEEN


@pytest.mark.parametrize("note", [7, True, ["a"], {"a": "b"}])
def test_what_is_no_text_is_no_note(note: object) -> None:
    with pytest.raises(ValidationError, match="note"):
        given_back(verdict="accepted", note=note)


def test_each_reason_has_words_of_its_own() -> None:
    assert set(REASONS) == set(Reason)
    assert len(set(REASONS.values())) == len(Reason)


def test_an_error_can_hold_no_note() -> None:
    """The verdict that stands is told to whoever would replace it; what a clinician wrote is not."""
    told = set(FeedbackOut.model_fields) - set(StandingVerdict.model_fields)
    assert told == {"note", "given_by", "replaces"}
