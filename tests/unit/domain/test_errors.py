"""Errors carry what is told to callers; their own words count faults and quote nothing."""

from app.domain.errors import (
    ConflictError,
    InvalidInputError,
    InvalidParameterError,
    ParameterIssue,
    ValidationIssue,
)


def test_an_error_of_input_counts_its_faults_and_quotes_none() -> None:
    issues = [ValidationIssue("/features/bmi", "must be a number"), ValidationIssue("", "is empty")]
    error = InvalidInputError(issues)
    assert (str(error), error.issues) == ("2 faults in the input", issues)
    assert InvalidInputError.at("/note", "is required").issues == [ValidationIssue("/note", "is required")]


def test_an_error_of_parameters_keeps_each() -> None:
    issue = ParameterIssue("limit", "query", "must be a whole number")
    assert InvalidParameterError(issue, issue).issues == (issue, issue)


def test_a_conflict_tells_what_stands_if_anything_does() -> None:
    assert ConflictError("another stands").members == {}
    assert ConflictError("another stands", {"standing": None}).members == {"standing": None}
