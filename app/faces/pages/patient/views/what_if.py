"""What-if: the levers that are open to the patient as sliders and switches, and what a setting comes to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.domain.errors import InvalidInputError
from app.domain.feature import Action, Kind, MissingPolicy
from app.domain.levers import Lever, levers_of, room_for
from app.domain.schema import IntArray, Value
from app.domain.wording import inline
from app.engine.describe import broken_relations, changes_of, features_of
from app.engine.problem import RecourseProblem
from app.faces.pages.patient.views.formatting import value_text, with_unit
from app.parsing.numbers import NumberError, read_whole_number
from app.usecases.record.context import AnswerContext

PLACE, LOCK = "at.", "lock."
"""Beginnings of the form's fields: where a lever stands, from its lowest value; whether it is locked."""


@dataclass(frozen=True, slots=True)
class Control:
    """A slider, or a switch for yes and no, whose places run from the lowest value to the highest."""

    name: str
    label: str
    unit: str | None
    is_switch: bool
    place: int
    texts: tuple[str, ...]
    is_locked: bool

    @property
    def texts_json(self) -> str:
        return json.dumps(self.texts)

    @property
    def top(self) -> int:
        return len(self.texts) - 1


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The form: levers by group, how many an option may move, and why other features are no levers."""

    groups: Mapping[str, list[Control]]
    max_changes: int
    stuck: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WhatIfSetting:
    """Levers as somebody has put them.

    `locked` are to stay out of what is asked for from here; `kept` is what the answer's own question did not
    permit to vary.
    """

    question: RecourseProblem
    levels: IntArray
    locked: frozenset[str]
    kept: frozenset[str] = frozenset()

    @property
    def features(self) -> Mapping[str, Value]:
        """The whole vector that it comes to."""
        return features_of(self.question, self.levels)

    @property
    def is_all_locked(self) -> bool:
        """Whether nothing that could move is left free."""
        return all(lever.feature.name in self.locked for lever in self.question.levers)

    @property
    def free(self) -> list[str]:
        """What may vary, the locked ones aside."""
        return [f.name for f in self.question.schema.actionable if f.name not in self.locked]

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Where each number may end, from how things are: a step further from here is not a step further."""
        numbers = (lever for lever in self.question.levers if lever.feature.is_numeric)
        return {one.feature.name: (float(one.values.min()), float(one.values.max())) for one in numbers}

    def beyond(self) -> list[str]:
        """In which ways an option may not be so: what is proved of options holds without such settings."""
        levers, most = self.question.levers, self.question.levers.max_changes
        moved = [levers.items[place].feature for place in np.flatnonzero(self.levels)]
        ways = [f"{inline(feature.label)} was to be kept" for feature in moved if feature.name in self.kept]
        if len(moved) > most:
            ways.append(f"{len(moved)} changes at once, where an option has at most {most}")
        return [*ways, *broken_relations(self.question, self.levels)]

    def moved(self) -> list[tuple[str, str, str]]:
        """Label, value before and after of everything that differs, what moves along included."""
        changes, linked = changes_of(self.question, self.levels)
        schema = self.question.schema
        return [
            (c.label, with_unit(schema[c.feature], c.before), with_unit(schema[c.feature], c.after))
            for c in (*changes, *linked)
        ]


def question_of(context: AnswerContext) -> RecourseProblem | None:
    """The levers that are open to the patient, within what the answer's question permitted to end at.

    Which features it permitted to vary are locks here, which can be opened. None where the recorded values
    are not of the hosted version.
    """
    patient, schema, served = context.patient, context.schema, context.served
    if patient is None or context.constraints is None or schema is None or served is None:
        return None
    unlocked = replace(context.constraints, features_to_vary=None, features_to_keep=())
    levers = levers_of(schema, patient, unlocked)
    return RecourseProblem(schema, patient, levers, served.model.classifier, context.answer.prediction.target)


def locks_of(context: AnswerContext) -> frozenset[str]:
    """What the answer's question did not permit to vary."""
    if context.constraints is None or context.schema is None:
        return frozenset()
    return frozenset(
        one.name for one in context.schema.actionable if not context.constraints.allows_varying(one.name)
    )


def what_if_of(context: AnswerContext, at: Mapping[str, Value], locked: frozenset[str]) -> WhatIf | None:
    """The form, with levers put to the values `at`; those that are not among them stand as they are."""
    question = question_of(context)
    if question is None:
        return None
    groups: dict[str, list[Control]] = {}
    for lever in question.levers:
        name = lever.feature.name
        groups.setdefault(lever.feature.group, []).append(_control(lever, at.get(name), name in locked))
    return WhatIf(groups, question.levers.max_changes, tuple(_unavailable_features(question)))


def setting_of(
    question: RecourseProblem, fields: Mapping[str, str], kept: frozenset[str] = frozenset()
) -> WhatIfSetting:
    """Read the form's fields; a lever that is not among them stands as it is, a switch stands at its lowest.

    Raises:
        InvalidInputError: a field is of no lever of this patient, or names no place of it.
    """
    names = {lever.feature.name for lever in question.levers}
    given = {name for name in fields if name.startswith((PLACE, LOCK))}
    unknown = [name for name in given if name.split(".", 1)[1] not in names]
    if unknown:
        raise InvalidInputError.at("", "has a field that is not of this patient's what-if")
    levels = np.array([_level(lever, fields) for lever in question.levers], dtype=np.int64)
    locked = frozenset(name.removeprefix(LOCK) for name in given if name.startswith(LOCK))
    return WhatIfSetting(question, levels, locked, kept)


def _level(lever: Lever, fields: Mapping[str, str]) -> int:
    """The level at a place: places go by value, levels by distance from how things are."""
    order = np.argsort(lever.values)
    text = fields.get(PLACE + lever.feature.name)
    if text is None:
        return int(order[0]) if lever.feature.kind is Kind.BOOLEAN else 0
    place = _place(text)
    if place is None or not 0 <= place <= lever.top:
        raise InvalidInputError.at(f"/{lever.feature.name}", "is not a step open to this patient")
    return int(order[place])


def _place(text: str) -> int | None:
    try:
        return read_whole_number(text)
    except NumberError:
        return None


def _control(lever: Lever, after: Value, is_locked: bool) -> Control:
    feature, values = lever.feature, np.sort(lever.values)
    wanted = lever.values[0] if after is None or isinstance(after, str) else float(after)
    place = int(np.argmin(np.abs(values - wanted)))
    is_switch = feature.kind is Kind.BOOLEAN
    texts = tuple(value_text(feature, bool(v) if is_switch else float(v)) for v in values)
    return Control(feature.name, feature.label, feature.unit, is_switch, place, texts, is_locked)


def _unavailable_features(question: RecourseProblem) -> list[tuple[str, str]]:
    """Features that are no levers here, and why, in words."""
    levers = {lever.feature.name for lever in question.levers}
    values, schema = question.patient.values, question.schema
    found = []
    for feature in schema.features:
        if feature.name in levers:
            continue
        if values[feature.name] is None and feature.missing is not MissingPolicy.DERIVED:
            why = "not known"
        elif feature.action is not None:
            why = _why_not(feature.action, float(values[feature.name] or 0))
        elif feature.name in schema.link_of:
            why = f"moves with {inline(schema[schema.link_of[feature.name].driver].label)}"
        else:
            why = "fixed"
        found.append((feature.label, why))
    return found


def _why_not(action: Action, value: float) -> str:
    """Why there is no step: there is no need of one, or none is permitted."""
    if room_for(action, value) < action.step:
        return "within a step of where guidance would have it"
    return "no step is permitted from here"
