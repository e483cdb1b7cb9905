"""The form for a result: what it asks, what was typed, and what is wrong with that, at its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from app.domain.consultation import MeasuredOutcome
from app.domain.errors import ValidationIssue
from app.domain.measurement import as_entered, units_of
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.known_result import no_break
from app.storage.consultation_tables import MeasurementRow
from app.usecases.measurements.days import earliest_day, latest_day
from app.usecases.measurements.schemas import Presence
from app.usecases.measurements.standing import standing_result
from app.usecases.record.context import AnswerContext

_FIELDS = ("measured_on", "value", "unit", "finding")
"""In their order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One form: a new result, or a correction of the row `replaces`.

    `typed` and `faults` are by field; `trouble` is what is wrong with none of them.
    """

    name: str
    replaces: UUID | None
    typed: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)
    trouble: Sequence[str] = ()

    @property
    def is_refused(self) -> bool:
        return bool(self.faults or self.trouble)

    @property
    def first_fault(self) -> str | None:
        """The field to begin with."""
        return next((name for name in _FIELDS if name in self.faults), None)


@dataclass(frozen=True, slots=True)
class ResultForm:
    """All that can be done with results: enter one, correct the one that stands, take that one back."""

    action: str
    answer_id: UUID
    """Of the page that the form is on."""
    label: str
    units: Sequence[str]
    """Empty where the outcome is present or absent."""
    range: str | None
    findings: Sequence[tuple[str, str]]
    earliest: date
    latest: date
    new: Entry
    correction: Entry | None
    trouble: Sequence[str] = ()
    """What is wrong with taking it back."""

    @property
    def fields(self) -> tuple[str, ...]:
        """What people fill in."""
        return ("measured_on", "value", "unit") if self.units else ("measured_on", "finding")


def result_form_of(context: AnswerContext) -> ResultForm | None:
    """As it is before anything is typed; None where no model is hosted that takes results."""
    if context.served is None or not context.served.consultation.measured.overrules:
        return None
    measured = context.served.consultation.measured
    latest, stands = latest_day(), standing_result(context.measurements)
    return ResultForm(
        action=f"/patients/{context.row.patient_id}/result",
        answer_id=context.row.id,
        label=measured.label,
        units=units_of(measured),
        range=_range(measured),
        findings=_findings(measured),
        earliest=earliest_day(latest),
        latest=latest,
        new=Entry("new", None, {}),
        correction=_correction(stands, measured) if stands else None,
    )


def refused(form: ResultForm, fields: Mapping[str, str], issues: Sequence[ValidationIssue]) -> ResultForm:
    """The form as it was sent, with what is wrong at its field; what was typed stays."""
    by_name = [(issue.pointer.removeprefix("/"), issue.detail) for issue in issues]
    faults = {name: detail for name, detail in reversed(by_name) if name in form.fields}
    trouble = [detail for name, detail in by_name if name not in form.fields]
    if "withdrawn" in fields:
        return replace(form, trouble=trouble)
    typed = {name: fields[name] for name in form.fields if name in fields}
    if "replaces" in fields and form.correction:  # of what stands now, which the page shows beside it
        return replace(form, correction=replace(form.correction, typed=typed, faults=faults, trouble=trouble))
    return replace(form, new=replace(form.new, typed=typed, faults=faults, trouble=trouble))


def _correction(row: MeasurementRow, measured: MeasuredOutcome) -> Entry:
    typed = {"measured_on": row.measured_on.isoformat()}
    if row.value is None:
        typed["finding"] = Presence.PRESENT if row.has_outcome else Presence.ABSENT
    else:
        typed["value"], typed["unit"] = as_entered(measured, row.value)
    return Entry("correct", row.id, typed)


def _findings(measured: MeasuredOutcome) -> tuple[tuple[str, str], ...]:
    """Of an outcome without a unit, in the words of its consultation file."""
    if measured.unit:
        return ()
    absent, present = measured.finding
    return (Presence.ABSENT, absent.says), (Presence.PRESENT, present.says)


def _range(measured: MeasuredOutcome) -> str | None:
    if measured.range is None:
        return None
    low, high = measured.range
    return no_break(_("%(low)s to %(high)s %(unit)s", low=f"{low:g}", high=f"{high:g}", unit=measured.unit))
