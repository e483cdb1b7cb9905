"""What-if: how somebody has put its form, and what that comes to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.domain.counterfactual import Change
from app.domain.errors import InvalidInputError
from app.domain.feature import Kind
from app.domain.lever import Lever
from app.domain.levers import Levers
from app.domain.schema import IntArray, Value
from app.domain.scope import USUAL, Inclusion, Programme, Scope
from app.engine.beyond import beyond_option
from app.engine.describe import brought_along, changes_of, features_of
from app.engine.exact.driven import driven_reach
from app.engine.problem import RecourseProblem
from app.faces.pages.patient.views.beyond import beyond_texts
from app.faces.pages.patient.views.formatting import with_unit
from app.parsing.numbers import NumberError, read_whole_number
from app.usecases.record.context import AnswerContext

PLACE, LOCK, KEEP = "at.", "lock.", "keep."
"""Beginnings of the form's fields: where a lever stands, from its lowest value; whether it is locked; whether
all of its theme is."""
INCLUDE, PROGRAMME = "include", "programme"

Moved = tuple[str, str, str]
"""Label, value before and after."""


@dataclass(frozen=True, slots=True)
class WhatIfSetting:
    """The form as somebody has put it.

    `locked` and `kept_themes` are to stay out of what is asked for from here, and `scope` is what that is
    about; `kept` is what the answer's own question did not permit to vary.
    """

    question: RecourseProblem
    levels: IntArray
    locked: frozenset[str]
    kept: frozenset[str] = frozenset()
    kept_themes: frozenset[str] = frozenset()
    scope: Scope = USUAL

    @property
    def features(self) -> Mapping[str, Value]:
        """The whole vector that it comes to."""
        return features_of(self.question, self.levels)

    @property
    def to_keep(self) -> list[str]:
        """Features and themes that are to stay as they are."""
        return sorted(self.locked | self.kept_themes)

    @property
    def is_all_locked(self) -> bool:
        """Whether nothing that could move is left free."""
        return self.locks_all(self.question.levers)

    def locks_all(self, levers: Levers) -> bool:
        """Whether none of these levers is left free."""
        return all(
            lever.feature.name in self.locked or lever.feature.theme in self.kept_themes for lever in levers
        )

    def beyond(self) -> list[str]:
        """In which ways an option may not be so: what is proved of options holds without such settings."""
        ways = beyond_option(self.question, self.levels, self.kept)
        return beyond_texts(self.question.schema, ways)

    def moved(self) -> list[Moved]:
        """What differs, what measures the same included."""
        changes, linked = changes_of(self.question, self.levels)
        return [self._told(change) for change in (*changes, *linked)]

    def following(self) -> list[Moved]:
        """What follows on average, by published effects."""
        return [self._told(change) for change in brought_along(self.question, self.levels)]

    def _told(self, change: Change) -> Moved:
        feature = self.question.schema[change.feature]
        return change.label, with_unit(feature, change.before), with_unit(feature, change.after)


def question_of(context: AnswerContext, scope: Scope | None = None) -> RecourseProblem | None:
    """The levers that are open to the patient, within what the answer's question permitted to end at.

    Of another scope than the question's where one is given. What was to be kept are locks here, which can be
    opened. None where the recorded values are not of the hosted version.
    """
    return context.question.open_problem(scope) if context.question else None


def ends_of(question: RecourseProblem, features: Mapping[str, Value]) -> dict[str, tuple[float, float]]:
    """Where each number that `features` has otherwise may end, from how things are.

    A step further from there is not a step further from here, nor is an effect once more. What several levers
    drive may end as far as any of them, and what drives it, takes it from here.
    """
    ends = {
        lever.feature.name: (float(lever.values.min()), float(lever.values.max()))
        for lever in question.levers
        if lever.feature.is_numeric
    }
    if question.levers.effects is not None:
        driven = zip(question.levers.effects.driven, driven_reach(question.levers.consequences), strict=True)
        ends |= {name: (float(low), float(high)) for name, (low, high) in driven}
    values = question.patient.values
    return {name: end for name, end in ends.items() if features[name] != values[name]}


def moved_categories(question: RecourseProblem, features: Mapping[str, Value]) -> list[str]:
    """The categories that `features` has otherwise: a move on from there is no move from how things are."""
    values = question.patient.values
    levers = (lever.feature for lever in question.levers if lever.feature.kind is Kind.CATEGORY)
    return [feature.name for feature in levers if features[feature.name] != values[feature.name]]


def locks_of(context: AnswerContext) -> frozenset[str]:
    """What the answer's question did not permit to vary."""
    if context.constraints is None or context.schema is None:
        return frozenset()
    return frozenset(
        one.name for one in context.schema.actionable if not context.constraints.allows_varying(one.name)
    )


def setting_of(
    question: RecourseProblem, fields: Mapping[str, str], kept: frozenset[str] = frozenset()
) -> WhatIfSetting:
    """Read the form's fields; a lever that is not among them stands as it is, a switch stands at its lowest.

    Raises:
        InvalidInputError: a field is of no lever of this patient, names no place of it, or no choice.
    """
    names = {lever.feature.name for lever in question.levers}
    themes = {lever.feature.theme for lever in question.levers}
    places, locked = _named(fields, PLACE), _named(fields, LOCK)
    kept_themes = _named(fields, KEEP)
    if not (places | locked <= names and kept_themes <= themes):
        raise InvalidInputError.at("", "has a field that is not of this patient's what-if")
    levels = np.array([_level(lever, fields) for lever in question.levers], dtype=np.int64)
    return WhatIfSetting(question, levels, locked, kept, kept_themes, _scope(fields))


def _named(fields: Mapping[str, str], beginning: str) -> frozenset[str]:
    return frozenset(name.removeprefix(beginning) for name in fields if name.startswith(beginning))


def _scope(fields: Mapping[str, str]) -> Scope:
    try:
        include = (Inclusion(fields[INCLUDE]),) if INCLUDE in fields else ()
        return Scope(include, Programme(fields.get(PROGRAMME, Programme.USUAL)))
    except ValueError:
        raise InvalidInputError.at("", "has a choice that is not of this form") from None


def _level(lever: Lever, fields: Mapping[str, str]) -> int:
    """The level at a place: places go by `Lever.shown`, levels by distance from how things are."""
    order = lever.shown
    text = fields.get(PLACE + lever.feature.name)
    if text is None:
        return int(order[0]) if lever.feature.kind is Kind.BOOLEAN else 0
    place = _place(text)
    if place is None or not 0 <= place <= lever.top:
        feature = lever.feature
        raise InvalidInputError.at(f"/{feature.name}", "is not a step open to this patient", feature.label)
    return int(order[place])


def _place(text: str) -> int | None:
    try:
        return read_whole_number(text)
    except NumberError:
        return None
