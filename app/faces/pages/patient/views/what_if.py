"""What-if: the levers that are open to the patient as sliders and switches, with locks and choices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from app.domain.feature import Action, Feature, Kind, MissingPolicy, Theme
from app.domain.ladder import room_for
from app.domain.lever import Lever
from app.domain.schema import FeatureSchema, Value
from app.domain.scope import Inclusion, Programme, Scope
from app.domain.wording import inline
from app.engine.problem import RecourseProblem
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.asked import theme_words
from app.faces.pages.patient.views.what_if_controls import Control, Put, control_of, ends_by_value
from app.faces.pages.patient.views.what_if_setting import WhatIfSetting, locks_of, question_of
from app.usecases.record.context import AnswerContext


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
    return _form(question, Put(at, kept, themes, context.scope, ends_by_value(context)))


def what_if_as_set(context: AnswerContext, setting: WhatIfSetting) -> WhatIf:
    """The form as somebody has put it."""
    themes = {Theme(theme) for theme in setting.kept_themes}
    put = Put(setting.features, setting.locked, themes, setting.scope, ends_by_value(context))
    return _form(setting.question, put)


def _is_whole(schema: FeatureSchema, theme: Theme, kept: frozenset[str]) -> bool:
    return bool(own := schema.with_theme(theme)) and set(own) <= kept


def _form(question: RecourseProblem, put: Put) -> WhatIf:
    groups: dict[str, list[Lever]] = {}
    for lever in question.levers:
        groups.setdefault(_title(lever.feature), []).append(lever)
    shown = [_group(title, levers, put) for title, levers in groups.items()]
    return WhatIf(
        tuple(sorted(shown, key=lambda group: group.is_treatment)),
        tuple(_choices(question.schema, put.scope)),
        question.levers.max_changes,
        tuple(_unavailable_features(question)),
    )


def _title(feature: Feature) -> str:
    return theme_words(feature.theme) if feature.theme else feature.group


def _group(title: str, levers: list[Lever], put: Put) -> Group:
    """One lever of a theme needs no second lock: that of its own keeps the whole theme that is open."""
    theme = levers[0].feature.theme
    controls = tuple(control_of(lever, put) for lever in levers)
    is_kept = theme in put.themes
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
        label = _(
            "Include treatment targets: for the clinician, for cardiovascular reasons; association only"
        )
        yield Choice("include", Inclusion.TREATMENT, label, chosen)
    if any(feature.action and feature.action.intensive for feature in schema.features):
        chosen = scope.programme is Programme.INTENSIVE
        label = _("An intensive programme, which few have")
        yield Choice("programme", Programme.INTENSIVE, label, chosen)


def _unavailable_features(question: RecourseProblem) -> list[tuple[str, str]]:
    """Features that are no levers here, and why, in words."""
    levers = {lever.feature.name for lever in question.levers}
    values, schema = question.patient.values, question.schema
    found = []
    for feature in schema.features:
        if feature.name in levers:
            continue
        if values[feature.name] is None and feature.missing is not MissingPolicy.DERIVED:
            why = _("not known")
        elif feature.action is not None:
            why = _why_not(feature, feature.action.for_person(values), values[feature.name])
        elif feature.name in schema.link_of:
            driver = schema[schema.link_of[feature.name].driver]
            why = _("moves with %(feature)s", feature=inline(driver.label))
        elif feature.name in schema.consequence_order:
            why = _("follows from other changes")
        else:
            why = _("fixed")
        found.append((feature.label, why))
    return found


def _why_not(feature: Feature, action: Action | None, value: Value) -> str:
    """Why there is no step: there is no need of one, or none is permitted."""
    if action is None:
        return _("not offered to this patient")
    if feature.kind is not Kind.CATEGORY and room_for(action, float(value or 0)) < action.step:
        return _("within a step of its limit")
    return _("no step is permitted from here")
