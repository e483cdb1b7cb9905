"""Who the page is about: what was asked, when, of which model, and what was not known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.wording import value_text
from app.faces.pages.patient.views.checks import Check, checks_of
from app.faces.pages.patient.views.formatting import unknown_labels, with_unit
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class Header:
    """The head of the page. `others` are what other models said last: answer, model, risk.

    `supposed` is what a what-if took otherwise: label, value, value on record. `values` is what the model
    saw: label, value, and what is unusual about it.
    """

    patient_id: str
    person: str
    sent_at: datetime
    model: str
    version: str
    outcome: str
    horizon: str | None
    unknown: tuple[str, ...]
    kept: tuple[str, ...]
    open: tuple[str, ...]
    limited: tuple[str, ...]
    is_supposed: bool
    others: tuple[tuple[UUID, str, float], ...]
    based_on: UUID | None
    supposed: tuple[tuple[str, str, str], ...]
    newer_version: str | None
    checks: Mapping[str, Check]
    values: tuple[tuple[str, str, str | None], ...]


def header_of(context: AnswerContext) -> Header:
    """The head of the page of one answer."""
    schema, row, checks = context.schema, context.row, checks_of(context)
    return Header(
        patient_id=row.patient_id,
        person=_person(context),
        sent_at=context.sent_at,
        model=schema.model.title if schema else row.prediction.model_name,
        version=row.prediction.model_version,
        outcome=schema.model.outcome if schema else row.prediction.model_name,
        horizon=schema.model.horizon if schema else None,
        unknown=tuple(unknown_labels(schema, row.features)),
        kept=_actionable(context, open_to_change=False),
        open=_actionable(context, open_to_change=True),
        limited=_limited(context),
        is_supposed=context.is_supposed,
        others=tuple(
            (one.answer.id, one.answer.prediction.model_name, one.answer.prediction.risk)
            for one in context.history.others
        ),
        based_on=row.based_on,
        supposed=_supposed(context),
        newer_version=_newer(context),
        checks=checks,
        values=_values(context, checks),
    )


def _person(context: AnswerContext) -> str:
    if context.schema is None or context.patient is None:
        return ""
    values = context.patient.values
    return ", ".join(value_text(f, values[f.name]) for f in context.schema.features if f.group == "person")


def _values(context: AnswerContext, checks: Mapping[str, Check]) -> tuple[tuple[str, str, str | None], ...]:
    if context.schema is None or context.patient is None:
        return ()
    values = context.patient.values
    return tuple(
        (f.label, with_unit(f, values[f.name]), checks[f.name].why if f.name in checks else None)
        for f in context.schema.features
    )


def _actionable(context: AnswerContext, open_to_change: bool) -> tuple[str, ...]:
    """What the question allowed to vary, or did not, of that which could; nothing where it did not say."""
    vary = context.row.constraints.get("features_to_vary")
    if vary is None or context.schema is None:
        return ()
    return tuple(f.label for f in context.schema.actionable if (f.name in vary) is open_to_change)


def _limited(context: AnswerContext) -> tuple[str, ...]:
    """Where the caller's question let values end; a what-if's limits are the patient's own, and go unsaid."""
    ranges = context.row.constraints.get("permitted_range") or {}
    if context.schema is None or context.row.based_on is not None:
        return ()
    return tuple(
        f"{context.schema[name].label} {_span(low, high)}".rstrip()
        for name, (low, high) in ranges.items()
        if name in context.schema
    )


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"{high:g} at most" if high is not None else f"{low:g} at least" if low is not None else ""
    return f"{low:g} to {high:g}"


def _supposed(context: AnswerContext) -> tuple[tuple[str, str, str], ...]:
    base = context.history.base
    if base is None or context.schema is None:
        return ()
    return tuple(
        (f.label, with_unit(f, context.row.features[f.name]), with_unit(f, base.features[f.name]))
        for f in context.schema.features
        if f.name in base.features and context.row.features.get(f.name) != base.features[f.name]
    )


def _newer(context: AnswerContext) -> str | None:
    """The version hosted now, where another one gave the answer."""
    if context.served is None or context.is_of_hosted_version:
        return None
    return context.served.model.version
