"""Options side by side: a row for each feature that any of them moves, blank where one leaves it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.counterfactual import Change
from app.faces.pages.patient.views.formatting import value_text
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class Row:
    """A feature's value now and with each option; None where an option leaves it. Linked ones move along."""

    label: str
    unit: str | None
    is_linked: bool
    now: str
    options: tuple[str | None, ...]


def rows_of(context: AnswerContext) -> list[Row]:
    """The rows in the schema's order, those that move along after what moves them."""
    changes = [
        {change.feature: change for change in [*option.changes, *option.linked]} for option in context.options
    ]
    first = {name: change for each in reversed(changes) for name, change in each.items()}
    linked = {change.feature for option in context.options for change in option.linked}
    return [
        _row(context, first[name], name in linked, [each.get(name) for each in changes])
        for name in _order(context, list(first))
    ]


def _order(context: AnswerContext, names: list[str]) -> list[str]:
    if context.schema is None:
        return names
    places = {feature.name: place for place, feature in enumerate(context.schema.features)}
    drivers = {link.feature: link.driver for link in context.schema.links}

    def place(name: str) -> tuple[int, bool]:
        return places.get(drivers.get(name, name), len(places)), name in drivers

    return sorted(names, key=place)


def _row(context: AnswerContext, change: Change, is_linked: bool, each: Sequence[Change | None]) -> Row:
    schema = context.schema
    feature = schema[change.feature] if schema and change.feature in schema else None
    return Row(
        label=change.label,
        unit=change.unit,
        is_linked=is_linked,
        now=value_text(feature, change.before),
        options=tuple(value_text(feature, one.after) if one else None for one in each),
    )
