"""The worklist's page as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from babel.dates import format_date

from app.domain.certainty import Certainty
from app.domain.measurement import value_text
from app.domain.risk_scale import axis_end
from app.domain.wording import inline
from app.engine.registry import ModelRegistry
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import language, ngettext
from app.faces.pages.patient.views.certainty import Standing, standing_of
from app.faces.pages.patient.views.history import outcome_text
from app.faces.pages.patient.views.names import recorded_name
from app.faces.pages.worklist.addresses import CERTAINTY, DECLINED, address_of
from app.storage.feedback_tables import FeedbackRow
from app.storage.tables import AnswerRow
from app.usecases.feedback.reasons import Verdict
from app.usecases.preferences.standing import standing_of as standing_of_preferences
from app.usecases.worklist.question import PlanState, Sort, WorklistQuestion
from app.usecases.worklist.service import MOST_COUNTED, Line, WorklistPage


@dataclass(frozen=True, slots=True)
class PlanView:
    """The active plan: its name, and its review in words; `tone` is `high` of what is overdue."""

    name: str
    review_on: date
    review: str
    tone: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One patient and model. `result` is the known result in words, which the estimate is nothing beside."""

    patient_id: str
    answer_id: UUID
    at: datetime
    model: str
    risk: float
    standing: Standing
    is_low: bool
    place: float
    threshold: float
    outcome: str
    feedback: str
    plan: PlanView | None
    result: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A heading that sorts: `direction` is what `aria-sort` says where it does, else None."""

    label: str
    address: str
    direction: str | None


def page_view(
    page: WorklistPage, question: WorklistQuestion, registry: ModelRegistry, today: date
) -> dict[str, Any]:
    """All that the template names of a page of the list."""
    first = replace(question, position=None)
    return lines_view(page, registry, today) | {
        "columns": {str(sort): _column(question, sort) for sort in Sort},
        "filters": _filters(page, question, registry),
        "since": question.filter.since.isoformat() if question.filter.since else "",
        "is_declined": question.filter.is_declined,
        "declined": DECLINED,
        "sort": str(question.sort),
        "is_filtered": question.filter != type(question.filter)(),
        "count": count_text(page.count),
        "first": address_of(first) if question.position else None,
        "next": address_of(replace(question, position=page.next)) if page.next else None,
        "previous": address_of(replace(question, position=page.previous)) if page.previous else None,
        "here": address_of(question),
    }


def lines_view(page: WorklistPage, registry: ModelRegistry, today: date) -> dict[str, Any]:
    """The lines, and whether a low estimate is among them."""
    lines = [line_view(line, page.verdicts, registry, today) for line in page.lines]
    return {"lines": lines, "any_low": any(line.is_low for line in lines)}


def line_view(
    line: Line, verdicts: Mapping[UUID, FeedbackRow], registry: ModelRegistry, today: date
) -> LineView:
    """What a line tells."""
    answer, prediction = line.answer, line.answer.prediction
    certainty = Certainty(prediction.certainty) if prediction.certainty else None
    end = axis_end([prediction.risk], prediction.threshold)
    return LineView(
        patient_id=line.row.patient_id,
        answer_id=answer.id,
        at=line.row.asked_at,
        model=_title(registry, line.row.model_name),
        risk=prediction.risk,
        standing=standing_of(prediction.risk, certainty, prediction.threshold),
        is_low=prediction.risk <= prediction.threshold,
        place=round(100 * prediction.risk / end, 2),
        threshold=round(100 * prediction.threshold / end, 2),
        outcome=_refused(line, registry) or outcome_text(answer),
        feedback=feedback_text(answer, verdicts),
        plan=_plan(line, today),
        result=_result(line, registry),
    )


def feedback_text(row: AnswerRow, verdicts: Mapping[UUID, FeedbackRow]) -> str:
    """What was said about options and improvements."""
    mine = [(recorded_name(one), verdicts[one.id].verdict) for one in row.options if one.id in verdicts]
    accepted = [inline(name) for name, verdict in mine if verdict == Verdict.ACCEPTED]
    declined = sum(verdict == Verdict.DECLINED for _name, verdict in mine)
    if accepted:
        return _("%(options)s accepted", options=", ".join(accepted))
    if declined:
        return _("all declined") if declined == len(row.options) else _("%(count)s declined", count=declined)
    return _("none on this answer") if row.options else ""


def count_text(count: int) -> str:
    """How many lines there are, or that there are more than were counted."""
    if count > MOST_COUNTED:
        most = f"{MOST_COUNTED:,}"
        return _("More than %(count)s entries", count=most)
    return ngettext("%(num)s entry", "%(num)s entries", count)


def _plan(line: Line, today: date) -> PlanView | None:
    if line.plan is None:
        return None
    review_on = line.row.review_on
    day = format_date(review_on, "d MMMM y", locale=language())
    if review_on < today:
        return PlanView(line.plan.name, review_on, _("Review overdue since %(date)s", date=day), "high")
    if review_on == today:
        return PlanView(line.plan.name, review_on, _("Review due today"), "unclear")
    return PlanView(line.plan.name, review_on, _("Review on %(date)s", date=day), "soft")


def _result(line: Line, registry: ModelRegistry) -> str | None:
    """A known result overrules the estimate: it is told first."""
    if line.result is None:
        return None
    day = format_date(line.result.measured_on, "d MMMM y", locale=language())
    served = registry.find(line.row.model_name)
    if served is None:
        found = _("outcome present") if line.result.has_outcome else _("outcome absent")
    elif not (measured := served.consultation.measured).overrules:
        return None
    else:
        value = "" if line.result.value is None else f" {value_text(measured, line.result.value)}"
        says = measured.finding_of(line.result.value, line.result.has_outcome).says
        found = f"{measured.label}{value}: {says}"
    if line.is_doubted:
        return _(
            "Known result, %(date)s: %(found)s. A newer one in the record could not be read.",
            date=day,
            found=found,
        )
    return _("Known result, %(date)s: %(found)s", date=day, found=found)


def _refused(line: Line, registry: ModelRegistry) -> str | None:
    """Which preferences have no options offered, whatever was answered."""
    served = registry.find(line.row.model_name)
    if served is None:
        return None
    chosen = standing_of_preferences(line.preferences, served.consultation).chosen
    labels = [inline(one.label) for one in chosen if one.refuses is not None]
    return _("no options: %(labels)s", labels=", ".join(labels)) if labels else None


def _title(registry: ModelRegistry, name: str) -> str:
    served = registry.find(name)
    return served.model.schema.model.title if served else name


def _column(question: WorklistQuestion, sort: Sort) -> Column:
    label = {Sort.SEEN: _("Last seen"), Sort.RISK: _("Estimate"), Sort.REVIEW: _("Plan and review")}[sort]
    direction = "ascending" if sort is Sort.REVIEW else "descending"
    address = address_of(replace(question, sort=sort, position=None))
    return Column(label, address, direction if sort is question.sort else None)


def _filters(
    page: WorklistPage, question: WorklistQuestion, registry: ModelRegistry
) -> list[tuple[str, str, Sequence[Choice]]]:
    """Name, label and choices of each filter that is a list."""
    wanted = question.filter
    states = {"above": _("clearly above"), "unclear": _("unclear"), "below": _("clearly below")}
    plans = {
        PlanState.NONE: _("no plan"),
        PlanState.ACTIVE: _("with a plan"),
        PlanState.DUE: _("review due"),
    }
    models = {name: _title(registry, name) for name in page.models}
    return [
        ("state", _("State"), _choices({s: states[s] for s in CERTAINTY}, _state_of(wanted.certainty))),
        ("plan", _("Plan"), _choices(plans, wanted.plan)),
        ("model", _("Model"), _choices(models, wanted.model)),
    ]


def _state_of(certainty: Certainty | None) -> str | None:
    return next((state for state, one in CERTAINTY.items() if one is certainty), None)


def _choices(labels: Mapping[Any, str], chosen: str | None) -> list[Choice]:
    return [Choice(str(value), label, value == chosen) for value, label in labels.items()]
