"""An address says what is asked of the list, and nothing else; what cannot be understood is refused."""

from datetime import date
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.certainty import Certainty
from app.domain.errors import InvalidParameterError
from app.faces.pages.worklist.addresses import address_of, read_question
from app.usecases.worklist.question import PlanState, Position, Sort, WorklistFilter, WorklistQuestion
from tests.unit.usecases.worklist.test_cursor import POSITIONS

FILTERS = st.builds(
    WorklistFilter,
    certainty=st.none() | st.sampled_from(Certainty),
    plan=st.none() | st.sampled_from(PlanState),
    is_declined=st.booleans(),
    model=st.none() | st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True),
    since=st.none() | st.dates(),
)
DETAILS = {
    "is not a filter of this list",
    "is no cursor",
    "is a cursor of another order",
    "must be yes",
    "must be a date such as 2026-03-31",
    "must be one of seen, risk, review",
    "must be one of above, unclear, below",
    "must be one of none, active, due",
}
QUESTIONS = st.builds(WorklistQuestion, st.sampled_from(Sort), FILTERS) | st.builds(
    lambda position, wanted: WorklistQuestion(position.sort, wanted, position), POSITIONS, FILTERS
)


def given_in(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, strict_parsing=True)) if "?" in address else {}


@given(QUESTIONS)
def test_an_address_is_read_as_what_it_was_made_from(question: WorklistQuestion) -> None:
    assert read_question(given_in(address_of(question))) == question


@given(st.dictionaries(st.text(), st.text(min_size=1), min_size=1))
def test_no_parameters_do_more_than_be_refused_and_their_values_are_never_told(given: dict[str, str]) -> None:
    told: set[str] = set()
    try:
        read_question(given)
    except InvalidParameterError as error:
        told = {issue.detail for issue in error.issues}
    assert told <= DETAILS


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(InvalidParameterError) as caught:
        read_question({"sort": "x", "state": "x", "Erika M": "1", "x": "1"})
    assert [issue.parameter for issue in caught.value.issues] == ["sort", "state", "a parameter", "x"]


def test_a_cursor_of_another_order_is_refused() -> None:
    position = Position(Sort.REVIEW, date(2026, 3, 1), UUID(int=7))
    address = address_of(WorklistQuestion(Sort.REVIEW, position=position))
    with pytest.raises(InvalidParameterError):
        read_question(given_in(address) | {"sort": "risk"})
