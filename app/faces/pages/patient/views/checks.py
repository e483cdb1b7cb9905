"""Values that a clinician should check before they rely on the answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.wording import inline
from app.faces.pages.patient.views.formatting import value_text, with_unit
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class Check:
    """One value to check: of which feature, what was entered, and what is unusual about it.

    `value` is None on the page of a what-if, whose values may be other ones than those entered.
    """

    label: str
    value: str | None
    why: str


def checks_of(context: AnswerContext) -> Mapping[str, Check]:
    """What should be checked of the values that were entered, by feature."""
    named = {one.pointer.rpartition("/")[2]: one.detail for one in context.answer.warnings}
    return {name: Check(_label(context, name), _value(context, name), why) for name, why in named.items()}


def _label(context: AnswerContext, name: str) -> str:
    known = context.schema is not None and name in context.schema
    return inline(context.schema[name].label) if context.schema and known else name.replace("_", " ")


def _value(context: AnswerContext, name: str) -> str | None:
    if context.row.based_on is not None:
        return None
    value = context.row.features.get(name)
    if context.schema is None or name not in context.schema:
        return value_text(None, value)
    return with_unit(context.schema[name], value)
