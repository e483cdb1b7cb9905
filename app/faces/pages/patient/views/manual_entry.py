"""The form in which a patient's values are entered by hand: a short one, and all the rest in a fold."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from app.domain.entry import Entered
from app.domain.entry_units import EntryUnit, bounds_in, entry_units, in_entry_unit
from app.domain.errors import ValidationIssue
from app.domain.feature import Feature, Kind, MissingPolicy
from app.domain.schema import Value
from app.faces.http.pages.translation import gettext as _
from app.faces.pages.patient.views.entry_reading import VALUE

CHECKED = "checked."
"""Beginning of the fields that say of a feature which value was looked at again: another one was not."""


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit to choose."""

    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One feature to be entered: `text` is what was typed, `fault` and `check` what is to be said of it.

    `follows` tells what gives it where it is left empty.
    """

    name: str
    label: str
    text: str
    choices: tuple[tuple[str, str], ...]
    units: tuple[UnitChoice, ...]
    range: str
    is_required: bool
    follows: str | None
    fault: str | None
    check: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of what was entered, by feature; `elsewhere` is what belongs to no field.

    `looked_at` are the values of what is to be checked, in the features' own units.
    """

    faults: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, str] = field(default_factory=dict)
    looked_at: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class EntryForm:
    """Fields by group: those of the short form, and the rest, which is open where something is to be seen."""

    short: Mapping[str, Sequence[Field]]
    rest: Mapping[str, Sequence[Field]]
    rest_count: int
    is_open: bool
    noted: Sequence[Field]
    elsewhere: Sequence[str]
    looked_at: Mapping[str, str]


def form_of(
    entered: Entered, first: Set[str], texts: Mapping[str, str], units: Mapping[str, str], told: Told
) -> EntryForm:
    """The form with what was typed; `first` are the features that move the estimate most.

    `texts` are fields of a form, `units` UCUM codes by feature, such as were chosen before.
    """
    shown = {feature.name: _field(entered, feature, texts, units, told) for feature in entered.features}
    asked_first = _asked_first(entered, first)
    rest = [one for name, one in shown.items() if name not in asked_first]
    return EntryForm(
        short=_grouped(entered, {name: one for name, one in shown.items() if name in asked_first}),
        rest=_grouped(entered, {one.name: one for one in rest}),
        rest_count=len(rest),
        is_open=any(one.text or one.fault or one.check for one in rest),
        noted=[one for one in shown.values() if one.fault or one.check],
        elsewhere=told.elsewhere,
        looked_at=told.looked_at,
    )


def told_of(entered: Entered, issues: Sequence[ValidationIssue]) -> Told:
    """Faults by the feature that their pointers end in."""
    names = {feature.name for feature in entered.features}
    faults: dict[str, str] = {}
    elsewhere = []
    for issue in issues:
        name = issue.pointer.rpartition("/")[2]
        if name in names:
            faults.setdefault(name, issue.detail)
        else:
            elsewhere.append(f"{name.replace('_', ' ')} {issue.detail}".strip())
    return Told(faults=faults, elsewhere=elsewhere)


def texts_of(entered: Entered, values: Mapping[str, Value], units: Mapping[str, str]) -> dict[str, str]:
    """Values as they would be entered; what follows from others is left to follow from them."""
    known = {name for name, value in values.items() if value is not None}
    texts = {}
    for feature in entered.features:
        value, solution = values.get(feature.name), entered.solution_of(feature.name)
        if value is None or (solution and {solution.given, *solution.others} <= known):
            continue
        texts[VALUE + feature.name] = _text(feature, value, chosen_unit(feature, units))
    return texts


def chosen_unit(feature: Feature, units: Mapping[str, str]) -> EntryUnit | None:
    """The unit that was chosen, or else the feature's own."""
    there = entry_units(feature)
    return next((unit for unit in there if unit.ucum == units.get(feature.name)), there[0] if there else None)


def _asked_first(entered: Entered, first: Set[str]) -> set[str]:
    """What moves the estimate most, what is needed, and what gives any of it."""
    asked = {f.name for f in entered.features if f.name in first or f.missing is MissingPolicy.REFUSED}
    for one in entered.solved:
        if one.feature in asked:
            asked |= {one.given, *one.others}
    return asked


def _grouped(entered: Entered, fields: Mapping[str, Field]) -> dict[str, list[Field]]:
    groups: dict[str, list[Field]] = {}
    for feature in entered.features:
        if feature.name in fields:
            groups.setdefault(feature.group, []).append(fields[feature.name])
    return {group: sorted(own, key=lambda one: one.follows is not None) for group, own in groups.items()}


def _field(
    entered: Entered, feature: Feature, texts: Mapping[str, str], units: Mapping[str, str], told: Told
) -> Field:
    unit, solution = chosen_unit(feature, units), entered.solution_of(feature.name)
    follows = None
    if solution:
        given = [entered.labels[name] for name in (solution.given, *solution.others)]
        follows = _("left empty, it follows from %(names)s", names=_(" and ").join(given))
    return Field(
        name=feature.name,
        label=feature.label,
        text=texts.get(VALUE + feature.name, ""),
        choices=_choices(feature),
        units=tuple(UnitChoice(one.ucum, one.label, one == unit) for one in entry_units(feature)),
        range=_range(feature, unit),
        is_required=feature.missing is MissingPolicy.REFUSED and solution is None,
        follows=follows,
        fault=told.faults.get(feature.name),
        check=told.checks.get(feature.name),
    )


def _range(feature: Feature, unit: EntryUnit | None) -> str:
    """In the unit that is chosen: another one is told of once it was sent."""
    if not feature.is_numeric or feature.clinical is None:
        return ""
    low, high = bounds_in(feature, unit) if unit else (f"{end:g}" for end in feature.clinical)
    if unit is None:
        return _("%(low)s to %(high)s", low=low, high=high)
    return _("%(low)s to %(high)s %(unit)s", low=low, high=high, unit=unit.label)


def _text(feature: Feature, value: Value, unit: EntryUnit | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, str):
        return value or ""
    return in_entry_unit(feature, unit, float(value)) if unit else f"{value:.10g}"


def _choices(feature: Feature) -> tuple[tuple[str, str], ...]:
    if feature.kind is Kind.BOOLEAN:
        return (("yes", _("yes")), ("no", _("no")))
    return tuple((category.value, category.label) for category in feature.categories)
