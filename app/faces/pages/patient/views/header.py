"""Who the page is about: when it was asked, of which model, and what was not known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.ask_next import first_to_ask
from app.domain.wording import value_text
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.checks import Check, checks_of
from app.faces.pages.patient.views.formatting import unknown_labels, with_unit
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class Header:
    """The head of the page. `others` are what other models said last: answer, model, risk.

    `supposed` is what a what-if took otherwise: label, value, value on record. `values` is what the model
    saw: label, value, and what is unusual about it. `ask_next` says what of the unknown is worth asking most.
    """

    patient_id: str
    person: str
    sent_at: datetime
    model: str
    version: str
    outcome: str
    horizon: str | None
    unknown: tuple[str, ...]
    ask_next: str | None
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
        ask_next=_asking(context),
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


def _asking(context: AnswerContext) -> str | None:
    """None where knowing more would hardly narrow the estimate."""
    names = first_to_ask(context.answer.ask_next, context.schema)
    if not names:
        return None
    return _("Knowing %(names)s would narrow the estimate most.", names=_(" or ").join(names))


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
