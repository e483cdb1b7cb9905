"""Whether a drafted model's outcome is there now or comes later."""

from pathlib import Path

import pytest

from research.own_model.draft.drafting import draft_schema
from research.own_model.draft.when import when_of
from tests.unit.research.own_model.tables import accepted, plain, table_of


@pytest.mark.parametrize(
    "column",
    [
        "TenYearCHD",
        "chd_10year",
        "10yr_risk_chd",
        "event_5y",
        "death_30d",
        "DEATH_30DAYS",
        "within_12_months",
        "incident_diabetes",
        "readmitted",
        "died during follow-up",
        "CHD within ten years",
    ],
)
def test_a_name_with_a_time_to_come_is_of_a_later_outcome(column: str) -> None:
    assert when_of(column) == "later"


@pytest.mark.parametrize(
    "column", ["chd", "has_diabetes", "class", "num", "target", "over_65_years_frail", "lab 06", "day", "y"]
)
def test_another_name_is_of_an_outcome_that_is_there_or_not(column: str) -> None:
    assert when_of(column) == "now"


@pytest.mark.parametrize(("outcome", "when"), [("chd_10year", "later"), ("chd", "now")])
def test_the_draft_has_the_guess_and_what_it_means(tmp_path: Path, outcome: str, when: str) -> None:
    text = draft_schema(table_of(tmp_path, plain()), "own", outcome)
    assert accepted(tmp_path, text).model.outcome_when == when
    assert "nothing found today tells" in text.partition("outcome_when")[0]
