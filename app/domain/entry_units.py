"""Units that a person may enter a value in, and what it comes to in the feature's own.

They are the feature's own, those of its codes, and common ones of the same quantity. What a mmol/L is depends
on the analyte, which the feature's LOINC codes tell.
"""

import math
from dataclasses import dataclass

from app.domain.feature import Feature, Kind
from app.domain.units import common_factors

_ENTERED = {"cm", "[in_i]", "kg", "[lb_av]", "kcal", "kJ", "kcal/d", "kJ/d", "min", "h", "min/d", "h/d"}
"""Of the units of a quantity those that people use, by UCUM codes."""
_MG_PER_DL = {
    "cholesterol": 38.67,
    "glucose": 18.016,
    "triglycerides": 88.57,
}
"""What a mmol/L of an analyte is in mg/dL."""
_LOINC = {
    "cholesterol": ("2093-3", "14647-2", "2085-9", "14646-4", "2089-1", "13457-7", "39469-2"),
    "glucose": ("2345-7", "14749-6", "1558-6", "14771-0", "2339-0", "15074-8"),
    "triglycerides": ("2571-8", "14927-8", "3043-7", "30524-3"),
}
"""Codes of serum, plasma or blood: total, HDL and LDL cholesterol; glucose; triglycerides."""
_ANALYTES = {code: analyte for analyte, codes in _LOINC.items() for code in codes}
_LABELS = {
    "[in_i]": "in",
    "[lb_av]": "lb",
    "kcal/d": "kcal/day",
    "kJ/d": "kJ/day",
    "min/d": "min/day",
    "h/d": "h/day",
}


@dataclass(frozen=True, slots=True)
class EntryUnit:
    """A unit by its UCUM code and what people write: value x factor is in the feature's own."""

    ucum: str
    label: str
    factor: float = 1.0

    @property
    def is_own(self) -> bool:
        return self.factor == 1


def entry_units(feature: Feature) -> tuple[EntryUnit, ...]:
    """The feature's own unit first; that alone where there is no choice, none of what has no unit."""
    if feature.unit is None:
        return ()
    own = EntryUnit(feature.ucum or feature.unit, feature.unit)
    if not feature.is_numeric or feature.ucum is None:
        return (own,)
    common = common_factors(feature.ucum).items()
    factors = {ucum: factor for ucum, factor in common if ucum in _ENTERED} | _of_analyte(feature)
    factors |= {code.ucum: code.factor for code in feature.codes if code.ucum and code.factor != 1}
    return own, *(EntryUnit(ucum, _LABELS.get(ucum, ucum), factor) for ucum, factor in factors.items())


def in_own_unit(feature: Feature, unit: EntryUnit, value: float) -> float:
    """A value as the model takes it: converted, and rounded as the feature is measured.

    What is in the feature's own unit stays as it is, and so does what is too large to be converted.
    """
    if unit.is_own:
        return value
    steps = value * unit.factor / feature.precision
    if not math.isfinite(steps):  # as far out of range as it was
        return value
    rounded = round(round(steps) * feature.precision, 6)
    return round(rounded) if feature.kind is Kind.INTEGER else rounded


def in_entry_unit(feature: Feature, unit: EntryUnit, value: float) -> str:
    """A value as it would be entered; read again it is the same value, rounded as it is measured."""
    if unit.is_own:
        return f"{value:.10g}"
    return f"{value / unit.factor:.{_decimals(feature, unit)}f}"


def bounds_in(feature: Feature, unit: EntryUnit) -> tuple[str, str]:
    """The clinical range in a unit, rounded inwards; of numbers alone."""
    assert feature.clinical is not None
    low, high = feature.clinical
    if unit.is_own:
        return f"{low:g}", f"{high:g}"
    decimals = _decimals(feature, unit)
    scale = 10.0**decimals
    inwards = math.ceil(low / unit.factor * scale) / scale, math.floor(high / unit.factor * scale) / scale
    return f"{inwards[0]:.{decimals}f}", f"{inwards[1]:.{decimals}f}"


def _decimals(feature: Feature, unit: EntryUnit) -> int:
    """So many that two neighbouring values of the feature are told apart with room to spare."""
    return max(0, math.ceil(-math.log10(feature.precision / unit.factor) + 1e-9))


def _of_analyte(feature: Feature) -> dict[str, float]:
    sizes = [_MG_PER_DL[_ANALYTES[code.loinc]] for code in feature.codes if code.loinc in _ANALYTES]
    if not sizes or feature.ucum not in ("mg/dL", "mmol/L"):
        return {}
    return {"mmol/L": sizes[0]} if feature.ucum == "mg/dL" else {"mg/dL": 1 / sizes[0]}
