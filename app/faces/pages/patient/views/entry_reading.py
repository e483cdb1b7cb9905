"""Reading the form in which a patient's values are entered by hand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.entry import Entered
from app.domain.entry_units import EntryUnit, bounds_in, entry_units, in_own_unit
from app.domain.errors import ValidationIssue
from app.domain.feature import Feature, Kind
from app.faces.http.pages.translation import gettext as _
from app.parsing.numbers import NumberError, read_number

VALUE, UNIT = "value.", "unit."
"""Beginnings of the form's fields."""
_INCHES = "[in_i]"
_FOOT = "|".join(("'", "\N{PRIME}", "\N{RIGHT SINGLE QUOTATION MARK}", "ft"))
_INCH = "|".join(('"', "\N{DOUBLE PRIME}", "\N{RIGHT DOUBLE QUOTATION MARK}", "''", "in"))
_FEET = re.compile(rf"([0-9]{{1,2}}) ?(?:{_FOOT})(?: ?([0-9]{{1,2}}(?:\.[0-9]+)?) ?(?:{_INCH})?)?")


@dataclass(frozen=True, slots=True)
class EntryReading:
    """What a form says: values by feature, in the features' own units, and the units that were chosen.

    `faults` are of what cannot be read; such a feature has no value. What was left empty has none either,
    unless it follows from others: `typed` are those that were not left empty.
    """

    values: Mapping[str, object]
    typed: frozenset[str]
    units: Mapping[str, str]
    faults: tuple[ValidationIssue, ...]


def read_entry(entered: Entered, fields: Mapping[str, str]) -> EntryReading:
    """What a form says of the features that are entered, and of those that follow."""
    raw: dict[str, object] = {}
    units: dict[str, str] = {}
    typed: list[str] = []
    faults: list[ValidationIssue] = []
    for feature in entered.features:
        text = fields.get(VALUE + feature.name, "").strip()
        typed += [feature.name] if text else []
        try:
            unit = _unit(feature, fields.get(UNIT + feature.name))
            if unit is not None and not (unit.is_own and UNIT + feature.name not in fields):
                units[feature.name] = unit.ucum
            if text:
                raw[feature.name] = _read(feature, unit, text, feature.name in entered.beside)
        except NumberError as error:
            faults.append(ValidationIssue(f"/{feature.name}", str(error)))
    return EntryReading(entered.completed(raw), frozenset(typed), units, tuple(faults))


def _unit(feature: Feature, code: str | None) -> EntryUnit | None:
    units = entry_units(feature)
    if not code:
        return units[0] if units else None
    chosen = next((unit for unit in units if unit.ucum == code), None)
    if chosen is None:
        raise NumberError(_("must be in one of the units that there are to choose"))
    return chosen


def _read(feature: Feature, unit: EntryUnit | None, text: str, is_beside: bool) -> object:
    if feature.kind is Kind.CATEGORY:
        return text
    if feature.kind is Kind.BOOLEAN:
        return {"yes": True, "no": False}.get(text, text)
    if unit is None or (unit.is_own and not is_beside):
        return read_number(text)  # the schema knows what it may be
    value = in_own_unit(feature, unit, _inches(text) if unit.ucum == _INCHES else read_number(text))
    assert feature.clinical is not None
    if not feature.clinical[0] <= value <= feature.clinical[1]:
        low, high = bounds_in(feature, unit)
        raise NumberError(
            _("must be between %(low)s and %(high)s %(unit)s", low=low, high=high, unit=unit.label)
        )
    return value


def _inches(text: str) -> float:
    """Inches alone, or feet and inches such as 5'7"."""
    if found := _FEET.fullmatch(text):
        inches = read_number(found[2] or "0")
        if inches >= 12:  # 5'13" is more likely a slip than 6'1"
            raise NumberError(_("must have fewer than 12 inches beside the feet"))
        return 12 * read_number(found[1]) + inches
    return read_number(text)
