"""All that is offered side by side: a row for each feature that it moves, blank where it leaves one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.counterfactual import Change
from app.faces.pages.patient.views.formatting import value_text
from app.usecases.counterfactuals.option_schemas import CounterfactualOut
from app.usecases.record.context import AnswerContext


class Way(StrEnum):
    """How a value comes to be another one with an option."""

    CHANGED = "changed"
    LINKED = "linked"  # it measures the same as what is changed
    FOLLOWS = "follows"  # on average, by published effects


@dataclass(frozen=True, slots=True)
class Cell:
    """A feature's value with one option."""

    text: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A feature's value now and with each option; None where an option leaves it.

    `way` is the nearest to a change among the options.
    """

    label: str
    unit: str | None
    way: Way
    now: str
    options: tuple[Cell | None, ...]


def rows_of(context: AnswerContext) -> list[Row]:
    """The rows in the schema's order, those that move along after what moves them, what only follows last."""
    options = [_ways(option) for option in context.offered]
    names = list(dict.fromkeys(name for each in options for name in each))
    rows = [_row(context, name, [each.get(name) for each in options]) for name in _order(context, names)]
    return sorted(rows, key=lambda row: row.way is Way.FOLLOWS)


def _ways(option: CounterfactualOut) -> dict[str, tuple[Way, Change]]:
    ways: list[tuple[Way, Sequence[Change]]] = [
        (Way.FOLLOWS, option.brought_along),
        (Way.LINKED, option.linked),
        (Way.CHANGED, option.changes),
    ]
    return {change.feature: (way, change) for way, changes in ways for change in changes}


def _order(context: AnswerContext, names: list[str]) -> list[str]:
    if context.schema is None:
        return names
    places = {feature.name: place for place, feature in enumerate(context.schema.features)}
    drivers = {link.feature: link.driver for link in context.schema.links}

    def place(name: str) -> tuple[int, bool]:
        return places.get(drivers.get(name, name), len(places)), name in drivers

    return sorted(names, key=place)


def _row(context: AnswerContext, name: str, each: Sequence[tuple[Way, Change] | None]) -> Row:
    feature = context.schema[name] if context.schema and name in context.schema else None
    found = [one for one in each if one is not None]
    change = found[0][1]
    return Row(
        label=change.label,
        unit=change.unit,
        way=min((way for way, _ in found), key=list(Way).index),
        now=value_text(feature, change.before),
        options=tuple(
            Cell(value_text(feature, one[1].after), one[0] is Way.CHANGED) if one else None for one in each
        ),
    )
