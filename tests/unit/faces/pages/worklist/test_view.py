"""A line of the list of patients: how sure the estimate is, what was offered, what was said about it."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.engine.registry import ModelRegistry, ServedModel
from app.faces.pages.patient.views.history import outcome_text
from app.faces.pages.worklist.view import count_text, feedback_text, line_view
from app.storage.consultation_tables import MeasurementRow, PlanRow
from app.storage.feedback_tables import FeedbackRow
from app.storage.tables import AnswerRow
from app.storage.worklist_tables import NO_REVIEW, WorklistRow
from app.usecases.worklist.service import MOST_COUNTED, Line
from tests.asking import Person
from tests.unit.faces.answers import ASKED, option, row_of

ACCEPTED, DECLINED, WITHDRAWN = "accepted", "declined", "withdrawn"
NOTHING: dict[str, Any] = {"largest_reduction": 0.01, "proved": True, "holds": True, "text": "Nothing."}


TODAY = date(2026, 3, 10)


def line_of(row: AnswerRow, review_on: date | None = None, result: MeasurementRow | None = None) -> Line:
    """A line of the list whose plan, if there is one, is to be reviewed on that day."""
    name = row.prediction.model_name
    listed = WorklistRow(
        patient_id=row.patient_id, model_name=name, asked_at=ASKED, review_on=review_on or NO_REVIEW
    )
    return Line(listed, row, PlanRow(name="Walk <b>more</b>") if review_on else None, result, None)


def answered(
    served: ServedModel, person: Person, options: int, improvements: int, **columns: Any
) -> AnswerRow:
    offered = [option(rank) for rank in range(1, options + 1)]
    offered += [option(10 + rank, kind="improvement") for rank in range(1, improvements + 1)]
    for one in offered[options:]:
        one.rank -= 10
    return row_of(served.model.schema, person, *offered, **columns)


@pytest.mark.parametrize(
    ("status", "options", "improvements", "nothing", "told"),
    [
        ("found", 3, 0, None, "3 options"),
        ("found", 1, 2, None, "1 option; 2 improvements"),
        ("infeasible", 0, 3, None, "3 improvements; the target is not reached"),
        ("infeasible", 0, 1, None, "1 improvement; the target is not reached"),
        ("infeasible", 0, 0, NOTHING, "nothing found that lowers it by 2 points and holds"),
        ("infeasible", 0, 0, None, "no change found that reaches the target"),
        ("already_below_target", 0, 0, None, "at or below the target"),
        ("already_below_target", 0, 2, None, "at or below the target; 2 improvements"),
    ],
)
def test_an_answer_with_improvements_is_not_told_as_a_dead_end(
    served: ServedModel,
    helpable: Person,
    status: str,
    options: int,
    improvements: int,
    nothing: dict[str, Any] | None,
    told: str,
) -> None:
    row = answered(served, helpable, options, improvements, status=status, no_improvement=nothing)
    assert outcome_text(row) == told


@pytest.mark.parametrize(("options", "told"), [(1, "1 fragile option"), (2, "2 fragile options")])
def test_fragile_options_are_said_to_be(
    served: ServedModel, helpable: Person, options: int, told: str
) -> None:
    row = answered(served, helpable, options, 2)
    for one in row.counterfactuals:
        one.fragile = True
    assert outcome_text(row) == f"{told}; 2 improvements"


def test_a_target_of_ones_own_is_named(served: ServedModel, helpable: Person) -> None:
    row = answered(served, helpable, 0, 0, status="already_below_target", target=0.9)
    assert outcome_text(row).replace("\N{NO-BREAK SPACE}", " ") == "at or below its target of 90 %"


@pytest.mark.parametrize(
    ("options", "improvements", "said", "told"),
    [
        (0, 3, [None, ACCEPTED, None], "improvement B accepted"),
        (1, 2, [ACCEPTED, None, ACCEPTED], "option 1, improvement B accepted"),
        (1, 1, [DECLINED, None], "1 declined"),
        (1, 1, [DECLINED, DECLINED], "all declined"),
        (0, 2, [None, None], "none on this answer"),
        (0, 2, [WITHDRAWN, None], "none on this answer"),
        (0, 0, [], ""),
    ],
)
def test_feedback_counts_improvements(
    served: ServedModel,
    helpable: Person,
    options: int,
    improvements: int,
    said: list[str | None],
    told: str,
) -> None:
    row = answered(served, helpable, options, improvements)
    each = zip(row.options, said, strict=True)
    verdicts = {one.id: FeedbackRow(verdict=verdict) for one, verdict in each if verdict}
    assert feedback_text(row, verdicts) == told


@pytest.mark.parametrize(
    ("risk", "certainty", "words", "tone"),
    [
        (0.61, "clear_high", "clearly above", "high"),
        (0.48, "unclear", "unclear", "unclear"),
        (0.52, "unclear", "unclear", "unclear"),
        (0.2, "clear_low", "clearly below", "low"),
        (0.2, None, "at or below", "unclear"),
        (0.7, None, "above", "high"),
    ],
)
def test_how_sure_the_estimate_is_is_told(
    served: ServedModel,
    registry: ModelRegistry,
    helpable: Person,
    risk: float,
    certainty: str | None,
    words: str,
    tone: str,
) -> None:
    row = answered(served, helpable, 0, 0)
    row.prediction.risk, row.prediction.certainty = risk, certainty
    line = line_view(line_of(row), {}, registry, TODAY)
    assert (line.standing.words, line.standing.tone) == (words, tone)
    assert line.is_low == (risk <= 0.5)


@pytest.mark.parametrize(
    ("days", "told", "tone"),
    [
        (-1, "Review overdue since 9 March 2026", "high"),
        (0, "Review due today", "unclear"),
        (1, "Review on 11 March 2026", "soft"),
    ],
)
def test_a_plan_tells_its_review(
    served: ServedModel, registry: ModelRegistry, helpable: Person, days: int, told: str, tone: str
) -> None:
    row = answered(served, helpable, 1, 0)
    plan = line_view(line_of(row, TODAY + timedelta(days)), {}, registry, TODAY).plan
    assert plan is not None
    assert (plan.name, plan.review, plan.tone) == ("Walk <b>more</b>", told, tone)
    assert line_view(line_of(row), {}, registry, TODAY).plan is None


@pytest.mark.parametrize("name", ["dysglycaemia", "hosted-no-more"])
def test_a_known_result_is_told_beside_the_estimate(
    served: ServedModel, registry: ModelRegistry, helpable: Person, name: str
) -> None:
    row = answered(served, helpable, 1, 0)
    row.prediction.model_name = name
    known = MeasurementRow(measured_on=TODAY, value=6.45156, has_outcome=True)
    said = "HbA1c 47 mmol/mol (6.45 %): in the range of prediabetes"
    found = said if name == "dysglycaemia" else "outcome present"
    told = line_view(line_of(row, result=known), {}, registry, TODAY).result
    assert told == f"Known result, 10 March 2026: {found}"


def test_a_finding_without_a_value_is_told_by_its_label(
    heart: ServedModel, registry: ModelRegistry, heart_patient: Person
) -> None:
    row = answered(heart, heart_patient, 1, 0)
    known = MeasurementRow(measured_on=TODAY, value=None, has_outcome=False)
    told = line_view(line_of(row, result=known), {}, registry, TODAY).result
    assert told == (
        "Known result, 10 March 2026: Coronary angiography: shows no artery narrowed by half or more"
    )


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 entries"),
        (1, "1 entry"),
        (MOST_COUNTED, f"{MOST_COUNTED} entries"),
        (MOST_COUNTED + 1, "More than 1,000 entries"),
    ],
)
def test_the_count_is_exact_up_to_a_cap(count: int, told: str) -> None:
    assert count_text(count) == told
