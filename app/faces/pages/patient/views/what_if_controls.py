"""One lever as a slider or a switch: where it stands, where it stood, and where options put it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.domain.counterfactual import Change
from app.domain.feature import Kind, Theme
from app.domain.lever import Lever
from app.domain.schema import FeatureSchema, Value
from app.domain.scope import Scope
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.chart_axes import number_of
from app.faces.pages.patient.views.formatting import NO_BREAK, value_text
from app.faces.pages.patient.views.names import Offered, mark_of, names_of
from app.usecases.record.context import AnswerContext


@dataclass(frozen=True, slots=True)
class PlaceMark:
    """What puts a lever to one place; `across` is per cent of the way from its lowest place."""

    across: float
    names: str


@dataclass(frozen=True, slots=True)
class Control:
    """A slider, or a switch for yes and no, whose places run from the lowest value to the highest; of a
    category from how things are to the move of most effort.

    `now` is the place of things as they are, which is at one end; `marks` are where options and improvements
    put it, and `said` tells both.
    """

    name: str
    label: str
    unit: str | None
    is_switch: bool
    place: int
    texts: tuple[str, ...]
    is_locked: bool
    now: int
    marks: tuple[PlaceMark, ...]
    said: str

    @property
    def texts_json(self) -> str:
        return json.dumps(self.texts)

    @property
    def top(self) -> int:
        return len(self.texts) - 1

    def told(self, place: int) -> str:
        """The value at a place, with its unit."""
        return f"{self.texts[place]} {self.unit}".replace(" ", NO_BREAK) if self.unit else self.texts[place]


@dataclass(frozen=True, slots=True)
class Put:
    """How a form is filled in, and by feature where options and improvements end."""

    at: Mapping[str, Value]
    locked: frozenset[str]
    themes: set[Theme]
    scope: Scope
    ends: Mapping[str, Mapping[float, Sequence[Offered]]]


def ends_by_value(context: AnswerContext) -> dict[str, dict[float, list[Offered]]]:
    """By feature: the numbers that options and improvements end at, and which of them do."""
    ends: dict[str, dict[float, list[Offered]]] = {}
    for option in context.offered:
        for change in option.changes:
            number = _number_of(context.schema, change)
            ends.setdefault(change.feature, {}).setdefault(number, []).append(option)
    return ends


def _number_of(schema: FeatureSchema | None, change: Change) -> float:
    """Where a change ends; of a category its code."""
    if isinstance(change.after, str) and schema is not None:
        return schema[change.feature].code(change.after)
    return number_of(change.after)


def control_of(lever: Lever, put: Put) -> Control:
    """The control of one lever."""
    feature, values = lever.feature, lever.values[lever.shown]
    start, after = float(lever.values[0]), put.at.get(feature.name)
    is_switch = feature.kind is Kind.BOOLEAN

    def place(value: float) -> int:
        return int(np.argmin(np.abs(values - value)))

    control = Control(
        name=feature.name,
        label=feature.label,
        unit=feature.unit,
        is_switch=is_switch,
        place=place(start if after is None else feature.code(after)),
        texts=tuple(value_text(feature, feature.in_kind(float(value))) for value in values),
        is_locked=feature.name in put.locked,
        now=place(start),
        marks=(),
        said="",
    )
    ends: dict[int, list[Offered]] = {}
    for value, offered in put.ends.get(feature.name, {}).items():
        ends.setdefault(place(value), []).extend(offered)
    return replace(control, marks=tuple(_marks(ends, control.top)), said=_said(control, ends))


def _marks(ends: Mapping[int, Sequence[Offered]], top: int) -> Iterator[PlaceMark]:
    for place, offered in sorted(ends.items()):
        yield PlaceMark(round(100 * place / top, 1), ", ".join(map(mark_of, offered)))


def _said(control: Control, ends: Mapping[int, Sequence[Offered]]) -> str:
    """Where a lever stands now, and where options and improvements put it."""
    told = [_("Now %(value)s", value=control.told(control.now))]
    for place, offered in sorted(ends.items()):
        told.append(_("%(names)s: %(value)s", names=names_of(offered), value=control.told(place)))
    return ". ".join(told) + "."
