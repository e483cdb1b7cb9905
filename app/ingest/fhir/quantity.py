"""A FHIR Quantity as a value of a feature: in its unit, rounded as it is measured."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.ehr import EhrMapping
from app.domain.feature import Feature, Kind
from app.ingest.fhir.reasons import NotUsedReason
from app.ingest.fhir.record import Original
from app.ingest.fhir.ucum import SYSTEM, Conversion, bare, conversion, disagree, is_unit, written_unit

MOST_UNITS = 100
"""Different units of one bundle that are looked up: each takes a millisecond the first time."""
_SHOWN = 40
_BY_TEXT = "unit known by its text, not by a code"
_ANNOTATION = re.compile(r"\{([^}]*)\}?")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit by UCUM, and as it was sent."""

    value: float
    ucum: str | None
    is_written: bool = False
    """Whether the unit is known by its text alone, without the code that says that it is UCUM."""

    @property
    def unit(self) -> str | None:
        """The unit without annotations."""
        return None if self.ucum is None else bare(self.ucum)

    @property
    def original(self) -> Original:
        unit = self.ucum
        return Original(
            value=self.value, unit=unit if unit and len(unit) <= _SHOWN and unit.isprintable() else None
        )


def read_amount(quantity: object) -> Amount | NotUsedReason:
    """The number and unit of a Quantity, or why there is none."""
    if not isinstance(quantity, dict):
        return NotUsedReason.MALFORMED
    value = quantity.get("value")
    if value is None:
        return NotUsedReason.NO_VALUE
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        return NotUsedReason.MALFORMED
    if quantity.get("comparator") is not None:
        return NotUsedReason.COMPARATOR
    if why := _why_not_its_unit(quantity):
        return why
    is_coded = quantity.get("system") == SYSTEM and _is_text(quantity.get("code"))
    return Amount(float(value), _unit(quantity), not is_coded)


def _why_not_its_unit(quantity: Mapping[str, Any]) -> NotUsedReason | None:
    """Why a Quantity does not say in what unit it is, though it has one."""
    code, system, text = (quantity.get(name) for name in ("code", "system", "unit"))
    if not isinstance(code, str) or not code.strip():
        return None
    if isinstance(system, str) and system != SYSTEM:
        return NotUsedReason.UNKNOWN_UNIT
    return NotUsedReason.CONFLICTING if isinstance(text, str) and disagree(code, text) else None


def _is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _unit(quantity: Mapping[str, Any]) -> str | None:
    code, system, text = (quantity.get(name) for name in ("code", "system", "unit"))
    if isinstance(code, str) and code.strip():
        if system == SYSTEM:
            return code.strip()
        if system is None:
            return written_unit(code)
    return written_unit(text) if isinstance(text, str) and text.strip() else None


class Units:
    """Conversions into the units of a model's features, for one bundle."""

    def __init__(self, mapping: EhrMapping) -> None:
        self._mapping = mapping
        self._seen: set[str] = set()

    def in_feature(self, name: str, amount: Amount) -> tuple[float, str | None] | NotUsedReason:
        """The value as the feature takes it, and what was done to it; or why it cannot be."""
        feature = self._mapping.schema[name]
        if amount.ucum is not None and not self._is_annotated_well(name, amount.ucum):
            return NotUsedReason.OTHER_QUANTITY
        if feature.ucum is None or amount.unit == feature.ucum:
            into: Conversion | NotUsedReason = Conversion()
        elif amount.unit is None:
            into = NotUsedReason.NO_UNIT
        else:
            into = self._into(name, feature.ucum, amount.unit)
        if isinstance(into, NotUsedReason):
            return into
        value = as_measured(feature, into.of(amount.value))
        if not is_in_range(feature, value):
            return NotUsedReason.OUT_OF_RANGE
        done = [
            _BY_TEXT if amount.is_written and feature.ucum is not None else None,
            None if into == Conversion() else f"{amount.unit} to {feature.ucum}",
        ]
        return value, "; ".join(filter(None, done)) or None

    def _is_annotated_well(self, name: str, ucum: str) -> bool:
        """Whether all in braces is known of the feature: {pack}/d counts something else than cigarettes."""
        feature = self._mapping.schema[name]
        if "{" not in ucum or ucum == feature.ucum:
            return True
        own = self._mapping.by_name[name].annotations
        return all(one.strip().lower() in own for one in _ANNOTATION.findall(ucum))

    def _into(self, name: str, own: str, ucum: str) -> Conversion | NotUsedReason:
        self._seen.add(ucum)
        if len(self._seen) > MOST_UNITS:
            return NotUsedReason.UNKNOWN_UNIT
        if direct := conversion(ucum, own):
            return direct
        for code in self._mapping.codes_of(name):  # a mmol/L of one analyte is not one of another
            if code.ucum and code.is_converted and (first := conversion(ucum, code.ucum)):
                return Conversion(first.factor * code.factor, first.offset * code.factor)
        return NotUsedReason.OTHER_QUANTITY if is_unit(ucum) else NotUsedReason.UNKNOWN_UNIT


def as_measured(feature: Feature, value: float) -> float:
    """Rounded to the last digit that is measured, halves up."""
    steps = value / feature.precision
    if not math.isfinite(steps):  # far from any range; a number may be finite whose tenths are not
        return value
    steps = math.floor(steps + 0.5 + 1e-9)
    rounded = round(steps * feature.precision, 6)
    return round(rounded) if feature.kind is Kind.INTEGER else rounded


def is_in_range(feature: Feature, value: float) -> bool:
    """Whether the model takes it."""
    if feature.clinical is None:
        return True
    low, high = feature.clinical
    return low <= value <= high
