"""A result that is known: what it says, how long it counts, and what is next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.calendar import months_between, months_later
from app.domain.consultation import Finding, MeasuredOutcome
from app.domain.measurement import value_text
from app.faces.http.pages.rendering import day
from app.faces.http.pages.translation import gettext as _
from app.faces.http.pages.translation import ngettext
from app.faces.pages.patient.views.formatting import NO_BREAK
from app.faces.pages.patient.views.next_step import GuidelineView, guideline_view
from app.ingest.fhir.record import Origin
from app.storage.consultation_tables import MeasurementRow
from app.usecases.measurements.days import latest_day
from app.usecases.measurements.doubt import is_doubted, unread_at
from app.usecases.measurements.standing import standing_result
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class KnownResult:
    """The newest result. It overrules the estimate: without the outcome, until a new one is due.

    `sentence` tells label, value, date and finding; `weight` whether result or estimate counts. `value` is
    None where the outcome is present or absent. `next_step` is None where the outcome was not found in
    a patient to whom no options are offered, or who has a newer result that nobody read: nothing is to
    reassure beside that. `is_overdue`: a new one was due. `is_doubted`: a newer one is in the record, and
    could not be read. `comes_from` says who entered it, or which resource of the record tells it; None where
    neither is known.
    """

    label: str
    value: str | None
    measured_on: date
    has_outcome: bool
    says: str
    sentence: str
    weight: str
    next_step: str | None
    recheck_on: date
    recheck: str
    is_overdue: bool
    is_doubted: bool
    overrules: bool
    comes_from: str | None
    guidelines: Sequence[GuidelineView]


def known_result_of(context: AnswerContext, today: date | None = None) -> KnownResult | None:
    """The result that stands; None without one, or where no model is hosted that says what it means."""
    row = standing_result(context.measurements)
    if row is None or context.served is None or not context.served.consultation.measured.overrules:
        return None
    consultation = context.served.consultation
    measured = consultation.measured
    finding = measured.finding_of(row.value, row.has_outcome)
    today = today or latest_day()
    recheck_on = months_later(row.measured_on, finding.recheck_months)
    is_overdue = recheck_on < today
    doubted = is_doubted(row, unread_at(context.row))
    counts = measured.counts_on(today, row.measured_on, row.value, row.has_outcome)
    overrules = counts and not doubted
    return KnownResult(
        label=measured.label,
        value=None if row.value is None else no_break(value_text(measured, row.value)),
        measured_on=row.measured_on,
        has_outcome=row.has_outcome,
        says=finding.says,
        sentence=_sentence(measured, row, finding),
        weight=_unread(measured) if doubted else _weight(row, today, overrules, is_overdue),
        next_step=_next_step(context, row, finding, doubted),
        recheck_on=recheck_on,
        recheck=_recheck(recheck_on, is_overdue),
        is_overdue=is_overdue,
        is_doubted=doubted,
        overrules=overrules,
        comes_from=_comes_from(row),
        guidelines=[guideline_view(context, one) for one in consultation.guidelines(measured.guidelines)],
    )


def _next_step(context: AnswerContext, row: MeasurementRow, finding: Finding, doubted: bool) -> str | None:
    reassures, is_refused = not row.has_outcome, bool(context.preferences.refusals)
    if reassures and (doubted or is_refused):
        return None
    if not is_refused:
        return finding.next
    apart = _("That is said of people in general: why no options are offered to this patient comes first.")
    return f"{finding.next} {apart}"


def _unread(measured: MeasuredOutcome) -> str:
    return _(
        "A newer %(label)s in the record could not be read: look at it. Until it is entered here, the "
        "estimate counts.",
        label=measured.label,
    )


def no_break(text: str) -> str:
    """Kept on one line."""
    return text.replace(" ", NO_BREAK)


def _sentence(measured: MeasuredOutcome, row: MeasurementRow, finding: Finding) -> str:
    told = {"label": measured.label, "day": day(row.measured_on), "says": finding.says}
    if row.value is None:
        return _("%(label)s, %(day)s: %(says)s.", **told)
    value = no_break(value_text(measured, row.value))
    return _("%(label)s was %(value)s on %(day)s: %(says)s.", value=value, **told)


def _comes_from(row: MeasurementRow) -> str | None:
    """Of a result that a resource tells, the resource: who opened the chart entered nothing."""
    if row.source == Origin.FHIR:
        told = {"reference": row.reference, "day": day(row.measured_on)}
        return (
            _("From the record: %(reference)s, %(day)s.", **told) if row.reference else _("From the record.")
        )
    return _("Entered by %(name)s.", name=row.given_by) if row.given_by else None


def _weight(row: MeasurementRow, today: date, overrules: bool, is_overdue: bool) -> str:
    if not overrules:
        return _("Measured %(ago)s: the estimate counts again, and a new result more.", ago=_ago(row, today))
    if is_overdue:
        return _(
            "Measured %(ago)s: it counts until a new result is known; no low estimate takes it back.",
            ago=_ago(row, today),
        )
    return _("This result counts; the estimate does not.")


def _ago(row: MeasurementRow, today: date) -> str:
    months = months_between(row.measured_on, today)
    if months < 24:
        return ngettext("%(num)s month ago", "%(num)s months ago", months)
    return ngettext("%(num)s year ago", "%(num)s years ago", months // 12)


def _recheck(recheck_on: date, is_overdue: bool) -> str:
    if is_overdue:
        return _("A new test was due on %(day)s.", day=day(recheck_on))
    return _("Test again by %(day)s.", day=day(recheck_on))
