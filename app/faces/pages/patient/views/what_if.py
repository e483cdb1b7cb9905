"""What-if: the levers that are open to the patient as sliders and switches, with locks and choices."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.domain.feature import Action, Feature, Kind, MissingPolicy, Theme
from app.domain.ladder import room_for
from app.domain.levers import Lever
from app.domain.schema import FeatureSchema, Value
from app.domain.scope import Inclusion, Programme, Scope
from app.domain.wording import inline
from app.engine.problem import RecourseProblem
from app.faces.pages.patient.views.asked import theme_words
from app.faces.pages.patient.views.formatting import value_text
from app.faces.pages.patient.views.what_if_setting import WhatIfSetting, locks_of, question_of
from app.usecases.record.context import AnswerContext


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
class Group:
    """Levers of one theme, or of one group of features without a theme; `theme` where all can be locked."""

    title: str
    controls: tuple[Control, ...]
    theme: Theme | None
    is_kept: bool
    is_treatment: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be asked for beyond the usual."""

    name: str
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The form: levers by theme, how many an option may move, and why other features are no levers."""

    groups: tuple[Group, ...]
    choices: tuple[Choice, ...]
    max_changes: int
    stuck: tuple[tuple[str, str], ...]


def what_if_of(context: AnswerContext, at: Mapping[str, Value]) -> WhatIf | None:
    """The form as the answer's question was, with levers put to the values `at`, others as they stand."""
    question, kept = question_of(context), locks_of(context)
    if question is None:
        return None
    themes = {theme for theme in Theme if _is_whole(question.schema, theme, kept)}
    return _form(question, at, kept, themes, context.scope)


def what_if_as_set(setting: WhatIfSetting) -> WhatIf:
    """The form as somebody has put it."""
    themes = {Theme(theme) for theme in setting.kept_themes}
    return _form(setting.question, setting.features, setting.locked, themes, setting.scope)


def _is_whole(schema: FeatureSchema, theme: Theme, kept: frozenset[str]) -> bool:
    return bool(own := schema.with_theme(theme)) and set(own) <= kept


def _form(
    question: RecourseProblem,
    at: Mapping[str, Value],
    locked: frozenset[str],
    themes: set[Theme],
    scope: Scope,
) -> WhatIf:
    groups: dict[str, list[Lever]] = {}
    for lever in question.levers:
        groups.setdefault(_title(lever.feature), []).append(lever)
    shown = [_group(title, levers, at, locked, themes) for title, levers in groups.items()]
    return WhatIf(
        tuple(sorted(shown, key=lambda group: group.is_treatment)),
        tuple(_choices(question.schema, scope)),
        question.levers.max_changes,
        tuple(_unavailable_features(question)),
    )


def _title(feature: Feature) -> str:
    return theme_words(feature.theme) if feature.theme else feature.group


def _group(
    title: str, levers: list[Lever], at: Mapping[str, Value], locked: frozenset[str], themes: set[Theme]
) -> Group:
    """One lever of a theme needs no second lock: that of its own keeps the whole theme that is open."""
    theme = levers[0].feature.theme
    controls = tuple(
        _control(lever, at.get(lever.feature.name), lever.feature.name in locked) for lever in levers
    )
    is_kept = theme in themes
    if len(levers) == 1:
        controls = tuple(replace(one, is_locked=one.is_locked or is_kept) for one in controls)
    elif is_kept:
        controls = tuple(replace(one, is_locked=False) for one in controls)
    return Group(
        title=title[0].upper() + title[1:],
        controls=controls,
        theme=theme if len(levers) > 1 else None,
        is_kept=is_kept,
        is_treatment=theme is Theme.TREATMENT,
    )


def _choices(schema: FeatureSchema, scope: Scope) -> Iterator[Choice]:
    """What this model has beyond the usual."""
    if any(feature.treatment for feature in schema.features):
        chosen = Inclusion.TREATMENT in scope.include
        label = "Include treatment targets: for the clinician, for cardiovascular reasons; association only"
        yield Choice("include", Inclusion.TREATMENT, label, chosen)
    if any(feature.action and feature.action.intensive for feature in schema.features):
        chosen = scope.programme is Programme.INTENSIVE
        yield Choice("programme", Programme.INTENSIVE, "An intensive programme, which few have", chosen)


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
            why = _why_not(feature.action.for_person(values), float(values[feature.name] or 0))
        elif feature.name in schema.link_of:
            why = f"moves with {inline(schema[schema.link_of[feature.name].driver].label)}"
        elif feature.name in schema.consequence_order:
            why = "follows from other changes"
        else:
            why = "fixed"
        found.append((feature.label, why))
    return found


def _why_not(action: Action | None, value: float) -> str:
    """Why there is no step: there is no need of one, or none is permitted."""
    if action is None:
        return "not offered to this patient"
    if room_for(action, value) < action.step:
        return "within a step of where guidance would have it"
    return "no step is permitted from here"
