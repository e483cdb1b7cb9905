"""Faults as callers are told them: each once, in order, and not without end."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ParameterIssue, ValidationIssue
from app.faces.http.issues import MOST_TOLD, BodyFaultOut, issues_out

NAMES = st.integers(0, 300).map("f{}".format)
FAULTS = st.one_of(
    st.builds(ValidationIssue, NAMES.map("/features/{}".format), st.just("must be a number")),
    st.builds(ParameterIssue, NAMES, st.just("query"), st.just("must be a number")),
)


@given(faults=st.lists(FAULTS, max_size=30).map(lambda some: some * 2))
def test_each_fault_is_told_once_and_in_order(faults: list[ValidationIssue | ParameterIssue]) -> None:
    told = [
        fault.pointer if isinstance(fault, BodyFaultOut) else fault.parameter for fault in issues_out(faults)
    ]
    once = dict.fromkeys(faults)
    assert told == [
        fault.pointer if isinstance(fault, ValidationIssue) else fault.parameter for fault in once
    ]


def test_of_very_many_the_first_hundred_are_told() -> None:
    faults = [ValidationIssue(f"/rows/{number}", "must be a number") for number in range(100_000)]
    told = [*issues_out(iter(faults))]
    assert len(told) == MOST_TOLD == 100
    assert [fault.name for fault in told] == [str(number) for number in range(100)]


def test_where_a_parameter_stands_is_called_in() -> None:
    (fault,) = issues_out([ParameterIssue("limit", "query", "must be a whole number")])
    assert fault.model_dump(by_alias=True) == {
        "parameter": "limit",
        "in": "query",
        "detail": "must be a whole number",
    }


def test_further_ones_are_not_even_looked_at() -> None:
    every = iter([ValidationIssue(f"/{number}", "is wrong") for number in range(2 * MOST_TOLD)])
    assert len(list(issues_out(every))) == MOST_TOLD
    assert len(list(every)) == MOST_TOLD
